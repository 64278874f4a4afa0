"""The day through the doors of a running portal, and a day of a county with more parcels."""

from __future__ import annotations

import os
import sys

import pytest

from logistics.parcels.services.rebuild import differences
from members.devices.models import Device
from tests.simulate.conftest import WILD, build_county, play

PARCELS = int(os.environ.get("SIMULATED_PARCELS", "80"))  # more would take most of the whole suite


@pytest.mark.slow
@pytest.mark.race  # several threads of the server, and rows that stay
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(400)
def test_the_day_over_http_agrees(live_server, settings, tmp_path):
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    build_county()
    result = play(count=24, rates=WILD, url=live_server.url)
    assert result.ledger.surprises == []
    assert result.comparison.wrong == []
    assert result.agrees
    assert Device.objects.filter(last_seen_at__isnull=False).count() >= 5


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(900)
def test_a_larger_day_agrees(county, record_property):
    result = play(count=PARCELS, seed=11)
    figures = f"{PARCELS} parcels, {sum(result.ledger.acts.values())} acts, {result.seconds:.0f} s"
    record_property("simulated day", figures)
    sys.stdout.write(f"\nsimulated day: {figures}\n")
    assert result.ledger.surprises == []
    assert result.comparison.wrong == []
    assert result.agrees
    assert list(differences()) == []

"""Two keepers scanning without a pause at one station, against a real server process: none lost, none doubled.

The whole morning (500 scans each) is measured by `bench/run scan`.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from bench.lookup import server
from bench.scan import PER_SECOND, Phone, drive, expected_parcels, lost_and_doubled, percentile
from members.access.states import Role
from tests.personas import make_persona

pytestmark = [pytest.mark.slow, pytest.mark.race, pytest.mark.timeout(300), pytest.mark.django_db(transaction=True)]
EACH = 100


@pytest.fixture
def port(world, monkeypatch):
    """The production server on the test's own database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    monkeypatch.setenv("DATABASE_URL", urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")))
    with server() as port:
        yield port


def test_two_keepers_without_a_pause(world, port, record_property):
    keepers = [make_persona(1501 + n, "何守站", Role.KEEPER, world.village) for n in range(2)]
    station = world.village.code
    numbers = expected_parcels(station, world.carrier.code, 2 * EACH)
    phones = [Phone(port, keeper.user, station) for keeper in keepers]
    answers = drive(phones, [numbers[0::2], numbers[1::2]], PER_SECOND)
    p95 = percentile(answers, 95)
    record_property("scan_p95_ms", round(p95))
    print(f"scan p50={percentile(answers, 50):.0f} ms p95={p95:.0f} ms of {len(answers)} scans")  # noqa: T201
    assert {row.result for row in answers} == {"ok"}
    assert lost_and_doubled(answers, numbers) == (0, 0)
    # The limit of the requirement is 150 ms on a machine of one's own; here other tests share the cores.
    assert p95 < 3000

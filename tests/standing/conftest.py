"""A county in which somebody's certificate has just been stopped."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.certificates.services import measures
from tests.certificates.conftest import certify, make_courier
from tests.custody.conftest import NOW, START, Counter
from tests.desk.conftest import Phone
from tests.door.conftest import driver, in_hands, town_keeper  # noqa: F401  fixtures

TODAY = NOW.date()
DAY = dt.timedelta(days=1)
WHY = "消防不合格"


@pytest.fixture
def counter(world) -> Counter:
    return Counter(world)


@pytest.fixture
def phone(keeper, world) -> Phone:
    return Phone(keeper, world.village)


@pytest.fixture
def stop(county_official):
    """stop(party) → its certificate, suspended at NOW."""

    def suspend(party):
        row = certify(party, county_official, now=START, until=TODAY + 30 * DAY)
        measures.suspend(certificate=row, actor=county_official.actor(), now=NOW, why=WHY)
        party.refresh_from_db()
        return row

    return suspend


@pytest.fixture
def registered(courier, world):
    """The courier persona as a registered courier of the carrier."""
    return make_courier(courier, world, enterprise=world.carrier)

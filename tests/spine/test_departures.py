"""A parcel that is being handed over leaves nowhere, whichever way the departure is reported."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.parcels.events import NewEvent
from logistics.parcels.models import RefusedEvent
from logistics.parcels.services.handovers import offer_handover, withdraw_handover
from logistics.parcels.services.parties import Party
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import feed_source, source_for
from logistics.parcels.states import Refusal, Stage
from members.access.states import Role
from portal.core.actor import system_actor
from tests.personas import make_persona
from tests.spine.conftest import NOW

pytestmark = pytest.mark.django_db
OFFERED = NOW - dt.timedelta(hours=1)


@pytest.fixture
def sorter(world):
    return make_persona(1101, "分拣员", Role.KEEPER, world.hub)


@pytest.fixture
def offered(spine, world, sorter):
    """Two parcels on one unanswered handover from the hub to the township station."""
    parcels = [spine.parcel(world), spine.parcel(world)]
    handover = offer_handover(
        giver=Party.station(world.hub), taker=Party.station(world.township_station), station=world.hub,
        parcels=parcels, actor=sorter.actor(), now=OFFERED,
    )  # fmt: skip
    return handover, parcels


def report(parcels, actor, *, code=Stage.TO_TOWN, at=NOW, source=None, **more):
    events = [
        NewEvent(number=p.waybill, code=str(code), at=at.isoformat(), id=f"d-{p.pk}", station="zl-hub", **more)
        for p in parcels
    ]
    return record_events(events=events, source=source or source_for(actor=actor, now=NOW), actor=actor, now=NOW)


def test_a_departure_is_refused_while_the_handover_waits_and_taken_after_it(offered, sorter):
    handover, parcels = offered
    result = report(parcels, sorter.actor())
    assert [line.code for line in result.refused] == [Refusal.OPEN_HANDOVER] * 2
    assert "交接" in result.refused[0].message
    assert result.refused[0].hint
    parcels[0].refresh_from_db()
    assert parcels[0].stage == Stage.CREATED
    withdraw_handover(handover=handover, actor=sorter.actor(), now=NOW)
    assert report(parcels, sorter.actor()).accepted == 2
    assert not RefusedEvent.objects.filter(settled_at=None).exists()


def test_what_left_before_the_handover_was_offered_is_taken_late(offered, sorter):
    assert report(offered[1], sorter.actor(), at=OFFERED - dt.timedelta(minutes=5)).accepted == 2


def test_other_scans_and_other_parcels_are_not_held_up(spine, world, offered, sorter):
    assert report(offered[1], sorter.actor(), code=Stage.AT_COUNTY).accepted == 2
    assert report([spine.parcel(world)], sorter.actor()).accepted == 1


def test_a_carrier_reports_its_own_vehicles(world, offered):
    source = feed_source(enterprise=world.carrier, now=NOW)
    assert report(offered[1], system_actor("feed"), code=Stage.LINEHAUL, source=source).accepted == 2


def test_looking_for_handovers_takes_one_statement_a_batch(spine, world, offered, sorter):
    counts = []
    for parcels in ([spine.parcel(world)], [spine.parcel(world) for _n in range(20)]):
        with CaptureQueriesContext(connection) as queries:
            report(parcels, sorter.actor())
        counts.append(len(queries))
    assert counts[0] >= counts[1]

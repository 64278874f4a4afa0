"""A parcel announced with a place only: the station that serves the place is found for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from logistics.parcels.selectors import visible_parcels
from logistics.parcels.services.parcels import ParcelDraft, create_parcels
from logistics.registry.states import State, StationKind
from members.access.states import Permission
from portal.core.actor import system_actor
from tests.world import make_station

pytestmark = pytest.mark.django_db
OFFICE = system_actor("tests")


def announce(*places: str, **more):
    drafts = [ParcelDraft(destination=place, recipient_phone="13893300001", **more) for place in places]
    outcomes = create_parcels(drafts=drafts, actor=OFFICE, now=timezone.now())
    assert [outcome.error for outcome in outcomes] == [None] * len(places)
    return [outcome.parcel for outcome in outcomes]


def test_the_station_of_the_village_and_its_keeper_sees_the_parcel(world, keeper):
    (parcel,) = announce(world.village_division.code)
    assert parcel.destination_station == world.village
    assert parcel in visible_parcels(actor=keeper.actor(), permission=Permission.STATION_RECEIVE)


def test_a_village_without_a_station_of_its_own_is_served_by_its_township(world):
    world.village.state = State.SUSPENDED
    world.village.save()
    (parcel,) = announce(world.village_division.code)
    assert parcel.destination_station == world.township_station


def test_a_township_is_served_by_its_own_station_and_the_county_by_none(world):
    town, county = announce(world.township.code, world.county.code)
    assert town.destination_station == world.township_station
    assert county.destination_station is None


@pytest.mark.parametrize(
    ("kinds", "found"),
    [((StationKind.TOWNSHIP,), True), ((StationKind.LOCKER,), True), ((StationKind.VILLAGE,), False)],
)
def test_of_several_stations_only_the_village_kind_is_taken_and_two_of_them_are_not_guessed(world, kinds, found):
    for n, kind in enumerate(kinds):
        make_station(f"zl-more-{n}", "另一站", kind, world.village_division, world.township_station)
    (parcel,) = announce(world.village_division.code)
    assert parcel.destination_station == (world.village if found else None)


def test_what_is_sent_from_a_village_gets_the_station_where_it_is_handed_in(world):
    outcomes = create_parcels(
        drafts=[ParcelDraft(direction="UP", origin=world.village_division.code, sender_phone="13893300001")],
        actor=OFFICE,
        now=timezone.now(),
    )
    assert (outcomes[0].parcel.origin_station, outcomes[0].parcel.destination_station) == (world.village, None)


def test_a_station_that_is_named_is_kept(world):
    (parcel,) = announce(world.village_division.code, destination_station=world.township_station.code)
    assert parcel.destination_station == world.township_station


def test_the_number_of_queries_does_not_grow_with_the_batch(world):
    places = [world.village_division.code, world.far_village_division.code, world.village_next_door_division.code]
    counts = []
    for size in (1, 30):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            announce(*(places * size)[: max(1, size)])
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_batch_beyond_one_statement_is_taken_whole(world):
    assert len(announce(*[world.village_division.code] * 2100)) == 2100

"""The stage follows the strongest evidence: who confirmed a load, and what was counted out of a bag."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from logistics.parcels.lookup import public_json, read_number
from logistics.parcels.lookup_own import at_station
from logistics.parcels.models import Event, Handover, PickupCode
from logistics.parcels.services.bags import add_to_bag, open_bag, open_bag_at, seal_bag
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.departures import depart
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from members.access.states import Role
from portal.notify.models import Message
from tests.custody.conftest import COUNTY, NOW, codes_of, fresh
from tests.desk.conftest import Phone
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def sorter(world):
    return make_persona(1401, "分拣员", Role.KEEPER, world.hub)


@pytest.fixture
def driver(world):
    return make_persona(1402, "孙司机", Role.COURIER, world.hub)


@pytest.fixture
def town_keeper(world):
    return make_persona(1403, "镇站员", Role.KEEPER, world.township_station)


class Road:
    """Handovers in a line, each confirmed by its taker, minutes apart."""

    def __init__(self, world):
        self.world, self.now = world, NOW - dt.timedelta(hours=2)  # 70 hours after START

    def later(self, minutes=10) -> dt.datetime:
        self.now += dt.timedelta(minutes=minutes)
        return self.now

    def bag(self, who, origin, destination, parcels, seal="FQ000001"):
        bag = open_bag(origin=origin, destination=destination, actor=who.actor(), now=self.later())
        add_to_bag(bag=bag, parcels=parcels, actor=who.actor(), now=self.now)
        return seal_bag(bag=bag, seal_number=seal, actor=who.actor(), now=self.later())

    def pass_on(self, giver, giving, taker, taking, station, *, parcels=(), bags=(), scanned=None) -> Handover:
        offered = offer_handover(
            giver=giver,
            taker=taker,
            station=station,
            parcels=parcels,
            bags=bags,
            actor=giving.actor(),
            now=self.later(),
        )
        numbers = [*(p.waybill for p in parcels), *(b.number for b in bags)] if scanned is None else scanned
        return take_over(handover=offered, scanned=numbers, actor=taking.actor(), now=self.later())[0]


@pytest.fixture
def road(world):
    return Road(world)


def public(parcel) -> dict:
    """What anybody reads under the number."""
    return json.loads(public_json(read_number(parcel.waybill)))["parcels"][0]


def lines(parcel) -> list[tuple[str, str | None]]:
    return [(line["code"], line["place"]) for line in public(parcel)["events"]]


def test_down_the_whole_road(world, counter, road, sorter, driver, town_keeper, keeper):
    parcels = [counter.parcel() for _n in range(3)]
    for parcel in parcels:
        counter.scan(parcel, "AT_COUNTY", station=world.hub, hours=1)
    lost, *rest = parcels
    me, hub, town = Party.person(driver.user.pk), Party.station(world.hub), Party.station(world.township_station)
    bag = road.bag(sorter, world.hub, world.township_station, parcels)
    assert {public(p)["stage"] for p in parcels} == {"BAGGED"}
    offered = offer_handover(giver=hub, taker=me, station=world.hub, bags=[bag], actor=sorter.actor(), now=road.later())
    assert {public(p)["stage"] for p in parcels} == {"BAGGED"}  # only offered
    take_over(handover=offered, scanned=[bag.number], actor=driver.actor(), now=road.later())
    assert {public(p)["stage"] for p in parcels} == {"TO_TOWN"}
    left = Event.objects.get(parcel=rest[0], code="TO_TOWN")
    assert (left.station, left.actor, left.occurred_at) == (world.hub, driver.actor().id, road.now)

    road.pass_on(me, driver, town, town_keeper, world.township_station, bags=[bag])
    assert {public(p)["stage"] for p in parcels} == {"AT_TOWN"}
    found = [p.waybill for p in rest]
    open_bag_at(
        bag=bag, station=world.township_station, seal_intact=True, found=found, actor=town_keeper.actor(),
        now=road.later(),
    )  # fmt: skip
    assert [public(p)["stage"] for p in rest] == ["AT_TOWN", "AT_TOWN"]
    assert (public(lost)["stage"], fresh(lost).issues) == ("TO_TOWN", ["COUNT_MISMATCH"])
    assert public(lost)["issues"] == []  # whoever waits for it can do nothing with a count

    road.pass_on(town, town_keeper, me, driver, world.township_station, parcels=rest)
    assert [public(p)["stage"] for p in rest] == ["TO_VILLAGE", "TO_VILLAGE"]
    road.pass_on(me, driver, Party.station(world.village), keeper, world.village, parcels=rest)
    assert [public(p)["stage"] for p in rest] == ["TO_VILLAGE", "TO_VILLAGE"]
    assert [public(p)["at_station"] for p in rest] == [True, True]
    assert (at_station(fresh(rest[0])), at_station(fresh(lost))) == (True, False)
    assert (PickupCode.objects.count(), Message.objects.count()) == (0, 0)
    expected = [
        ("AT_COUNTY", world.hub.name), ("BAGGED", world.hub.name), ("TO_TOWN", world.hub.name),
        ("AT_TOWN", world.township_station.name), ("TO_VILLAGE", world.township_station.name),
    ]  # fmt: skip
    assert lines(rest[0]) == expected


def test_up_the_whole_road(world, counter, road, sorter, driver, town_keeper, keeper):
    up = {
        "direction": "UP",
        "origin_station": world.village.code,
        "destination_station": "",
        "carrier": "",
        "carrier_number": "",
    }
    first, lost = counter.parcel(**up), counter.parcel(**up)
    for parcel in (first, lost):
        counter.scan(parcel, "COLLECTED", station=world.village, hours=1)
    me, village, town = (
        Party.person(driver.user.pk),
        Party.station(world.village),
        Party.station(world.township_station),
    )
    road.pass_on(village, keeper, me, driver, world.village, parcels=[first, lost], scanned=[first.waybill])
    assert (public(first)["stage"], public(lost)["stage"], fresh(lost).issues) == (
        "TO_TOWN", "COLLECTED", ["COUNT_MISMATCH"],
    )  # fmt: skip
    road.pass_on(me, driver, town, town_keeper, world.township_station, parcels=[first])
    assert public(first)["stage"] == "AT_TOWN"
    bag = road.bag(town_keeper, world.township_station, world.hub, [first])
    road.pass_on(town, town_keeper, me, driver, world.township_station, bags=[bag])
    assert public(first)["stage"] == "TO_COUNTY"
    road.pass_on(me, driver, Party.station(world.hub), sorter, world.hub, bags=[bag])
    open_bag_at(bag=bag, station=world.hub, seal_intact=True, actor=sorter.actor(), now=road.later())
    assert [code for code, _place in lines(first)] == [
        "COLLECTED", "TO_TOWN", "AT_TOWN", "BAGGED", "TO_COUNTY", "AT_COUNTY",
    ]  # fmt: skip
    out = road.bag(sorter, world.hub, world.township_station, [first], seal="FQ000002")
    assert public(first)["stage"] == "AT_COUNTY"  # packing again takes nothing back
    depart(station=world.hub, parcels=[first], stage="LINEHAUL", actor=COUNTY, now=road.later())
    assert (public(first)["stage"], out.state) == ("LINEHAUL", "sealed")


def events(parcel) -> list[str]:
    return [code for code in codes_of(parcel) if code not in ("CUSTODY", "VOID")]


def test_a_departure_after_the_driver_is_no_second_line(world, counter, road, sorter, driver):
    parcel, loose = counter.parcel(), counter.parcel()
    road.pass_on(Party.station(world.hub), sorter, Party.person(driver.user.pk), driver, world.hub, parcels=[parcel])
    depart(station=world.hub, parcels=[parcel, loose], stage="TO_TOWN", actor=COUNTY, now=road.later())
    assert (events(parcel), events(loose)) == (["TO_TOWN"], ["TO_TOWN"])
    depart(station=world.hub, parcels=[parcel, loose], stage="TO_TOWN", actor=COUNTY, now=road.later())
    assert (events(parcel), events(loose)) == (["TO_TOWN"], ["TO_TOWN"])


def test_a_scan_after_the_handover_tells_the_way_and_adds_nothing(world, counter, road, sorter, driver, town_keeper):
    parcel = counter.parcel()
    me = Party.person(driver.user.pk)
    road.pass_on(Party.station(world.hub), sorter, me, driver, world.hub, parcels=[parcel])
    road.pass_on(
        me, driver, Party.station(world.township_station), town_keeper, world.township_station, parcels=[parcel]
    )
    phone = Phone(town_keeper, world.township_station, live=True)
    first, again = phone.scan("hub-inbound", parcel.waybill), phone.scan("hub-inbound", parcel.waybill)
    assert (first.result, first.word, first.undo, again.result) == ("ok", world.village.name, False, "repeat")
    assert events(parcel) == ["TO_TOWN", "AT_TOWN"]


def test_a_scan_before_the_handover_is_the_arrival(world, counter, road, sorter, driver, town_keeper):
    parcel = counter.parcel()
    me, town = Party.person(driver.user.pk), Party.station(world.township_station)
    road.pass_on(Party.station(world.hub), sorter, me, driver, world.hub, parcels=[parcel])
    counter.scan(parcel, "AT_TOWN", station=world.township_station, hours=70.5)
    road.pass_on(me, driver, town, town_keeper, world.township_station, parcels=[parcel])
    assert events(parcel) == ["TO_TOWN", "AT_TOWN"]


def test_a_missing_one_that_was_scanned_itself_stays_arrived(world, counter, road, sorter, driver, town_keeper):
    """Only the arrival that nobody saw falls when the bag is counted."""
    seen, there = counter.parcel(), counter.parcel()
    me, town = Party.person(driver.user.pk), Party.station(world.township_station)
    bag = road.bag(sorter, world.hub, world.township_station, [seen, there])
    road.pass_on(Party.station(world.hub), sorter, me, driver, world.hub, bags=[bag])
    counter.scan(seen, "AT_TOWN", station=world.township_station, hours=70.7)
    road.pass_on(me, driver, town, town_keeper, world.township_station, bags=[bag])
    open_bag_at(
        bag=bag, station=world.township_station, seal_intact=True, found=[there.waybill], actor=town_keeper.actor(),
        now=road.later(),
    )  # fmt: skip
    assert (fresh(seen).stage, fresh(seen).issues) == ("AT_TOWN", ["COUNT_MISMATCH"])


def test_what_came_out_of_the_bag_without_any_handover(world, counter, road, sorter, town_keeper):
    inside, extra = counter.parcel(), counter.parcel()
    bag = road.bag(sorter, world.hub, world.township_station, [inside])
    open_bag_at(
        bag=bag, station=world.township_station, seal_intact=True, found=[inside.waybill, extra.waybill],
        actor=town_keeper.actor(), now=road.later(),
    )  # fmt: skip
    assert (events(inside), events(extra)) == (["BAGGED", "AT_TOWN"], ["AT_TOWN"])


def test_what_is_not_concluded(world, counter, road, sorter, driver, town_keeper):
    """A parcel for the town itself goes to the door with the courier; one that is wrong here has not arrived."""
    here = counter.parcel(destination_station=world.township_station.code)
    foreign = counter.parcel(destination_station=world.other_township_station.code)
    back = counter.parcel()
    for parcel in (here, back):
        counter.scan(parcel, "AT_TOWN", station=world.township_station, hours=1)
    counter.scan(back, "RETURNING", station=world.village, hours=2)
    me, town = Party.person(driver.user.pk), Party.station(world.township_station)
    road.pass_on(town, town_keeper, me, driver, world.township_station, parcels=[here, back])
    assert (events(here), events(back)) == (["AT_TOWN"], ["AT_TOWN", "RETURNING"])
    road.pass_on(me, driver, Party.station(world.hub), sorter, world.hub, parcels=[back])
    assert "AT_COUNTY" in events(back)  # its second time through the hub
    road.pass_on(Party.station(world.hub), sorter, me, driver, world.hub, parcels=[foreign])
    road.pass_on(me, driver, town, town_keeper, world.township_station, parcels=[foreign])
    assert (fresh(foreign).stage, fresh(foreign).custody_ref) == ("TO_TOWN", world.township_station.code)


def test_a_handover_corrected_takes_the_stage_back(world, counter, road, sorter, driver, county_official):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", station=world.hub, hours=1)
    road.pass_on(Party.station(world.hub), sorter, Party.person(driver.user.pk), driver, world.hub, parcels=[parcel])
    assert fresh(parcel).stage == "TO_TOWN"
    custody = Event.objects.get(parcel=parcel, code="CUSTODY")
    correct_event(
        event=custody, reason="did_not_occur", actor=county_official.actor(), now=road.later(), why="司机没有来"
    )
    now = fresh(parcel)
    assert (now.stage, now.custody_kind) == ("AT_COUNTY", "")
    assert lines(parcel) == [("AT_COUNTY", world.hub.name)]

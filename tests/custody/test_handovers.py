"""Custody passes between two people who both say so."""

from __future__ import annotations

import pytest

from logistics.parcels.errors import ParcelClosed, ParcelNotFound
from logistics.parcels.models import Handover, HandoverItem
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from logistics.parcels.services.contents import NumbersUnknown
from logistics.parcels.services.departures import NotADeparture, OpenHandover, assert_no_open_handover, depart
from logistics.parcels.services.handovers import (
    BagStillOpen,
    HandoverAnswered,
    InOpenHandover,
    NotHeld,
    NothingToHand,
    SameParty,
    SamePerson,
    offer_handover,
    take_over,
    withdraw_handover,
)
from logistics.parcels.services.parties import HandoverNotFound, Party
from members.access.states import Role
from portal.core.errors import Forbidden
from tests.custody.conftest import NOW, codes_of, fresh
from tests.personas import hold, make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def sorter(world):
    """Works at the county hub."""
    return make_persona(1101, "分拣员", Role.KEEPER, world.hub)


@pytest.fixture
def town_keeper(world):
    return make_persona(1102, "镇站员", Role.KEEPER, world.township_station)


@pytest.fixture
def hub_to_town(world, sorter):
    def offer(*parcels, actor=None, **more):
        return offer_handover(
            giver=Party.station(world.hub), taker=Party.station(world.township_station), station=world.township_station,
            parcels=parcels, actor=(actor or sorter).actor(), now=NOW, **more,
        )  # fmt: skip

    return offer


def take(handover, who, *scanned, **more):
    return take_over(handover=handover, scanned=scanned, actor=who.actor(), now=NOW, **more)


def test_confirmed_when_all_is_there(counter, world, hub_to_town, town_keeper):
    first, second = counter.parcel(), counter.parcel()
    handover = hub_to_town(first, second, first)
    assert (handover.expected, handover.state) == (2, "pending")
    assert fresh(first).custody_kind == ""
    handover, counted = take(handover, town_keeper, first.waybill, second.carrier_number, first.carrier_number)
    assert (handover.state, handover.scanned, counted.agrees) == ("confirmed", 2, True)
    for parcel in (first, second):
        assert (fresh(parcel).custody_kind, fresh(parcel).custody_ref) == ("station", world.township_station.code)
        assert codes_of(parcel) == ["CUSTODY", "AT_TOWN"]


def test_disputed_when_one_is_missing(counter, world, hub_to_town, town_keeper):
    there, missing = counter.parcel(), counter.parcel()
    handover = hub_to_town(there, missing)
    handover, counted = take(handover, town_keeper, there.waybill, dispute="少一件,司机13812345678说没装")
    assert handover.state == "disputed"
    assert [p.pk for p in counted.missing] == [missing.pk]
    assert fresh(there).custody_ref == world.township_station.code
    assert (fresh(missing).custody_kind, fresh(missing).issues) == ("", ["COUNT_MISMATCH"])
    assert "13812345678" not in handover.dispute
    hub_to_town(missing)  # found later: offered again


def test_extra_parcel_is_listed_but_does_not_pass(counter, hub_to_town, town_keeper):
    listed, extra = counter.parcel(), counter.parcel()
    handover, counted = take(hub_to_town(listed), town_keeper, listed.waybill, extra.waybill)
    assert (handover.state, handover.expected, handover.scanned) == ("disputed", 1, 2)
    assert [p.pk for p in counted.extra] == [extra.pk]
    assert fresh(extra).custody_kind == ""
    item = HandoverItem.objects.get(handover=handover, parcel=extra)
    assert (item.expected, item.scanned, item.open) == (False, True, False)


def test_unknown_number_stops_the_answer(counter, hub_to_town, town_keeper, world):
    listed = counter.parcel()
    abroad = counter.parcel(destination_station=world.neighbour_hub.code)
    handover = hub_to_town(listed)
    with pytest.raises(NumbersUnknown) as refusal:
        take(handover, town_keeper, listed.waybill, abroad.waybill, "<script>")
    assert set(refusal.value.fields["scanned"].split("、")) == {abroad.waybill, "<SCRIPT>"}
    assert Handover.objects.get(pk=handover.pk).state == "pending"


def test_sealed_bag_stands_for_its_contents(counter, world, sorter, town_keeper, hub_to_town):
    inside, loose = counter.parcel(), counter.parcel()
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=NOW)
    add_to_bag(bag=bag, parcels=[inside], actor=sorter.actor(), now=NOW)
    with pytest.raises(BagStillOpen):
        hub_to_town(loose, bags=[bag])
    seal_bag(bag=bag, seal_number="FQ000001", actor=sorter.actor(), now=NOW)
    handover = hub_to_town(loose, bags=[bag])
    assert handover.expected == 2
    handover, _counted = take(handover, town_keeper, bag.number.lower(), loose.waybill)
    assert handover.state == "confirmed"
    assert fresh(inside).custody_ref == world.township_station.code


def test_person_takes_and_gives(counter, world, sorter, courier, town_keeper):
    """Hub to courier to township station: the courier needs no right over the hub, being named is enough."""
    parcel = counter.parcel()
    driver = Party.person(courier.user.pk)
    first = offer_handover(
        giver=Party.station(world.hub), taker=driver, station=world.hub, parcels=[parcel], actor=sorter.actor(), now=NOW
    )
    with pytest.raises(HandoverNotFound):
        take(first, town_keeper, parcel.waybill)
    take(first, courier, parcel.waybill)
    assert (fresh(parcel).custody_kind, fresh(parcel).custody_ref) == ("person", f"user:{courier.user.pk}")
    with pytest.raises(NotHeld):  # the hub does not have it any more
        offer_handover(
            giver=Party.station(world.hub), taker=Party.station(world.township_station), station=world.hub,
            parcels=[parcel], actor=sorter.actor(), now=NOW,
        )  # fmt: skip
    second = offer_handover(
        giver=driver, taker=Party.station(world.township_station), station=world.township_station, parcels=[parcel],
        actor=courier.actor(), now=NOW,
    )  # fmt: skip
    take(second, town_keeper, parcel.waybill)
    assert fresh(parcel).custody_ref == world.township_station.code


def test_nobody_answers_themselves(counter, world, sorter, hub_to_town):
    """One person with a role on both sides is still one person."""
    hold(sorter.user, Role.KEEPER, world.township_station)
    handover = hub_to_town(counter.parcel())
    with pytest.raises(SamePerson):
        take(handover, sorter)
    with pytest.raises(SameParty):
        offer_handover(
            giver=Party.station(world.hub), taker=Party.station(world.hub), station=world.hub,
            parcels=[counter.parcel()], actor=sorter.actor(), now=NOW,
        )  # fmt: skip


def test_answered_once(counter, hub_to_town, town_keeper, sorter):
    parcel = counter.parcel()
    handover = hub_to_town(parcel)
    take(handover, town_keeper, parcel.waybill)
    with pytest.raises(HandoverAnswered) as refusal:
        take(handover, town_keeper, parcel.waybill)
    assert str(town_keeper.user.pk) in str(refusal.value.message)
    with pytest.raises(HandoverAnswered):
        withdraw_handover(handover=handover, actor=sorter.actor(), now=NOW)
    assert codes_of(parcel) == ["CUSTODY", "AT_TOWN"]


def test_one_open_handover_a_parcel(counter, hub_to_town, sorter):
    parcel = counter.parcel()
    first = hub_to_town(parcel)
    with pytest.raises(InOpenHandover):
        hub_to_town(parcel)
    withdraw_handover(handover=first, actor=sorter.actor(), now=NOW)
    hub_to_town(parcel)


def test_no_departure_with_an_open_handover(counter, world, hub_to_town, town_keeper, sorter):
    parcel, other = counter.parcel(), counter.parcel()
    handover = hub_to_town(parcel)
    leave = {"station": world.township_station, "stage": "TO_VILLAGE", "actor": town_keeper.actor(), "now": NOW}
    with pytest.raises(OpenHandover) as refusal:
        depart(parcels=[other, parcel], **leave)
    assert "撤回" in str(refusal.value.hint)
    assert codes_of(other) == []
    with pytest.raises(OpenHandover):
        assert_no_open_handover(station=world.township_station)
    take(handover, town_keeper, parcel.waybill)
    depart(parcels=[other, parcel], **leave)
    assert (fresh(parcel).stage, fresh(other).stage) == ("TO_VILLAGE", "TO_VILLAGE")
    assert_no_open_handover(station=world.township_station)
    with pytest.raises(NotADeparture):
        depart(parcels=[parcel], **(leave | {"stage": "DELIVERED"}))


def test_strangers(counter, world, hub_to_town, keeper, keeper_next_door, villager, county_official, town_keeper):
    parcel = counter.parcel()
    with pytest.raises(HandoverNotFound):
        hub_to_town(parcel, actor=keeper_next_door)
    with pytest.raises(Forbidden):
        hub_to_town(parcel, actor=villager)
    handover = hub_to_town(parcel)
    for who in (keeper, keeper_next_door):
        with pytest.raises(HandoverNotFound):
            take(handover, who, parcel.waybill)
        with pytest.raises(HandoverNotFound):
            withdraw_handover(handover=handover, actor=who.actor(), now=NOW)
    for who in (villager, county_official):
        with pytest.raises(Forbidden):
            take(handover, who, parcel.waybill)
    foreign = counter.parcel(destination_station=world.neighbour_hub.code)
    with pytest.raises(ParcelNotFound):
        hub_to_town(foreign)


def test_nothing_or_ended(counter, hub_to_town, town_keeper):
    with pytest.raises(NothingToHand):
        hub_to_town()
    ended = counter.parcel()
    counter.scan(ended, "LOST", hours=1)
    with pytest.raises(ParcelClosed):
        hub_to_town(ended)
    parcel = counter.parcel()
    handover = hub_to_town(parcel)
    counter.scan(parcel, "DELIVERED", hours=1)  # ends while the offer is open: the answer is still recorded
    handover, _counted = take(handover, town_keeper, parcel.waybill)
    assert (handover.state, fresh(parcel).custody_kind) == ("confirmed", "consignee")

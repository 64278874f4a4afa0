"""Bags and their numbered seals."""

from __future__ import annotations

import pytest

from logistics.parcels.errors import ParcelClosed, ParcelNotFound, StationNotFound
from logistics.parcels.models import Bag
from logistics.parcels.services.bags import (
    BadSeal,
    BagEmpty,
    BagInHandover,
    BagNotHere,
    BagNotOpen,
    BagNotSealed,
    BagOpened,
    InOtherBag,
    NotInBag,
    SameStation,
    SealUsed,
    WrongBag,
    add_to_bag,
    contents_of,
    open_bag,
    open_bag_at,
    remove_from_bag,
    seal_bag,
)
from logistics.parcels.services.contents import NumbersUnknown
from logistics.parcels.services.handovers import offer_handover
from logistics.parcels.services.parties import Party
from members.access.states import Role
from portal.core.checkdigits import is_valid
from portal.core.errors import Forbidden
from tests.custody.conftest import COUNTY, NOW, codes_of, fresh
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def sorter(world):
    """Works at the county hub."""
    return make_persona(1101, "分拣员", Role.KEEPER, world.hub)


@pytest.fixture
def town_keeper(world):
    return make_persona(1102, "镇站员", Role.KEEPER, world.township_station)


@pytest.fixture
def bag(world, sorter) -> Bag:
    return open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=NOW)


def pack(bag, sorter, *parcels):
    return add_to_bag(bag=bag, parcels=parcels, actor=sorter.actor(), now=NOW)


def seal(bag, sorter, number="FQ000001"):
    return seal_bag(bag=bag, seal_number=number, actor=sorter.actor(), now=NOW)


def arrive(bag, town_keeper, world, *, intact=True, found=None):
    return open_bag_at(
        bag=bag, station=world.township_station, seal_intact=intact, found=found, actor=town_keeper.actor(), now=NOW
    )


def test_packed_sealed_opened(counter, world, bag, sorter, town_keeper):
    first, second = counter.parcel(), counter.parcel()
    assert is_valid(bag.number)
    pack(bag, sorter, first, second)
    pack(bag, sorter, first)  # scanned twice
    sealed = seal(bag, sorter, " fq000001 ")
    assert (sealed.state, sealed.seal_number) == ("sealed", "FQ000001")
    assert (fresh(first).stage, fresh(second).stage) == ("BAGGED", "BAGGED")
    counted = arrive(bag, town_keeper, world, found=[first.carrier_number, second.waybill.lower()])
    assert counted.agrees
    bag.refresh_from_db()
    assert (bag.state, bag.seal_intact, contents_of(bag)) == ("opened", True, [])
    assert fresh(first).issues == []


def test_broken_seal_marks_everything_inside(counter, world, bag, sorter, town_keeper):
    first, second = counter.parcel(), counter.parcel()
    pack(bag, sorter, first, second)
    seal(bag, sorter)
    counted = arrive(bag, town_keeper, world, intact=False, found=[first.waybill])
    assert [p.pk for p in counted.missing] == [second.pk]
    assert fresh(first).issues == ["SEAL_BROKEN"]
    assert fresh(second).issues == ["COUNT_MISMATCH", "SEAL_BROKEN"]


def test_unexpected_parcel_is_listed(counter, world, bag, sorter, town_keeper):
    first, stray = counter.parcel(), counter.parcel()
    pack(bag, sorter, first)
    seal(bag, sorter)
    with pytest.raises(NumbersUnknown) as refusal:
        arrive(bag, town_keeper, world, found=[first.waybill, "NOBODY-KNOWS"])
    assert "NOBODY-KNOWS" in refusal.value.fields["scanned"]
    counted = arrive(bag, town_keeper, world, found=[first.waybill, stray.waybill])
    assert ([p.pk for p in counted.extra], counted.missing) == ([stray.pk], [])
    assert codes_of(stray) == ["AT_TOWN"]  # counted here, whatever the list says


def test_seal_is_used_once(counter, world, bag, sorter):
    pack(bag, sorter, counter.parcel())
    seal(bag, sorter)
    other = open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=NOW)
    parcel = counter.parcel()
    pack(other, sorter, parcel)
    with pytest.raises(SealUsed) as refusal:
        seal(other, sorter, "ＦＱ000001")
    assert "新封签" in str(refusal.value.hint)
    assert codes_of(parcel) == []
    seal(other, sorter, "FQ000002")


@pytest.mark.parametrize("number", ["", "12", "X" * 25, "FQ 0001;DROP", "<script>"])
def test_seal_numbers_that_are_none(counter, bag, sorter, number):
    pack(bag, sorter, counter.parcel())
    with pytest.raises(BadSeal):
        seal(bag, sorter, number)


def test_order_of_things(counter, world, bag, sorter, town_keeper):
    parcel = counter.parcel()
    with pytest.raises(BagEmpty):
        seal(bag, sorter)
    pack(bag, sorter, parcel)
    with pytest.raises(BagNotSealed):
        arrive(bag, town_keeper, world)
    with pytest.raises(NotInBag):
        remove_from_bag(bag=bag, parcels=[counter.parcel()], actor=sorter.actor(), now=NOW)
    assert remove_from_bag(bag=bag, parcels=[parcel], actor=sorter.actor(), now=NOW) == 1
    pack(bag, sorter, parcel)
    seal(bag, sorter)
    for late in (pack, lambda b, s, p: remove_from_bag(bag=b, parcels=[p], actor=s.actor(), now=NOW)):
        with pytest.raises(BagNotOpen):
            late(bag, sorter, parcel)
    with pytest.raises(BagNotOpen):
        seal(bag, sorter, "FQ000009")
    arrive(bag, town_keeper, world)
    with pytest.raises(BagOpened) as refusal:
        arrive(bag, town_keeper, world)
    assert str(town_keeper.user.pk) in str(refusal.value.message)


def test_a_parcel_lies_in_one_bag(counter, world, bag, sorter):
    parcel = counter.parcel()
    pack(bag, sorter, parcel)
    other = open_bag(origin=world.hub, destination=world.village, actor=sorter.actor(), now=NOW)
    with pytest.raises(InOtherBag) as refusal:
        pack(other, sorter, counter.parcel(), parcel)
    assert bag.number in str(refusal.value.message)
    assert contents_of(other) == []


def test_sorting_mistakes_are_refused(counter, world, bag, sorter):
    far = counter.parcel(destination_station=world.far_village.code)
    with pytest.raises(WrongBag) as refusal:
        pack(bag, sorter, far)
    assert world.far_village.name in str(refusal.value.message)
    counter.scan(far, "RETURNING", hours=1)
    pack(bag, sorter, far)  # on its way back any bag will do
    with pytest.raises(SameStation):
        open_bag(origin=world.hub, destination=world.hub, actor=sorter.actor(), now=NOW)
    done = counter.parcel()
    counter.scan(done, "DELIVERED", hours=1)
    with pytest.raises(ParcelClosed):
        pack(bag, sorter, done)


def test_opened_only_where_it_is_bound_for(counter, world, bag, sorter):
    pack(bag, sorter, counter.parcel())
    seal(bag, sorter)
    with pytest.raises(BagNotHere) as refusal:
        open_bag_at(bag=bag, station=world.hub, seal_intact=True, actor=sorter.actor(), now=NOW)
    assert world.township_station.name in str(refusal.value.message)


def test_not_opened_while_a_handover_is_unanswered(counter, world, bag, sorter, town_keeper):
    pack(bag, sorter, counter.parcel())
    seal(bag, sorter)
    sides = {"giver": Party.station(world.hub), "taker": Party.station(world.township_station)}
    offer_handover(**sides, station=world.township_station, bags=[bag], actor=sorter.actor(), now=NOW)
    with pytest.raises(BagInHandover):
        arrive(bag, town_keeper, world)


def test_strangers(counter, world, bag, keeper, villager, sorter):
    parcel = counter.parcel()
    with pytest.raises(StationNotFound):
        pack(bag, keeper, parcel)
    with pytest.raises(Forbidden):
        pack(bag, villager, parcel)
    with pytest.raises(StationNotFound):
        open_bag(origin=world.hub, destination=world.village, actor=keeper.actor(), now=NOW)
    abroad = counter.parcel(destination_station=world.neighbour_hub.code)
    with pytest.raises(ParcelNotFound):
        pack(bag, sorter, abroad)


def test_sealing_stops_at_a_parcel_that_ended(counter, bag, sorter):
    parcel = counter.parcel()
    pack(bag, sorter, parcel)
    counter.scan(parcel, "LOST", hours=1, actor=COUNTY)
    with pytest.raises(ParcelClosed):
        seal(bag, sorter)

"""A load in one's own hands: it can be handed on from every page, and each side of a handover has a page of its own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from logistics.desk.services.places import BagInYourHands, BagUnknown, bag_of_actor
from logistics.parcels.services.answers_back import TooLateToTakeBack, take_answer_back
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from logistics.parcels.services.handovers import OfferedToYou, offer_handover, take_over, withdraw_handover
from logistics.parcels.services.parties import HandoverNotFound, Party
from logistics.parcels.services.undo import BuiltUpon
from members.access.states import Role
from tests.custody.conftest import COUNTY, NOW, fresh
from tests.desk.conftest import Phone
from tests.personas import hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def carried(counter, world, sorter, courier):
    """A sealed bag from the hub in the hands of a courier who works in the township only, and its parcel."""
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", station=world.hub, hours=1)
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=COUNTY, now=NOW)
    add_to_bag(bag=bag, parcels=[parcel], actor=COUNTY, now=NOW)
    bag = seal_bag(bag=bag, seal_number="FQ000001", actor=COUNTY, now=NOW)
    now = timezone.now()
    handover = offer_handover(
        giver=Party.station(world.hub), taker=Party.person(courier.user.pk), station=world.hub, bags=[bag],
        actor=sorter.actor(), now=now,
    )  # fmt: skip
    take_over(handover=handover, scanned=[bag.number], actor=courier.actor(), now=now)
    return bag, parcel, handover


def test_the_bag_in_my_hands_is_handed_over_from_the_scan_page(carried, courier, keeper_next_door, world):
    bag, parcel, _handover = carried
    phone = Phone(courier, world.township_station, live=True)
    answer = phone.scan("hand-over", bag.number)
    assert (answer.result, answer.facts["pieces"]) == ("ok", 1)
    with pytest.raises(BagInYourHands) as refusal:
        bag_of_actor(number=bag.number, actor=courier.actor())
    assert "我手里的货" in str(refusal.value.message)
    with pytest.raises(BagUnknown):
        bag_of_actor(number=bag.number, actor=keeper_next_door.actor())
    assert bag.number in phone.scan("hand-over", parcel.waybill).message


def test_each_side_has_its_page(counter, world, sorter, driver):
    """A driver who also works at the hub is the taker of what is offered to him, and no giver."""
    hold(driver.user, Role.KEEPER, world.hub)
    handover = offer_handover(
        giver=Party.station(world.hub), taker=Party.person(driver.user.pk), station=world.hub,
        parcels=[counter.parcel()], actor=sorter.actor(), now=timezone.now(),
    )  # fmt: skip
    where = f"/work/handovers/{handover.pk}/"
    taker, giver = driver.client.get(where).content.decode(), sorter.client.get(where).content.decode()
    assert ("请对方扫码清点" in taker, "确认接收" in taker, "撤回这张" in taker) == (False, True, False)
    assert ("请对方扫码清点" in giver, "确认接收" in giver, "撤回这张" in giver) == (True, False, True)
    assert f"确认后，记为离开{world.hub.name}" in taker
    assert driver.client.post(f"{where}withdraw/").status_code == 409
    with pytest.raises(OfferedToYou):
        withdraw_handover(handover=handover, actor=driver.actor(), now=NOW)
    assert driver.client.post(f"{where}take/", {"all": "1"}).status_code == 302
    for who in (driver, sorter):
        assert "不用再点发车" in who.client.get("/work/handovers/").content.decode()


def test_a_confirmation_taken_back_takes_everything_back(carried, courier, sorter, world):
    bag, parcel, handover = carried
    assert (fresh(parcel).stage, fresh(parcel).custody_kind) == ("TO_TOWN", "person")
    where = f"/work/handovers/{handover.pk}/"
    assert "撤销我的确认" in courier.client.get(where).content.decode()
    assert "撤销我的确认" not in sorter.client.get(where).content.decode()
    with pytest.raises(HandoverNotFound):
        take_answer_back(handover=handover, actor=sorter.actor(), now=timezone.now())
    assert courier.client.post(f"{where}take-back/").status_code == 302
    assert (fresh(parcel).stage, fresh(parcel).custody_kind) == ("BAGGED", "")
    handover.refresh_from_db()
    assert (handover.state, handover.items.filter(scanned=True).exists()) == ("withdrawn", False)
    now = timezone.now()
    again = offer_handover(
        giver=Party.station(world.hub), taker=Party.person(courier.user.pk), station=world.hub, bags=[bag],
        actor=sorter.actor(), now=now,
    )  # fmt: skip
    take_over(handover=again, scanned=[bag.number], actor=courier.actor(), now=now)
    assert fresh(parcel).stage == "TO_TOWN"


def test_what_rests_on_a_confirmation_keeps_it(carried, courier, town_keeper, world):
    bag, parcel, handover = carried
    now = timezone.now()
    with pytest.raises(TooLateToTakeBack):
        take_answer_back(handover=handover, actor=courier.actor(), now=now + dt.timedelta(minutes=31))
    onward = offer_handover(
        giver=Party.person(courier.user.pk), taker=Party.station(world.township_station),
        station=world.township_station, bags=[bag], actor=courier.actor(), now=now,
    )  # fmt: skip
    with pytest.raises(BuiltUpon):
        take_answer_back(handover=handover, actor=courier.actor(), now=now)
    take_over(handover=onward, scanned=[bag.number], actor=town_keeper.actor(), now=now)
    with pytest.raises(BuiltUpon):
        take_answer_back(handover=handover, actor=courier.actor(), now=now)
    assert fresh(parcel).stage == "AT_TOWN"

"""What somebody carries, and how it passes to the next between two phones."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.parcels.models import Handover
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from logistics.parcels.services.carry import (
    BadgeInvalid,
    CountsDiffer,
    NotCarried,
    TakerMissing,
    answer_handover,
    make_badge,
    offer_carried,
    read_badge,
)
from logistics.parcels.services.handovers import HandoverAnswered, SamePerson, offer_handover, take_over
from logistics.parcels.services.parties import HandoverNotFound, Party
from members.access.states import Role
from portal.core.errors import Forbidden
from tests.custody.conftest import NOW, fresh
from tests.custody.test_races import at_once, split
from tests.door.conftest import picture
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def bag_in_hands(world, counter, sorter, driver):
    """A sealed bag of two parcels that the hub handed to the driver."""
    parcels = [counter.parcel(), counter.parcel()]
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=NOW)
    add_to_bag(bag=bag, parcels=parcels, actor=sorter.actor(), now=NOW)
    bag = seal_bag(bag=bag, seal_number="SEAL-0001", actor=sorter.actor(), now=NOW)
    handover = offer_handover(
        giver=Party.station(world.hub), taker=Party.person(driver.user.pk), station=world.hub, bags=[bag],
        actor=sorter.actor(), now=NOW,
    )  # fmt: skip
    take_over(handover=handover, scanned=[bag.number], actor=driver.actor(), now=NOW)
    return bag


def offer(who, taker, station, *numbers):
    return offer_carried(numbers=numbers, taker=taker, station=station, actor=who.actor(), now=NOW)


# -- the list ---------------------------------------------------------------------------------------


def test_the_list_says_what_from_whom_and_where_to(bag_in_hands, driver, world):
    page = driver.client.get("/work/carry/").content.decode()
    assert "现在手里有 2 件" in page
    assert bag_in_hands.number in page
    assert world.township_station.name in page
    assert f"来自{world.hub.name}" in page


def test_a_parcel_on_its_way_out_goes_to_the_hub(counter, world, in_hands, courier):
    parcel = counter.parcel(
        direction="UP", destination_station="", origin_station=world.village.code, carrier="", carrier_number=""
    )
    in_hands(courier, parcel)
    page = courier.client.get("/work/carry/").content.decode()
    assert re.search(rf"<legend>{world.hub.name}", page)


def test_empty_hands_are_told_what_to_do(courier):
    assert "手里没有货" in courier.client.get("/work/carry/").content.decode()


def test_nobody_sees_what_another_carries(in_hands, courier, driver):
    parcel = in_hands(courier)
    assert parcel.waybill not in driver.client.get("/work/carry/").content.decode()


def test_the_list_asks_the_same_number_of_questions_however_long(in_hands, courier, world):
    def asked(address) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert courier.client.get(address).status_code == 200
        return len(queries)

    offer(courier, Party.station(world.village), world.village, in_hands(courier).waybill)
    addresses = ("/work/carry/", "/work/handovers/")
    few = [asked(address) for address in addresses for _twice in range(2)][1::2]
    for _more in range(4):
        parcel = in_hands(courier)
        offer(courier, Party.station(world.village), world.village, parcel.waybill)
    assert [asked(address) for address in addresses] == few


# -- the badge --------------------------------------------------------------------------------------


def test_a_badge_says_who_for_ten_minutes(driver):
    token = make_badge(actor=driver.actor(), now=NOW)
    assert read_badge(text=token, now=NOW + timedelta(minutes=9)) == Party.person(driver.user.pk)
    assert read_badge(text=f"https://portal.example/work/me/{token}/", now=NOW) == Party.person(driver.user.pk)
    for text, moment in ((token, NOW + timedelta(minutes=11)), (token, NOW - timedelta(minutes=1)),
                         (token[:-1], NOW), ("", NOW), ("user:1", NOW)):  # fmt: skip
        with pytest.raises(BadgeInvalid):
            read_badge(text=text, now=moment)


def test_who_takes_nothing_over_has_no_badge(villager, support):
    for who in (villager, support):
        with pytest.raises(Forbidden):
            make_badge(actor=who.actor(), now=NOW)


def test_the_badge_page_shows_a_number_and_no_name(driver):
    page = driver.client.get("/work/me/").content.decode()
    assert f"{driver.user.pk} 号工作人员" in page
    assert "data:image/svg+xml" in page
    assert driver.user.name not in page


# -- offering and answering -------------------------------------------------------------------------


def test_from_hand_to_hand_by_badge(in_hands, courier, driver):
    parcel = in_hands(courier)
    shown = driver.client.get("/work/me/").content.decode()
    address = re.search(r"/work/me/[^/\"]+/", shown).group()
    page = courier.client.get(address).content.decode()
    assert f"交给 {driver.user.pk} 号工作人员" in page
    answer = courier.client.post(address, {"number": [parcel.waybill]})
    assert answer.status_code == 302
    where = answer["Location"]
    giver = courier.client.get(where).content.decode()
    assert "请对方扫码清点" in giver
    assert "清点接收" not in giver
    taker = driver.client.get(where).content.decode()
    assert "清单上的 1 件全部都在" in taker
    assert driver.client.get(f"{where}state/").json() == {"state": "pending"}
    assert driver.client.post(f"{where}take/", {"all": "1"}).status_code == 302
    assert fresh(parcel).custody_ref == driver.actor().id
    for who in (courier, driver):
        assert "已确认" in who.client.get(where).content.decode()


def test_a_bag_passes_by_its_number(bag_in_hands, driver, town_keeper, world):
    handover = offer(driver, Party.station(world.township_station), world.township_station, bag_in_hands.number)
    answer_handover(handover=handover, scanned=[bag_in_hands.number], actor=town_keeper.actor(), now=NOW)
    for item in handover.items.select_related("parcel"):
        assert item.parcel.custody_ref == world.township_station.code


def test_only_what_i_carry_can_be_offered(in_hands, bag_in_hands, courier, driver, world):
    parcel = in_hands(courier)
    for number in (parcel.waybill, "XN404", "DB404"):
        with pytest.raises(NotCarried):
            offer(driver, Party.station(world.township_station), world.township_station, number)
    with pytest.raises(NotCarried):
        offer(courier, Party.station(world.township_station), world.township_station, bag_in_hands.number)


def test_to_nobody(in_hands, courier, world):
    with pytest.raises(TakerMissing):
        offer(courier, None, world.village, in_hands(courier).waybill)
    answer = courier.client.post("/work/carry/", {"number": ["x"]})
    assert (answer.status_code, "没有说明交给谁" in answer.content.decode()) == (400, True)


def test_a_difference_needs_a_word(in_hands, courier, keeper, world):
    first, second = in_hands(courier), in_hands(courier)
    handover = offer(courier, Party.station(world.village), world.village, first.waybill, second.waybill)
    where = f"/work/handovers/{handover.pk}/"
    answer = keeper.client.post(f"{where}take/", {"numbers": first.waybill})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "少 1 件" in text
    assert second.waybill in text
    assert f">{first.waybill}</textarea>" in text
    assert Handover.objects.get(pk=handover.pk).state == "pending"
    photo = SimpleUploadedFile("x.jpg", picture(), content_type="image/jpeg")
    data = {"numbers": first.carrier_number, "dispute": "车上没有找到", "photo": photo}
    assert keeper.client.post(f"{where}take/", data).status_code == 302
    handover.refresh_from_db()
    assert (handover.state, handover.scanned, handover.dispute) == ("disputed", 1, "车上没有找到")
    assert handover.photos.count() == 1
    assert fresh(second).issues == ["COUNT_MISMATCH"]
    assert fresh(second).custody_ref == courier.actor().id
    for who in (courier, keeper):
        assert "车上没有找到" in who.client.get(where).content.decode()


def test_an_unknown_number_is_named_and_nothing_is_lost(in_hands, courier, keeper, world):
    parcel = in_hands(courier)
    handover = offer(courier, Party.station(world.village), world.village, parcel.waybill)
    answer = keeper.client.post(
        f"/work/handovers/{handover.pk}/take/", {"numbers": f"{parcel.waybill} FOREIGN123", "dispute": "多一件"}
    )
    text = answer.content.decode()
    assert (answer.status_code, "FOREIGN123" in text, 'value="多一件"' in text) == (400, True, True)


def test_nothing_counted_is_no_answer(in_hands, courier, keeper, world):
    handover = offer(courier, Party.station(world.village), world.village, in_hands(courier).waybill)
    answer = keeper.client.post(f"/work/handovers/{handover.pk}/take/", {})
    assert (answer.status_code, "还没有清点" in answer.content.decode()) == (400, True)


def test_only_the_taker_answers_and_only_the_giver_takes_back(
    in_hands, courier, keeper, keeper_next_door, driver, world
):
    handover = offer(courier, Party.station(world.village), world.village, in_hands(courier).waybill)
    where = f"/work/handovers/{handover.pk}/"
    assert keeper_next_door.client.get(where).status_code == 404
    assert keeper_next_door.client.post(f"{where}take/", {"all": "1"}).status_code == 404
    with pytest.raises((HandoverNotFound, SamePerson)):
        answer_handover(handover=handover, scanned=["x"], actor=courier.actor(), now=NOW)
    assert keeper.client.post(f"{where}withdraw/").status_code == 404
    assert courier.client.post(f"{where}withdraw/").status_code == 302
    answer = keeper.client.post(f"{where}take/", {"all": "1"})
    assert (answer.status_code, "办结" in answer.content.decode()) == (409, True)


def test_the_county_reads_and_does_nothing(in_hands, courier, county_official, neighbour_official, world):
    handover = offer(courier, Party.station(world.village), world.village, in_hands(courier).waybill)
    where = f"/work/handovers/{handover.pk}/"
    page = county_official.client.get(where).content.decode()
    assert "待确认" in page
    assert "请对方扫码清点" not in page
    assert "确认接收" not in page
    assert neighbour_official.client.get(where).status_code == 404
    assert world.village.name in county_official.client.get("/work/handovers/").content.decode()


def test_the_list_of_handovers_by_state(in_hands, courier, keeper, world):
    first = offer(courier, Party.station(world.village), world.village, in_hands(courier).waybill)
    for state, shown in (("", True), ("pending", True), ("confirmed", False), ("nonsense", True)):
        page = keeper.client.get(f"/work/handovers/?state={state}").content.decode()
        assert (str(first.pk) in page) is shown


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_keepers_answer_at_once(in_hands, courier, keeper, world):
    colleague = make_persona(1398, "何同事", Role.KEEPER, world.village)
    parcel = in_hands(courier)
    handover = offer(courier, Party.station(world.village), world.village, parcel.waybill)
    acts = [
        lambda who=who: answer_handover(handover=handover, scanned=[parcel.waybill], actor=who, now=NOW)
        for who in (keeper.actor(), colleague.actor())
    ]
    won, lost = split(at_once(*acts), HandoverAnswered)
    assert (len(won), len(lost)) == (1, 1)


def test_differences_raise_before_anything_is_kept(in_hands, courier, keeper, world):
    first, second = in_hands(courier), in_hands(courier)
    handover = offer(courier, Party.station(world.village), world.village, first.waybill, second.waybill)
    with pytest.raises(CountsDiffer):
        answer_handover(handover=handover, scanned=[first.waybill], actor=keeper.actor(), now=NOW)
    assert fresh(first).custody_ref == courier.actor().id

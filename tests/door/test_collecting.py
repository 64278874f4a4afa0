"""A villager's parcel: taken in once, checked, and handed to its carrier at the hub."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from logistics.parcels.models import Handover, Parcel, ParcelNumber
from logistics.parcels.services.collecting import (
    KeyMissing,
    NotChecked,
    Outgoing,
    PersonMissing,
    RowsNotTaken,
    collect_parcel,
    hand_to_carrier,
)
from logistics.parcels.services.parcels import ParcelDraft
from portal.audit.models import AuditEntry
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.ids import new_id
from tests.custody.conftest import NOW, codes_of, fresh
from tests.custody.test_races import at_once

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)

FORM = {
    "sender_name": "王小明", "sender_phone": "13809331001", "sender_address": "何马村3社", "recipient_name": "陈远方",
    "recipient_phone": "13911112222", "recipient_address": "浙江省杭州市西湖区某路1号", "pieces": "1",
    "weight": "2.35", "carrier": "", "carrier_number": "", "goods_checked": "on", "identity_checked": "on",
}  # fmt: skip


def draft(**more) -> ParcelDraft:
    values = {
        "sender_name": "王小明", "sender_phone": "13809331001", "recipient_name": "陈远方",
        "recipient_phone": "13911112222", "recipient_address": "浙江省杭州市西湖区某路1号",
    }  # fmt: skip
    return ParcelDraft(**(values | more))


def collect(keeper, station, key=None, **more):
    said = {"identity_checked": True, "goods_checked": True} | {
        k: more.pop(k) for k in ("identity_checked", "goods_checked") if k in more
    }
    return collect_parcel(
        draft=draft(**more), station=station, form_key=key or new_id(), actor=keeper.actor(), now=NOW, **said
    )


def filled(client, **more) -> dict:
    page = client.get("/work/collect/").content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page).group(1)
    return FORM | {"form_key": key} | more


def test_taken_in_all_at_once(keeper, world):
    parcel = fresh(collect(keeper, world.village, weight_grams=2350))
    assert (parcel.direction, parcel.stage, parcel.origin_station) == ("UP", "COLLECTED", world.village)
    assert (parcel.custody_kind, parcel.custody_ref) == ("station", world.village.code)
    assert (parcel.area, parcel.weight_grams) == (world.village.division_id, 2350)
    entry = AuditEntry.objects.get(action="parcel.collected")
    assert entry.after == {"station": world.village.code, "identity_checked": True, "goods_checked": True}


def test_the_page_makes_one_parcel_however_often_it_is_sent(keeper):
    data = filled(keeper.client)
    answers = [keeper.client.post("/work/collect/", data) for _tap in range(3)]
    assert {answer["Location"] for answer in answers} == {f"/work/collect/{Parcel.objects.get().waybill}/"}
    assert Parcel.objects.get().weight_grams == 2350
    page = keeper.client.get(answers[0]["Location"]).content.decode()
    assert Parcel.objects.get().waybill in page
    assert "王小明" not in page


@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        ({"goods_checked": ""}, 400, "当面查看物品"),
        ({"identity_checked": ""}, 400, "核对寄件人证件"),
        ({"sender_phone": "12"}, 400, "电话号码有误"),
        ({"recipient_address": ""}, 400, "红字"),
        ({"weight": "-1"}, 400, "红字"),
        ({"pieces": "0"}, 400, "红字"),
        ({"carrier": "zto"}, 400, "要一起填写"),
        ({"carrier_number": "78123456"}, 400, "要一起填写"),
        ({"form_key": "not-a-key"}, 400, "红字"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(keeper, change, status, word):
    answer = keeper.client.post("/work/collect/", filled(keeper.client, **change))
    text = answer.content.decode()
    assert (answer.status_code, word in text) == (status, True)
    assert 'value="陈远方"' in text
    assert not Parcel.objects.exists()


def test_a_refusal_leaves_nothing(keeper, world):
    with pytest.raises(NotChecked):
        collect(keeper, world.village, identity_checked=False)
    with pytest.raises(PersonMissing):
        collect(keeper, world.village, recipient_address=" ")
    with pytest.raises(KeyMissing):
        collect_parcel(draft=draft(), station=world.village, form_key=None, identity_checked=True, goods_checked=True,
                       actor=keeper.actor(), now=NOW)  # fmt: skip
    assert not Parcel.objects.exists()


def test_a_number_that_is_taken_stops_it(keeper, world, counter):
    other = counter.parcel()
    with pytest.raises(Conflict):
        collect(keeper, world.village, carrier=world.carrier.code, carrier_number=other.carrier_number)
    assert Parcel.objects.count() == 1


def test_only_at_ones_own_station(keeper, courier, world):
    with pytest.raises(NotFound):
        collect(keeper, world.village_next_door)
    with pytest.raises(Forbidden):
        collect(courier, world.township_station)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_form_sent_at_the_same_moment_is_one_parcel(keeper, world):
    key = new_id()
    made = at_once(*[lambda: collect(keeper, world.village, key)] * 4)
    assert len({parcel.pk for parcel in made}) == 1
    assert Parcel.objects.count() == 1
    assert codes_of(made[0]) == ["COLLECTED", "CUSTODY"]


# -- at the hub -------------------------------------------------------------------------------------


@pytest.fixture
def at_hub(keeper, counter, world):
    """at_hub() → a parcel from the village that the hub holds."""

    def bring():
        parcel = collect(keeper, world.village)
        counter.scan(parcel, "AT_COUNTY", hours=72.01, station=world.hub)
        counter.scan(parcel, "CUSTODY", hours=72.05, station=world.hub, custody_kind="station",
                     custody_ref=world.hub.code)  # fmt: skip
        return fresh(parcel)

    return bring


def give(sorter, world, *rows):
    return hand_to_carrier(station=world.hub, carrier=world.carrier, rows=rows, actor=sorter.actor(), now=LATER)


def test_handed_to_the_carrier_under_its_number(at_hub, sorter, world):
    first, second = at_hub(), at_hub()
    handover = give(sorter, world, Outgoing(first.waybill, "78 0000 9001"), Outgoing(second.waybill))
    assert (handover.state, handover.to_ref, handover.scanned) == ("confirmed", world.carrier.code, 2)
    for parcel in (fresh(first), fresh(second)):
        assert (parcel.stage, parcel.custody_kind, parcel.custody_ref) == (
            "HANDED_TO_CARRIER", "carrier", world.carrier.code,
        )  # fmt: skip
    assert ParcelNumber.objects.get(number="7800009001").parcel == first


def test_one_bad_row_stops_all_and_says_why(at_hub, sorter, counter, world):
    good, down = at_hub(), counter.parcel()
    with pytest.raises(RowsNotTaken) as caught:
        give(sorter, world, Outgoing(good.waybill, "7800009002"), Outgoing(down.waybill), Outgoing("XN404"))
    assert set(caught.value.fields) == {down.waybill, "XN404"}
    assert fresh(good).stage == "AT_COUNTY"
    assert not ParcelNumber.objects.filter(number="7800009002").exists()
    assert not Handover.objects.exists()


def test_what_was_handed_over_is_not_handed_over_again(at_hub, sorter, world):
    parcel = at_hub()
    give(sorter, world, Outgoing(parcel.waybill))
    with pytest.raises(RowsNotTaken):
        give(sorter, world, Outgoing(parcel.waybill))


def test_the_page_takes_lines(at_hub, sorter, keeper, world):
    parcel = at_hub()
    lines = {"carrier": "zto", "rows": f"{parcel.waybill} 7800009003\nXN404\n"}
    refused = sorter.client.post("/work/to-carrier/", lines)
    text = refused.content.decode()
    assert (refused.status_code, "XN404" in text, "7800009003" in text) == (409, True, True)
    lines["rows"] = f"{parcel.waybill}，7800009003\n\n"
    answer = sorter.client.post("/work/to-carrier/", lines)
    assert answer.status_code == 302
    assert "打印的交接单上签字" in sorter.client.get(answer["Location"]).content.decode()
    assert fresh(parcel).stage == "HANDED_TO_CARRIER"


def test_a_carrier_must_be_chosen(sorter, at_hub):
    answer = sorter.client.post("/work/to-carrier/", {"carrier": "nobody", "rows": at_hub().waybill})
    assert (answer.status_code, "没有这个企业" in answer.content.decode()) == (404, True)

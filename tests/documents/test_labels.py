"""The waybill label: reads across a hall, scans at once, and gives nobody away."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.documents.papers.labels import Label, Party, draw_labels
from logistics.documents.papers.sizes import LabelSize
from logistics.documents.services import printing
from logistics.parcels.models import Parcel, ParcelContact, ParcelNumber
from logistics.parcels.services.bags import add_to_bag, open_bag
from portal.audit.models import AuditEntry
from tests.custody.conftest import RECIPIENT_PHONE, SENDER_PHONE
from tests.documents.conftest import look
from tests.documents.test_fonts import LONGEST

pytestmark = pytest.mark.django_db
LABELS = "/work/print/labels/"
SECRETS = ("王小明", "小明", "陈发货", "3社12号", RECIPIENT_PHONE[-8:], RECIPIENT_PHONE[-4:], SENDER_PHONE[-8:])


def label_of(parcel, size="100x180") -> str:
    return f"{LABELS}{parcel.waybill}.pdf?size={size}"


@pytest.mark.parametrize(("size", "millimetres"), [("100x180", (100, 180)), ("76x130", (76, 130))])
def test_a_label_says_where_to_and_scans(counter, keeper, open_pdf, size, millimetres, settings):
    settings.PUBLIC_URL = "https://wuliu.zhuanglang.example.gov.cn"
    parcel = counter.parcel(weight_grams=1250)
    seen = open_pdf(keeper, label_of(parcel, size))
    assert seen.sizes == [millimetres]
    assert seen.codes == [
        {"Code 128": parcel.waybill, "QR Code": f"https://wuliu.zhuanglang.example.gov.cn/t/{parcel.waybill}"}
    ]
    for words in (
        "ZL-HEMA",
        "水洛镇何马村委会",
        "何马村站",
        "水洛镇站",
        "中通",
        "王**",
        "138********",
        "1.25千克",
        "到村",
    ):
        assert words in seen.flat, words
    assert parcel.carrier_number in seen.flat
    assert all("+Portal" in name for name in seen.fonts)


def test_nobody_is_given_away_not_even_in_the_bytes(counter, keeper, open_pdf):
    seen = open_pdf(keeper, label_of(counter.parcel()))
    for secret in SECRETS:
        assert secret not in seen.flat
        assert secret.encode() not in seen.bytes
        assert secret.encode("utf-16-be").hex().encode() not in seen.bytes.lower()
    assert b"XN" not in seen.bytes.partition(b"/Title")[2][:200]  # nor what is sent, in the title that readers keep


def test_a_village_of_33_characters_beyond_the_basic_plane(counter, world, keeper, open_pdf):
    division = world.village_division
    division.name = LONGEST
    division.save()
    world.village.name = f"{LONGEST}站"
    world.village.save()
    parcel = counter.parcel()
    for size in ("100x180", "76x130"):
        seen = open_pdf(keeper, label_of(parcel, size))
        assert "水洛镇" + LONGEST in seen.flat
        assert seen.codes[0]["Code 128"] == parcel.waybill


def test_markup_in_names_is_printed_as_it_is(counter, world, keeper, open_pdf):
    world.carrier.short_name = "<b>&amp;</b>"
    world.carrier.save()
    assert "<b>&amp;</b>" in open_pdf(keeper, label_of(counter.parcel())).flat


def test_in_english(counter, keeper, open_pdf):
    keeper.client.cookies["django_language"] = "en"
    parcel = counter.parcel()
    seen = open_pdf(keeper, label_of(parcel))
    assert "Carrier's number" in seen.all_text
    assert "何马村站" in seen.flat  # a place keeps its name


def test_the_same_parcel_gives_the_same_bytes(counter, keeper):
    address = label_of(counter.parcel())
    assert keeper.client.get(address).content == keeper.client.get(address).content


def test_a_parcel_that_leaves_the_county_is_sorted_by_its_carrier(counter, world, keeper, open_pdf):
    parcel = counter.parcel(direction="UP", destination_station="", origin_station=world.village.code,
                            origin=world.village.division_id, destination="620826000000")  # fmt: skip
    seen = open_pdf(keeper, label_of(parcel))
    assert "出村" in seen.flat
    assert "静宁县" in seen.flat
    assert "县级中心" in seen.flat


def test_only_labels_of_ones_own_parcels(counter, keeper, keeper_next_door, neighbour_official, villager, anonymous):
    address = label_of(counter.parcel())
    assert keeper_next_door.client.get(address).status_code == 404
    assert neighbour_official.client.get(address).status_code == 404
    assert villager.client.get(address).status_code == 403
    assert anonymous.client.get(address).status_code == 302
    assert keeper.client.get(f"{LABELS}XN0000000000ZZ.pdf").status_code == 404
    assert keeper.client.get(label_of(Parcel.objects.get(), "A4")).status_code == 400


def test_a_print_is_on_record_with_its_count_and_without_people(counter, keeper, county_official, open_pdf):
    parcels = [counter.parcel() for _n in range(3)]
    numbers = "\r\n".join(parcel.carrier_number for parcel in parcels)
    open_pdf(keeper, LABELS, data={"numbers": numbers, "size": "76x130"}, decode=False)
    entry = AuditEntry.objects.get(action="documents.labels")
    assert entry.after == {"count": 3, "size": "76x130"}
    assert entry.actor == keeper.actor().id
    assert entry.area == parcels[0].area
    assert "王" not in f"{entry.after}{entry.object_id}{entry.why}"


# -- many at once ------------------------------------------------------------------------------------------


def test_numbers_of_any_kind_and_a_bag_in_the_order_given(counter, world, keeper, town_keeper, open_pdf):
    first, second, third = (counter.parcel() for _n in range(3))
    actor = town_keeper.actor()
    bag = open_bag(origin=world.township_station, destination=world.village, actor=actor, now=first.created_at)
    add_to_bag(bag=bag, parcels=[second], actor=actor, now=first.created_at)
    typed = f"  {third.carrier_number.lower()} ,{bag.number}；{first.waybill}\n{first.waybill}"
    seen = open_pdf(town_keeper, LABELS, data={"numbers": typed, "size": "100x180"})
    assert [codes["Code 128"] for codes in seen.codes] == [third.waybill, second.waybill, first.waybill]


def test_one_wrong_number_prints_nothing_until_one_says_so(counter, keeper, keeper_next_door, world, open_pdf):
    mine = counter.parcel()
    foreign = counter.parcel(destination_station=world.village_next_door.code)
    data = {"numbers": f"{mine.waybill} {foreign.waybill} 999999999", "size": "100x180"}
    response = keeper.client.post(LABELS, data)
    page = response.content.decode()
    assert response.status_code == 400
    assert "还没有打印任何标签" in page
    assert page.count("没有找到，或不在您的范围内") == 2
    assert mine.waybill in page  # what was typed is still there
    assert not AuditEntry.objects.filter(action="documents.labels").exists()
    seen = open_pdf(keeper, LABELS, data={**data, "skip": "1"})
    assert [codes["Code 128"] for codes in seen.codes] == [mine.waybill]


def test_the_same_number_of_two_carriers_asks_for_ours(counter, world, county_official):
    one = counter.parcel(carrier_number="SAME123456")
    counter.parcel(carrier_number="SAME123456", carrier=world.other_carrier.code)
    page = county_official.client.post(LABELS, {"numbers": "SAME123456", "size": "100x180"}).content.decode()
    assert "请改用本平台运单号" in page
    assert one.waybill not in page


def test_all_of_a_station_at_a_stage(counter, world, keeper, open_pdf):
    waiting, _code = counter.waiting(keeper)
    counter.parcel()
    data = {"numbers": "", "station": world.village.code, "stage": "READY_FOR_PICKUP", "size": "100x180"}
    assert [codes["Code 128"] for codes in open_pdf(keeper, LABELS, data=data).codes] == [waiting.waybill]
    empty = keeper.client.post(LABELS, {**data, "stage": "AT_COUNTY"})
    assert empty.status_code == 400
    assert "没有要打印的内容" in empty.content.decode()
    foreign = keeper.client.post(LABELS, {**data, "station": world.neighbour_hub.code})
    assert foreign.status_code == 400


def test_more_than_can_be_printed_at_once_is_refused(keeper, monkeypatch):
    monkeypatch.setattr(printing, "MOST_LABELS", 3)
    response = keeper.client.post(LABELS, {"numbers": "AAAA1 AAAA2 AAAA3 AAAA4", "size": "100x180"})
    assert response.status_code == 413
    assert "一次最多打印 3 张标签" in response.content.decode()


def test_five_hundred_labels_in_seconds_and_in_as_many_statements_as_two(counter, keeper, open_pdf, record_property):
    two = [counter.parcel() for _n in range(2)]
    assert keeper.client  # logs in now, not while statements are counted
    with CaptureQueriesContext(connection) as few:
        open_pdf(keeper, LABELS, data={"numbers": " ".join(p.waybill for p in two), "size": "76x130"}, decode=False)
    many = Parcel.objects.bulk_create(
        Parcel(
            waybill=f"XNMANY{n:08d}", direction="DOWN", carrier=counter.world.carrier, destination=two[0].destination,
            destination_station=counter.world.village, area=two[0].area, created_at=two[0].created_at,
        )
        for n in range(500)
    )  # fmt: skip
    ParcelNumber.objects.bulk_create(
        ParcelNumber(number=p.waybill, kind="own", parcel=p, added_at=p.created_at) for p in many
    )
    ParcelContact.objects.bulk_create(
        ParcelContact(parcel=p, role="recipient", name="王小明", phone=RECIPIENT_PHONE, address="何马村3社")
        for p in many
    )
    numbers = " ".join(p.waybill for p in many)
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as all_of_them:
        response = keeper.client.post(LABELS, {"numbers": numbers, "size": "76x130"})
    seconds = time.perf_counter() - started
    assert response["Content-Type"] == "application/pdf"
    assert len(all_of_them) == len(few)
    record_property("seconds_for_500_labels", f"{seconds:.2f}")
    record_property("bytes_of_500_labels", len(response.content))
    assert seconds < 30  # three at rest; the machine of a test run is busy


def a_label(**more) -> Label:
    party = Party(name="王**", phone="138********", address="水洛镇何马村***")
    values = {
        "waybill": "XN0123456789AB", "link": "https://wuliu.example.cn/t/XN0123456789AB", "carrier": "中通",
        "carrier_number": "78092000000101", "code": "ZL-HEMA", "station": "何马村站", "place": "水洛镇 何马村委会",
        "lane": "水洛镇站", "badge": "到村", "recipient": party, "sender": party, "pieces": 1, "weight_grams": 1250,
        "registered": "2026-12-01 09:00",
    }  # fmt: skip
    return Label(**(values | more))


@pytest.mark.parametrize("size", LabelSize)
def test_a_long_station_is_printed_whole(size):
    station = "昌马乡第十二行政村村民委员会党群服务中心二楼便民快递综合服务站(演示)"
    seen = look(draw_labels([a_label(station=station)], size))
    assert station in seen.flat


@pytest.mark.parametrize("size", LabelSize)
@pytest.mark.parametrize("name", ["欧阳**", "M" + "*" * 30, "Wolfeschlegelsteinhausenbergerdorff *****", ""])
def test_a_long_name_never_cuts_the_phone(size, name):
    party = Party(name=name, phone="138********-1234", address="水洛镇何马村***")
    seen = look(draw_labels([a_label(recipient=party, sender=party)], size))
    assert seen.flat.count("138********-1234") == 2

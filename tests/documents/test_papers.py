"""Bag tags, manifests, proofs and shelf labels: right, readable, and only for those they concern."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.desk.barcodes import Kind, read_barcode
from logistics.documents.papers.manifests import Line, Manifest, draw_manifest
from logistics.documents.papers.shelves import draw_shelves
from logistics.documents.papers.sizes import ShelfSize
from logistics.parcels.models import Handover, Photo
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from logistics.parcels.services.photos import add_photo
from logistics.parcels.services.pickup import give_out
from portal.audit.models import AuditEntry
from tests.custody.conftest import NOW
from tests.documents.conftest import look
from tests.documents.test_labels import SECRETS
from tests.door.conftest import picture, signature

pytestmark = pytest.mark.django_db
PRINT = "/work/print/"


# -- bags -----------------------------------------------------------------------------------------------


@pytest.fixture
def bag(counter, world, town_keeper):
    actor = town_keeper.actor()
    bag = open_bag(origin=world.township_station, destination=world.village, actor=actor, now=NOW)
    add_to_bag(bag=bag, parcels=[counter.parcel(), counter.parcel()], actor=actor, now=NOW)
    return bag


def test_a_bag_tag(bag, keeper, town_keeper, open_pdf):
    seal_bag(bag=bag, seal_number="F001234", actor=town_keeper.actor(), now=NOW)
    for size, millimetres in (("100x180", (100, 180)), ("76x130", (76, 130))):
        seen = open_pdf(keeper, f"{PRINT}bags/{bag.number}.pdf?size={size}")
        assert seen.sizes == [millimetres]
        assert seen.codes == [{"Code 128": bag.number}]
        for words in ("ZL-HEMA", "何马村站", "水洛镇站", "F001234", "已封签"):
            assert words in seen.flat
        assert "件数封签号2F001234" in seen.flat or "2" in seen.text[0].split()
    assert AuditEntry.objects.filter(action="documents.bag_tag").count() == 2


def test_an_open_bag_has_a_tag_that_says_so(bag, town_keeper, open_pdf):
    assert "未封签" in open_pdf(town_keeper, f"{PRINT}bags/{bag.number.lower()}.pdf").flat


def test_bags_of_others_are_not_found(bag, keeper_next_door, neighbour_official, villager):
    address = f"{PRINT}bags/{bag.number}.pdf"
    assert keeper_next_door.client.get(address).status_code == 404
    assert neighbour_official.client.get(address).status_code == 404
    assert villager.client.get(address).status_code == 403


# -- handovers ----------------------------------------------------------------------------------------------


def offered(world, town_keeper, driver, parcels) -> Handover:
    return offer_handover(
        giver=Party.station(world.township_station), taker=Party.person(driver.user.pk), station=world.township_station,
        parcels=parcels, actor=town_keeper.actor(), now=NOW,
    )  # fmt: skip


def test_a_manifest_of_a_dispute(counter, world, town_keeper, driver, open_pdf, settings):
    settings.PUBLIC_URL = "https://wuliu.example.cn"
    parcels = [counter.parcel() for _n in range(40)]
    handover = offered(world, town_keeper, driver, parcels)
    scanned = [parcel.waybill for parcel in parcels[1:]]
    take_over(handover=handover, scanned=scanned, actor=driver.actor(), now=NOW, dispute="少一件，箱角有破损")
    seen = open_pdf(town_keeper, f"{PRINT}handovers/{handover.pk}.pdf")
    assert set(seen.sizes) == {(210, 297)}
    pages = len(seen.sizes)
    assert pages >= 2
    for n, page in enumerate(seen.text, 1):
        assert f"第 {n} 页，共 {pages} 页" in page
    assert seen.codes[0] == {"QR Code": f"https://wuliu.example.cn/work/handovers/{handover.pk}/"}
    assert read_barcode(seen.codes[0]["QR Code"]).kind == Kind.HANDOVER
    for words in (
        "水洛镇站",
        f"{driver.user.pk}号工作人员",
        "有争议",
        "少一件，箱角有破损",
        "缺少",
        "交出方签字",
        "接收方签字",
    ):
        assert words in seen.flat, words
    assert all(parcel.printed_number in seen.flat for parcel in parcels)
    assert seen.flat.count("缺少") == 1 + seen.flat.count("缺少或多出")
    assert not any(secret in seen.flat for secret in SECRETS)
    assert "签字" in seen.text[-1]
    assert parcels[-1].printed_number in seen.text[-1]  # signatures never stand on a page of their own


@pytest.mark.parametrize("dispute", ["", "少一件，箱角有破损，" * 8])
def test_signatures_are_on_the_last_page_with_lines_above(dispute):
    line = Line("XN0123456789AB", "", "何马村站", expected=True, scanned=True, found="", odd=False)
    for count in range(1, 80):
        manifest = Manifest("1", "x", "甲", "乙", "丙", "已确认", count, count, "", "", dispute, 0, [line] * count)
        text = look(draw_manifest(manifest), decode=False).text
        assert [("签字" in page) for page in text] == [False] * (len(text) - 1) + [True], count
        assert sum(page.count("XN") for page in text) == count
        assert "XN" in text[-1], count


def test_a_manifest_takes_as_many_statements_for_forty_as_for_two(counter, world, town_keeper, driver, open_pdf):
    counts = []
    assert town_keeper.client  # logs in now, not while statements are counted
    for number in (2, 40):
        handover = offered(world, town_keeper, driver, [counter.parcel() for _n in range(number)])
        with CaptureQueriesContext(connection) as queries:
            open_pdf(town_keeper, f"{PRINT}handovers/{handover.pk}.pdf", decode=False)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_manifests_are_for_the_two_sides_and_their_officials(
    counter, world, town_keeper, driver, county_official, keeper_next_door, neighbour_official, enterprise_admin
):
    handover = offered(world, town_keeper, driver, [counter.parcel()])
    address = f"{PRINT}handovers/{handover.pk}.pdf"
    for persona in (town_keeper, driver, county_official):
        assert persona.client.get(address).status_code == 200
    for persona in (keeper_next_door, neighbour_official, enterprise_admin):
        assert persona.client.get(address).status_code == 404


# -- proofs --------------------------------------------------------------------------------------------------


def test_a_proof_of_delivery_at_the_counter(counter, keeper, open_pdf):
    parcel, code = counter.waiting(keeper)
    address = f"{PRINT}proofs/{parcel.waybill}.pdf"
    refused = keeper.client.get(address)
    assert refused.status_code == 409
    assert "还没有签收" in refused.content.decode()
    give_out(parcel=parcel, station=counter.world.village, actor=keeper.actor(), now=NOW, method="code", code=code.code)
    seen = open_pdf(keeper, address)
    for words in (
        "签收凭证",
        "王**",
        "138********",
        "2026-11-2012:00",
        "取件码",
        "何马村站",
        "中通",
        "已签收",
        "待取件",
    ):
        assert words in seen.flat, words
    assert f"{keeper.user.pk}号工作人员" in seen.flat
    assert seen.codes[0]["Code 128"] == parcel.waybill
    assert seen.codes[0]["QR Code"].endswith(f"/t/{parcel.waybill}")
    assert not any(secret in seen.flat for secret in SECRETS)
    assert code.code not in seen.flat
    entry = AuditEntry.objects.get(action="documents.proof")
    assert entry.after == {"count": 1, "pictures": 0}


@pytest.fixture
def delivered_with_pictures(counter, keeper, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    parcel, code = counter.waiting(keeper)
    for kind, data in (("delivery", picture()), ("signature", signature())):
        add_photo(kind=kind, file=io.BytesIO(data), actor=keeper.actor(), now=NOW, parcel=parcel)
    give_out(parcel=parcel, station=counter.world.village, actor=keeper.actor(), now=NOW, method="code", code=code.code)
    return parcel


def pictures_in(seen) -> int:
    return seen.bytes.count(b"/Subtype /Image")


def test_pictures_are_printed_for_those_who_may_see_the_people(
    delivered_with_pictures, keeper, county_official, enterprise_admin, open_pdf
):
    address = f"{PRINT}proofs/{delivered_with_pictures.waybill}.pdf"
    own = open_pdf(keeper, address)
    assert pictures_in(own) == 2
    assert "签收照片" in own.flat
    assert "手写签名" in own.flat
    assert not AuditEntry.objects.filter(action="photo.looked").exists()
    assert pictures_in(open_pdf(county_official, address)) == 2
    assert AuditEntry.objects.filter(action="photo.looked").count() == 2  # somebody else's pictures: on record
    carrier = open_pdf(enterprise_admin, address)
    assert pictures_in(carrier) == 0
    assert "另有2张照片或签名" in carrier.flat


def test_a_picture_lost_from_the_disk_does_not_stop_the_proof(delivered_with_pictures, keeper, open_pdf, tmp_path):
    for photo in Photo.objects.all():
        (tmp_path / photo.file).unlink()
    assert "另有2张照片或签名" in open_pdf(keeper, f"{PRINT}proofs/{delivered_with_pictures.waybill}.pdf").flat


def test_proofs_of_others_are_not_found(delivered_with_pictures, keeper_next_door, neighbour_official):
    address = f"{PRINT}proofs/{delivered_with_pictures.waybill}.pdf"
    assert keeper_next_door.client.get(address).status_code == 404
    assert neighbour_official.client.get(address).status_code == 404


# -- shelves ------------------------------------------------------------------------------------------------


def test_shelf_labels_are_read_as_shelves(world, keeper, open_pdf):
    data = {"station": world.village.code, "racks": "2", "places": "13", "names": "大件区\r\nA-1", "size": "sheet"}
    seen = open_pdf(keeper, f"{PRINT}shelves/", data=data, decode=False)
    assert seen.sizes == [(210, 297)] * 2  # 28 labels, 24 a sheet
    roll = open_pdf(keeper, f"{PRINT}shelves/", data={**data, "racks": "1", "places": "2", "size": "roll"})
    assert roll.sizes == [(60, 40)] * 4
    read = [read_barcode(next(iter(codes.values()))) for codes in roll.codes]
    assert [(code.kind, code.value) for code in read] == [
        (Kind.SHELF, name) for name in ("1-1", "1-2", "大件区", "A-1")
    ]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"racks": "", "places": ""}, 400, "没有要打印的内容"),
        ({"places": ""}, 400, "要一起填写"),
        ({"racks": "40", "places": "40"}, 413, "一次最多打印 480 枚"),
        ({"names": "这个货架位的名字太长了实在是写不下了"}, 400, "货架位最长 16 个字"),
        ({"names": "A/B"}, 400, "不能有斜杠"),
        ({"station": "zl-lizhuang"}, 400, "zl-lizhuang"),
    ],
)
def test_bad_shelves_say_what_to_do(world, keeper, change, status, words):
    data = {"station": world.village.code, "racks": "1", "places": "2", "names": "", "size": "sheet", **change}
    response = keeper.client.post(f"{PRINT}shelves/", data)
    assert response.status_code == status
    assert words in response.content.decode()


# -- the page ------------------------------------------------------------------------------------------------


def test_a_number_leads_to_its_document(counter, keeper):
    parcel = counter.parcel()
    go = {"kind": "label", "number": f" {parcel.waybill.lower()} ", "size": "76x130"}
    response = keeper.client.get(PRINT, go)
    assert response.status_code == 302
    assert response["Location"] == f"{PRINT}labels/{parcel.waybill}.pdf?size=76x130"
    assert keeper.client.get(PRINT, {**go, "kind": "bag"})["Location"].startswith(f"{PRINT}bags/")
    assert keeper.client.get(PRINT, {**go, "kind": "proof"})["Location"].startswith(f"{PRINT}proofs/")
    bad = keeper.client.get(PRINT, {**go, "number": "../../etc"})
    assert bad.status_code == 400
    assert "这不像一个单号或袋号" in bad.content.decode()


def test_pages_open_and_take_what_a_link_filled_in(keeper, world):
    assert keeper.client.get(PRINT).status_code == 200
    assert keeper.client.get(f"{PRINT}shelves/").status_code == 200
    page = keeper.client.get(f"{PRINT}labels/", {"numbers": "DB123", "size": "76x130"}).content.decode()
    assert "DB123" in page
    assert '<option value="76x130" selected>' in page


@pytest.mark.parametrize("size", ShelfSize)
@pytest.mark.parametrize(
    "shelf", ["甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", "ABCDEFGH-1234567", "二楼东墙第十二号货架上三层左边格"]
)
def test_a_shelf_name_as_long_as_the_form_allows_is_printed_whole(size, shelf):
    assert shelf in look(draw_shelves(station="何马村站", shelves=[shelf], mark="HJ/", size=size)).flat

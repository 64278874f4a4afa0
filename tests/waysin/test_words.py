"""Words that carriers, shops and depots really use: known, resolved by place, extended by officials."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from logistics.parcels.models import Event, ImportRow, KnownWord, Parcel, RefusedEvent
from logistics.parcels.services.imports.build import grams_of, plain_number
from logistics.parcels.services.imports.problems import RowProblem
from logistics.parcels.services.vocabulary import SHIPPED, Vocabulary, seed_words
from logistics.parcels.states import EVENT_LABELS, RANKS, Direction, PlaceWord, WordKind
from logistics.parcels.words import stage_at, word_key
from logistics.registry.states import StationKind
from portal.audit.models import AuditEntry
from tests.waysin.files import csv_bytes

API = "/api/v1/imports/"
EVENTS = "/api/v1/events/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, rows, kind="events", **more):
    content = rows if isinstance(rows, bytes) else csv_bytes(rows)
    return client.post(API, {"file": SimpleUploadedFile("轨迹.csv", content), "kind": kind, **more}).json()


def ago(days):
    return (timezone.localtime() - dt.timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")


TRACE = ["已揽收", "在途中", "到件", "发件", "派件中", "已放入快递柜或驿站", "已取件"]


def test_a_trace_in_a_carriers_own_words_is_taken_whole(carrier_system, parcel):
    rows = [[parcel.carrier_number, ago(9 - n), word, "测试"] for n, word in enumerate(TRACE)]
    answer = upload(carrier_system.client, [["运单号", "时间", "状态", "描述"], *rows])
    assert (answer["accepted"], answer["refused"]) == (7, 0), list(ImportRow.objects.values("code", "message"))
    assert list(Event.objects.order_by("occurred_at").values_list("code", flat=True)) == [
        "COLLECTED", "LINEHAUL", "LINEHAUL", "LINEHAUL", "OUT_FOR_DELIVERY", "READY_FOR_PICKUP", "DELIVERED",
    ]  # fmt: skip
    again = upload(carrier_system.client, [["运单号", "时间", "状态", "描述"], *rows])
    assert (again["accepted"], again["duplicates"]) == (0, 7)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("已入库", "READY_FOR_PICKUP"), ("代收", "READY_FOR_PICKUP"), ("已放入快递柜或驿站", "READY_FOR_PICKUP"),
        ("已出库", "DELIVERED"), ("出库", "DELIVERED"), ("已妥投", "DELIVERED"), ("已取件", "DELIVERED"),
        ("转运", "LINEHAUL"), ("投递", "OUT_FOR_DELIVERY"), ("到件", "LINEHAUL"), ("发件", "LINEHAUL"),
        ("在途中", "LINEHAUL"),
    ],
)  # fmt: skip
def test_without_a_place(carrier_system, parcel, word, code, post):
    event = {"number": parcel.carrier_number, "code": word, "at": timezone.now().isoformat()}
    assert post(carrier_system.client, EVENTS, {"events": [event]}).json()["accepted"] == 1
    assert Event.objects.get().code == code


@pytest.mark.parametrize(
    ("station", "came", "left"),
    [("zl-hub", "AT_COUNTY", "TO_TOWN"), ("zl-shuiluo", "AT_TOWN", "TO_VILLAGE"),
     ("庄浪县寄递物流中心", "AT_COUNTY", "TO_TOWN"),
     ("zl-hema", "READY_FOR_PICKUP", "LINEHAUL")],
)  # fmt: skip
def test_the_place_of_the_scan_decides(carrier_system, parcel, station, came, left):
    rows = [[parcel.carrier_number, "到件", ago(2), station], [parcel.carrier_number, "发件", ago(1), station]]
    assert upload(carrier_system.client, [["单号", "操作", "时间", "网点"], *rows])["accepted"] == 2
    assert list(Event.objects.order_by("occurred_at").values_list("code", flat=True)) == [came, left]


def test_the_code_of_a_piece_in_a_file_is_its_parcel_s_number(carrier_system, parcel):
    rows = [[f"{parcel.carrier_number}-1-1-", "到件", ago(1), "zl-hub"]]
    assert upload(carrier_system.client, [["单号", "操作", "时间", "网点"], *rows])["accepted"] == 1


def test_a_terminal_says_where_it_stands(scanner, parcel, post):
    """The scanner belongs to one station; a delivery still needs its proof there."""
    event = {"number": parcel.carrier_number, "at": timezone.now().isoformat()}
    answer = post(scanner.client, EVENTS, {"events": [event | {"code": "出库"}]}).json()
    assert [line["code"] for line in answer["refused"]] == ["needs_proof"]
    assert post(scanner.client, EVENTS, {"events": [event | {"code": "到件"}]}).json()["refused"][0]["code"] == (
        "needs_consent"
    )


def test_words_about_a_parcel_not_announced_yet_wait_and_are_resolved_then(carrier_system, make_parcels, post):
    event = {"number": "773000000777", "code": "到件", "at": timezone.now().isoformat(), "station": "zl-hub"}
    post(carrier_system.client, EVENTS, {"events": [event]})
    assert RefusedEvent.objects.get().raw["code"] == PlaceWord.ARRIVED
    make_parcels("773000000777")
    assert Event.objects.get().code == "AT_COUNTY"


def test_every_shipped_word_means_something_that_is_in_force():
    events = set(EVENT_LABELS) | set(PlaceWord.values)
    assert set(SHIPPED[WordKind.EVENT].values()) <= {str(code) for code in events}
    for word in PlaceWord.values:
        for direction in Direction.values:
            for kind in ("", *StationKind.values):
                assert RANKS[direction].get(stage_at(word, direction, kind)) is not None, (word, direction, kind)


@pytest.mark.parametrize("name", ["中通", "中通快递", "ZTO", "zto", " ＺＴＯ ", "zhongtong", "中通快递庄浪分公司"])
def test_names_of_carriers(world, name):
    assert Vocabulary().carrier(name) == "zto"


def test_a_brand_without_an_enterprise_here_is_nobody(world):
    assert Vocabulary().carrier("顺丰速运") == ""
    assert Vocabulary().carrier("") == ""


def test_seeding_shows_what_holds_and_keeps_what_officials_changed(world, django_assert_num_queries):
    first = seed_words()
    assert first == KnownWord.objects.count() > 150
    KnownWord.objects.filter(key="入库").update(active=False)
    assert seed_words() == 0
    words = Vocabulary()
    with django_assert_num_queries(1):
        assert words.event("入库") == ""
        assert [words.event(word) for word in TRACE] == [
            "COLLECTED", "LINEHAUL", "ARRIVED", "DEPARTED", "OUT_FOR_DELIVERY", "READY_FOR_PICKUP", "TAKEN",
        ]  # fmt: skip
    assert not [w for w in KnownWord.objects.all() if w.key != word_key(w.word)]


def test_officials_add_and_retire_words_and_the_trail_keeps_it(
    county_official, township_official, carrier_system, parcel
):
    seed_words()
    client, page = county_official.client, reverse("admin:parcels_knownword_add")
    assert township_official.client.get(page).status_code == 403
    form = {"kind": "event", "word": "到村里了", "meaning": "READY_FOR_PICKUP", "active": "on"}
    assert client.post(page, form).status_code == 302
    assert KnownWord.objects.get(key="到村里了").meaning == "READY_FOR_PICKUP"
    again = client.post(page, form | {"word": "到村 里了。"})
    assert again.status_code == 200
    assert "已经有了" in again.content.decode()
    bad = client.post(page, form | {"word": "飞天", "meaning": "carrier_number"})
    assert "不属于所选的种类" in bad.content.decode()
    assert client.post(page, form | {"kind": "events", "word": "几点", "meaning": "at"}).status_code == 302
    rows = [["单号", "事件", "几点"], [parcel.carrier_number, "到村里了", ago(1)]]
    assert upload(carrier_system.client, rows)["accepted"] == 1
    word = KnownWord.objects.get(key="到村里了")
    change = reverse("admin:parcels_knownword_change", args=[word.pk])
    assert client.post(change, {"meaning": "READY_FOR_PICKUP", "reason": "没有人这样说"}).status_code == 302
    assert Vocabulary().event("到村里了") == ""
    assert list(AuditEntry.objects.order_by("at").values_list("action", flat=True)) == [
        "knownword.added", "knownword.added", "knownword.changed",
    ]  # fmt: skip


# -- numbers, weights, depots -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [("No:78099000000001", "78099000000001"), ("NO.：78099000000001", "78099000000001"), ("no:7809", "7809"),
     ("运单号:7809", "7809"), ("NO78099", "NO78099"), ("7809", "7809"), ("No:", "No:")],
)  # fmt: skip
def test_words_before_a_number(written, number):
    assert plain_number(written) == number


@pytest.mark.parametrize(
    ("cell", "grams"),
    [("14.47Kg", 14470), ("500g", 500), ("2公斤", 2000), ("3斤", 1500), ("1.5", 1500), (2, 2000), ("0.3 千克", 300),
     ("１２ＫＧ", 12000), ("", None), ("500克", 500), ("1,200g", 1200)],
)  # fmt: skip
def test_weights_with_a_unit(cell, grams):
    assert grams_of(cell, "重量", 1000) == grams


@pytest.mark.parametrize("cell", ["很重", "2磅", "2kg3", "-1kg", "20吨", "0", "1e3kg"])
def test_what_is_no_weight(cell):
    with pytest.raises(RowProblem):
        grams_of(cell, "重量", 1000)


def test_weight_and_pieces_are_side_matters(carrier_system):
    rows = [["快递单号", "目的地区划代码", "重量", "件数"], ["773000000001", "620825100208", "很重", "几件"]]
    assert upload(carrier_system.client, rows, "parcels")["accepted"] == 1
    assert [w["code"] for w in ImportRow.objects.get().warnings] == ["pieces_unreadable", "weight_unreadable"]
    assert (Parcel.objects.get().pieces, Parcel.objects.get().weight_grams) == (1, None)


DEPOT = ["运单号", "快递公司", "操作人", "入库时间", "入库状态", "入库重量", "出库时间", "出库状态", "出库重量"]


def test_a_depots_list_is_taken_by_its_times_in_and_out(carrier_system, make_parcels):
    make_parcels("773000000001", "773000000002", "773000000003")
    rows = [
        ["773000000001", "", "", "", "", "", ago(1), "拍照成功", "14.47Kg"],
        ["773000000002", "中通快递", "", ago(2), "拍照成功", "1Kg", ago(1), "拍照成功", "1Kg"],
        ["773000000003", "", "", ago(1), "拍照成功", "1Kg", "", "", ""],
        ["773000000003", "", "", "", "", "", "", "", ""],
    ]
    answer = upload(carrier_system.client, [DEPOT, *rows])
    assert (answer["accepted"], answer["refused"]) == (3, 1), list(ImportRow.objects.values("code", "message"))
    stages = dict(Parcel.objects.values_list("carrier_number", "stage"))
    assert stages == {
        "773000000001": "DELIVERED", "773000000002": "DELIVERED", "773000000003": "READY_FOR_PICKUP",
    }  # fmt: skip
    assert Event.objects.count() == 4
    assert upload(carrier_system.client, [DEPOT, *rows])["duplicates"] == 3


def test_a_depots_list_with_a_place_is_a_list_of_parcels_with_their_weight(carrier_system):
    rows = [[*DEPOT, "目的地区划代码"], ["SF3100000000017", *[""] * 7, "14.47Kg", "620825100208"]]
    assert upload(carrier_system.client, rows, "parcels")["accepted"] == 1
    assert Parcel.objects.get().weight_grams == 14470


def test_words_of_the_api_are_read_in_one_statement(carrier_system, make_parcels, post, django_assert_max_num_queries):
    numbers = [p.carrier_number for p in make_parcels(*(f"7730000{n:05}" for n in range(40)))]
    at = timezone.now().isoformat()
    events = [{"number": n, "code": "到件", "at": at, "station": "zl-hub"} for n in numbers]
    client = carrier_system.client
    client.get("/")
    with django_assert_max_num_queries(40):
        answer = client.post(EVENTS, json.dumps({"events": events}), content_type="application/json").json()
    assert answer["accepted"] == 40


@pytest.mark.parametrize("name", ["zto", "中通", "中通快递", "ZTO", " ｚｔｏ "])
def test_a_program_may_name_carriers_by_any_known_name(carrier_system, post, name):
    row = {"carrier": name, "carrier_number": "773000000081", "destination": "620825100208"}
    answer = post(carrier_system.client, "/api/v1/parcels/", {"parcels": [row]}).json()
    assert answer["accepted"] == 1, answer
    assert Parcel.objects.get().carrier.code == "zto"
    event = {"number": "773000000081", "code": "COLLECTED", "at": timezone.now().isoformat(), "carrier": name}
    assert post(carrier_system.client, EVENTS, {"events": [event]}).json()["accepted"] == 1
    again = post(carrier_system.client, EVENTS, {"events": [event | {"carrier": "zto"}]}).json()
    assert again["duplicates"] == [0]


def test_a_carrier_nobody_knows_is_answered_to_a_program_as_before(carrier_system, post, parcel):
    row = {"carrier": "飞天快递", "carrier_number": "773000000082", "destination": "620825100208"}
    (told,) = post(carrier_system.client, "/api/v1/parcels/", {"parcels": [row]}).json()["rows"]
    assert (told["result"], told["field"]) == ("refused", "carrier")
    event = {"number": parcel.carrier_number, "code": "COLLECTED", "at": timezone.now().isoformat()}
    answer = post(carrier_system.client, EVENTS, {"events": [event | {"carrier": "飞天快递"}]}).json()
    assert answer["refused"][0]["code"] == "unknown_parcel"


def test_a_name_that_two_enterprises_bear_means_neither_but_the_sender(world):
    other = world.other_carrier
    other.short_name = world.carrier.short_name
    other.save()
    assert Vocabulary().carrier(other.short_name) == ""
    assert Vocabulary().carrier(other.short_name, other.code) == other.code
    assert Vocabulary().carrier(other.code) == other.code

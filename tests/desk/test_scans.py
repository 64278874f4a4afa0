"""One scan and its answer: sent again, doubled, foreign, unreadable, from a phone whose clock is wrong."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.desk.models import Scan
from logistics.desk.services.scans import ScanNotFound
from logistics.desk.states import Task
from logistics.parcels.models import Event, Parcel
from members.access.states import Role
from portal.core.errors import Forbidden, NotFound
from tests.custody.conftest import NOW, codes_of, fresh
from tests.desk.conftest import Phone, agreed, post
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


def test_inbound_by_the_page(counter, keeper, world):
    parcel = agreed(counter, keeper)
    body = {"id": str(uuid.uuid4()), "number": parcel.carrier_number, "station": world.village.code, "shelf": "3-2",
            "at": "2026-11-20T12:00:00+08:00"}  # fmt: skip
    status, answer = post(keeper.client, "scan/inbound/", **body)
    assert (status, answer["result"], answer["word"], answer["number"]) == (200, "ok", "3-2", parcel.waybill)
    assert answer["facts"]["recipient"] == "王**"
    assert fresh(parcel).shelf == "3-2"
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]


def test_a_lost_answer_is_answered_again_and_nothing_happens_twice(counter, phone, keeper):
    parcel, number = agreed(counter, keeper), uuid.uuid4()
    first = phone.scan("inbound", parcel.waybill, id=number, shelf="3-2")
    again = phone.scan("inbound", parcel.waybill, id=number, shelf="3-2")
    assert again == first
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert Scan.objects.count() == 1


def test_the_same_barcode_twice_is_a_repeat_and_says_when(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    again = phone.scan("inbound", parcel.carrier_number)
    assert (again.result, again.undo) == ("repeat", False)
    assert "11-20 12:00" in again.message
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]


def test_another_shelf_moves_the_parcel(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill, shelf="3-2")
    moved = phone.scan("inbound", parcel.waybill, shelf="5-1")
    assert (moved.result, moved.code, moved.facts["shelf"]) == ("ok", "moved", "5-1")
    assert fresh(parcel).shelf == "5-1"


def test_a_shelf_label_sets_the_shelf(phone):
    answer = phone.scan("inbound", "HJ/3-2")
    assert (answer.result, answer.code, answer.facts) == ("ok", "shelf", {"shelf": "3-2"})


def test_the_colleague_who_scanned_first_is_named_by_number(counter, phone, keeper, world):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    colleague = Phone(make_persona(1401, "何同事", Role.KEEPER, world.village), world.village, phone.now)
    again = colleague.scan("inbound", parcel.waybill)
    assert again.result == "repeat"
    assert str(keeper.user.pk) in again.message


def test_an_id_of_somebody_else_is_not_found(counter, phone, keeper, world):
    parcel, number = agreed(counter, keeper), uuid.uuid4()
    phone.scan("inbound", parcel.waybill, id=number)
    colleague = Phone(make_persona(1401, "何同事", Role.KEEPER, world.village), world.village, phone.now)
    with pytest.raises(ScanNotFound):
        colleague.scan("inbound", parcel.waybill, id=number)
    assert Scan.objects.get().actor == f"user:{keeper.user.pk}"


def test_an_error_on_our_side_leaves_no_scan(counter, phone, keeper, monkeypatch):
    parcel, number = agreed(counter, keeper), uuid.uuid4()
    with connection.cursor() as cursor:  # the database refuses the event, as one that is full would
        cursor.execute("ALTER TABLE parcels_eventkey ADD CONSTRAINT full_up CHECK (source_event_id IS NULL) NOT VALID")
    with pytest.raises(Exception, match="full_up"), _savepoint():
        phone.scan("inbound", parcel.waybill, id=number)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE parcels_eventkey DROP CONSTRAINT full_up")
    assert not Scan.objects.exists()
    assert phone.scan("inbound", parcel.waybill, id=number).result == "ok"


def _savepoint():
    from django.db import transaction

    return transaction.atomic()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("7" * 10_000, "unreadable"),
        ("\x00\x07\x1b[31m\ufffd", "unreadable"),
        ("   ", "empty"),
        ("482913", "is_code"),
        ("https://wl.example.gov.cn/l/1a2-t4k3zz~abcDEF-_0123456789abcdefghijklmnop", "is_link"),
        ("https://wl.example.gov.cn/work/handovers/01920000-0000-7000-8000-00000000abcd/", "is_handover"),
    ],
)
@pytest.mark.parametrize("task", ["find", "load", "hand-over"])
def test_what_is_no_parcel_is_named_and_says_what_to_do(phone, task, sent, code):
    answer = phone.scan(task, sent)
    assert (answer.result, answer.code) == ("refused", code)
    assert answer.word
    assert answer.message
    assert answer.hint
    assert "482913" not in Scan.objects.get().number


def test_a_noisy_wedge_is_understood(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    assert phone.scan("inbound", f"\x02]C1{parcel.waybill.lower()}\r\n").number == parcel.waybill


def test_the_lookup_address_on_a_label_is_understood(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    assert phone.scan("inbound", f"http://localhost:8000/t/{parcel.waybill}").result == "ok"


@pytest.mark.parametrize("claimed", ["2026-11-21T12:00:00+08:00", "2026-11-19T12:00:00+08:00", "9999-99-99", "昨天"])
def test_a_phone_whose_clock_is_a_day_off_dates_nothing(counter, keeper, world, claimed):
    parcel = agreed(counter, keeper)
    body = {"id": str(uuid.uuid4()), "number": parcel.waybill, "station": world.village.code, "at": claimed}
    status, answer = post(keeper.client, "scan/inbound/", **body)
    assert (status, answer["result"]) == (200, "ok")
    event, scan = Event.objects.get(parcel=parcel), Scan.objects.get()
    assert abs(event.occurred_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=2)
    assert scan.claimed_at is None or abs(scan.claimed_at - event.occurred_at) > dt.timedelta(hours=12)


def test_a_stranger_at_the_station_is_refused(counter, keeper_next_door, villager, courier, world):
    parcel = counter.parcel()
    with pytest.raises(NotFound):
        Phone(keeper_next_door, world.village).scan("inbound", parcel.waybill)
    with pytest.raises(Forbidden):
        Phone(courier, world.township_station).scan("inbound", parcel.waybill)
    with pytest.raises(Forbidden):
        Phone(villager, world.village).scan("find", parcel.waybill)
    assert not Scan.objects.exists()


# -- the page's side ------------------------------------------------------------------------------------


def test_an_expired_session_answers_401_and_keeps_the_scan_for_later(anonymous, counter, keeper, world):
    parcel = agreed(counter, keeper)
    body = {"id": str(uuid.uuid4()), "number": parcel.waybill, "station": world.village.code}
    status, answer = post(anonymous.client, "scan/inbound/", **body)
    assert (status, answer["error"]["code"]) == (401, "sign_in_needed")
    assert post(keeper.client, "scan/inbound/", **body)[1]["result"] == "ok"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"id": "x"}', b"\xff\xfe", b"[" * 5000, b'{"id":"\\ud800"}']
)
def test_a_body_that_is_no_scan(keeper, body):
    answer = keeper.client.post("/work/scan/inbound/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_json")


@pytest.mark.parametrize("noise", ["\x00", "zl-hema\x00", "\x1b[2J", "９" * 900])
def test_noise_in_every_field_is_a_refusal(keeper, world, noise):
    """Never a 500: a page that gets one sends the same again for ever."""
    number, there = str(uuid.uuid4()), world.village.code
    fields = {"shelf": noise, "bag": noise, "handover": noise, "stock_take": noise, "at": noise[:40]}
    for task in Task:
        for body in ({"station": there, **fields}, {"station": noise}):
            assert post(keeper.client, f"scan/{task}/", id=str(uuid.uuid4()), number=noise, **body)[0] in (200, 404)
    told = [
        post(keeper.client, "scan/answer/", id=number, value=noise, destination=noise),
        post(keeper.client, "scan/bags/", station=there, destination=noise),
        post(keeper.client, "scan/bags/DB00000000/seal/", seal=noise),
        post(keeper.client, "scan/depart/", station=there, numbers=[noise], stage=noise),
        post(keeper.client, "scan/handovers/", id=number, station=there, to={"kind": noise, "ref": noise},
             numbers=["XN0"], photo=noise),
        post(keeper.client, "scan/give-out/XN0/", station=there, method=noise, code=noise, token=noise, pin=noise),
    ]  # fmt: skip
    assert {status for status, _body in told} <= {200, 400, 404}
    refused = 400 if "\x00" in noise else 404  # what cannot be kept ends at the gate
    assert keeper.client.get("/work/scan/recent/", {"task": "inbound", "station": noise}).status_code == refused
    assert keeper.client.post("/work/station/", {"station": noise}).status_code == refused


def test_a_body_beyond_the_limit(keeper):
    answer = keeper.client.post("/work/scan/inbound/", b'{"id":"' + b"7" * 70_000, content_type="application/json")
    assert answer.status_code == 413


def test_an_unknown_task_and_a_foreign_station(keeper, world):
    body = {"id": str(uuid.uuid4()), "number": "1", "station": world.village_next_door.code}
    assert post(keeper.client, "scan/dance/", **body)[0] == 404
    told = [post(keeper.client, f"scan/{task}/", **body) for task in ("inbound", "find")]
    for _status, answer in told:
        assert answer["error"].pop("request_id")
    assert told[0] == told[1]
    assert told[0][0] == 404


def test_a_token_is_asked_for(counter, keeper, world):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="127.0.0.1")
    strict.cookies = keeper.client.cookies
    body = {"id": str(uuid.uuid4()), "number": "1", "station": world.village.code}
    status, answer = post(strict, "scan/inbound/", **body)
    assert (status, answer["error"]["code"]) == (403, "form_expired")


def test_recent_scans_are_ones_own_and_newest_first(counter, phone, keeper, world):
    numbers = [agreed(counter, keeper).waybill for _n in range(3)]
    for number in numbers:
        phone.scan("inbound", number)
    url = f"/work/scan/recent/?task=inbound&station={world.village.code}"
    scans = keeper.client.get(url).json()["scans"]
    assert [scan["number"] for scan in scans] == numbers[::-1]
    colleague = make_persona(1401, "何同事", Role.KEEPER, world.village)
    assert colleague.client.get(url).json() == {"scans": []}


def test_choosing_a_station(keeper, world):
    from tests.personas import hold

    hold(keeper.user, Role.KEEPER, world.village_next_door)
    answer = keeper.client.post("/work/station/", {"station": world.village_next_door.code, "next": "/work/parcels/"})
    assert (answer.status_code, answer["Location"]) == (302, "/work/parcels/")
    assert keeper.client.session["work_station"] == world.village_next_door.code
    assert keeper.client.post("/work/station/", {"station": world.hub.code}).status_code == 404
    elsewhere = keeper.client.post("/work/station/", {"station": world.village.code, "next": "https://evil.example/"})
    assert elsewhere["Location"].startswith("/work/")


def test_statements_of_a_scan_do_not_grow(counter, phone, keeper, world):
    """One inbound among few and among many parcels on the shelf costs the same."""

    def statements() -> int:
        parcel = agreed(counter, keeper)
        body = {"id": str(uuid.uuid4()), "number": parcel.waybill, "station": world.village.code, "shelf": "1"}
        with CaptureQueriesContext(connection) as queries:
            assert post(keeper.client, "scan/inbound/", **body)[1]["result"] == "ok"
        return len(queries)

    statements()
    few = statements()
    for _n in range(10):
        statements()
    assert statements() == few


def test_nothing_personal_is_kept(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    stored = str(Scan.objects.values("answer", "number", "events").get())
    assert "王小明" not in stored
    assert "13809331001" not in stored
    assert Parcel.objects.get(pk=parcel.pk).pickup_code.code not in stored
    assert Scan.objects.get().recorded_at > NOW


@pytest.mark.parametrize("read", ["HELLO", "HELLO-WORLD", "12-3456", "A1B2C3D"])
def test_words_are_never_registered_as_parcels(phone, read):
    answer = phone.scan("inbound", read)
    assert (answer.result, answer.code) == ("refused", "no_parcel_number")
    assert not Parcel.objects.exists()


@pytest.mark.parametrize("shelf", ["3-27800036070132", "7800036070132"])
@pytest.mark.parametrize("task", ["inbound", "stock-take"])
def test_a_shelf_never_swallows_a_number(counter, phone, keeper, task, shelf):
    parcel = agreed(counter, keeper)
    more = {}
    if task == "stock-take":
        more["stock_take"] = post(keeper.client, "scan/stock-takes/", station=phone.station.code)[1]["stock_take"]["id"]
    answer = phone.scan(task, parcel.waybill, shelf=shelf, **more)
    assert (answer.result, answer.code) == ("refused", "shelf_looks_like_number")
    assert fresh(parcel).shelf == ""

"""Whole traces of kuaidi100: a locker or station is arrived at and taken out of; pushes without rows; broken pushes."""

import datetime as dt
import hashlib
import itertools
import json
from pathlib import Path

import pytest

from logistics.parcels.consumers import CONSUMERS
from logistics.parcels.kuaidi100.push import read_push
from logistics.parcels.models import CarrierFeed, Event, Parcel, RefusedEvent, Timer
from logistics.parcels.services.consumers import consume
from logistics.parcels.services.feeds import create_feed
from logistics.parcels.services.timers import fire_due
from portal.core.clock import COUNTY_TIME, now

HERE = Path(__file__).parent
WITH_CODES = (HERE / "push_collected_with_code.json").read_text("utf-8")
MAIN_ONLY = (HERE / "push_main_states_only.json").read_text("utf-8")
JOURNEY = ["COLLECTED", "LINEHAUL", "OUT_FOR_DELIVERY", "READY_FOR_PICKUP", "DELIVERED"]


def read(*rows, state="0"):
    data = [{"ftime": f"2026-05-0{day} 12:00:00", "context": text, "statusCode": code} for day, code, text in rows]
    frame = {
        "status": "polling",
        "lastResult": {"nu": "773000000001", "com": "zhongtong", "state": state, "data": data},
    }
    return read_push(json.dumps(frame)).rows()


@pytest.mark.parametrize("text", [WITH_CODES, MAIN_ONLY], ids=["sub-states", "main states only"])
def test_both_levels_of_detail_tell_the_same_journey(text):
    rows = read_push(text).rows()
    assert [row.code for row in rows] == JOURNEY
    assert rows[-1].variant == "STATION"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("已签收，签收人凭取货码签收。", "DELIVERED"),
        ("客户已取出，感谢使用", "DELIVERED"),
        ("快件已由本人领取", "DELIVERED"),
        ("已签收，签收人：菜鸟驿站", "READY_FOR_PICKUP"),
        ("已签收，请凭取货码3-2-1005到何马驿站领取", "READY_FOR_PICKUP"),
        ("驿站代签收，请及时取件", "READY_FOR_PICKUP"),
        ("", "READY_FOR_PICKUP"),
    ],
)
def test_304_alone_is_read_by_its_text(text, code):
    assert [row.code for row in read((1, "304", text))] == [code]


def test_304_after_501_was_taken_out_whatever_its_text_and_in_any_order():
    rows = [(2, "304", "已签收"), (1, "501", "已到驿站"), (3, "0", "谢谢")]
    for order in itertools.permutations(rows):
        assert sorted((r.at[:10], r.code) for r in read(*order))[:2] == [
            ("2026-05-01", "READY_FOR_PICKUP"),
            ("2026-05-02", "DELIVERED"),
        ]
    assert [r.code for r in read((1, "304", "已签收"), (2, "501", "已到驿站"))].count("DELIVERED") == 0


@pytest.mark.parametrize(
    ("code", "text", "becomes"),
    [
        ("0", "快件已由红树湾店驿站代收，请及时取件", "READY_FOR_PICKUP"),
        ("5", "已放入丰巢快递柜，请凭取件码取件", "READY_FOR_PICKUP"),
        ("3", "已签收，签收人是驿站代收，请及时取件", "READY_FOR_PICKUP"),
        ("3", "已签收，签收人：本人", "DELIVERED"),
        ("0", "快件离开【平凉中转部】已发往【庄浪】", "LINEHAUL"),
        ("5", "派件中 派件人: 王试，可放驿站代收", "OUT_FOR_DELIVERY"),
        ("0", "请等待快递员上门取件，或到驿站寄件", "LINEHAUL"),
    ],
)
def test_a_text_tells_an_arrival_only_when_it_asks_to_come(code, text, becomes):
    assert [row.code for row in read((1, code, text))] == [becomes]


@pytest.fixture
def feed(world, county_official):
    return create_feed(enterprise=None, actor=county_official.actor(), now=now())


@pytest.fixture
def push(client, feed):
    def send(text):
        digest = hashlib.md5((text + feed.salt).encode()).hexdigest()
        return client.post(f"/api/v1/kuaidi100/{feed.key}/", {"param": text, "sign": digest})

    return send


def trace(*rows):
    """Rows of (hours ago, code, text) for the parcel of the fixture."""
    moment = dt.datetime.now(COUNTY_TIME)
    data = [
        {"ftime": (moment - dt.timedelta(hours=ago)).strftime("%Y-%m-%d %H:%M:%S"), "context": text, "statusCode": code}
        for ago, code, text in rows
    ]
    return json.dumps({"status": "polling", "lastResult": {"nu": "773000000001", "com": "zhongtong", "data": data}})


@pytest.mark.django_db
@pytest.mark.parametrize("first", [0, 1])
def test_pushes_in_any_order_end_alike(parcel, push, first):
    whole, part = trace((2, "304", "已签收"), (5, "501", "已到驿站")), trace((2, "304", "已签收"))
    for text in [(whole, part), (part, whole)][first]:
        assert push(text).status_code == 200
    found = Parcel.objects.get(pk=parcel.pk)
    assert (found.stage, found.variant) == ("DELIVERED", "STATION")


@pytest.mark.race  # alone on the server: a consumer waits for the oldest transaction of the whole cluster
@pytest.mark.django_db(transaction=True)
def test_what_a_carriers_station_holds_runs_no_clock_of_ours(parcel, push):
    push(trace((5, "501", "已到驿站")))
    for consumer in CONSUMERS:
        consume(consumer, now=now())
    assert not Timer.objects.filter(kind__in=("remind_first", "remind_second", "return")).exists()
    fire_due(now=now() + dt.timedelta(days=9))
    assert Parcel.objects.get(pk=parcel.pk).stage == "READY_FOR_PICKUP"


ABORT = (HERE / "push_abort.json").read_text("utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        ABORT,
        '{"status":"abort","message":"3天查询无记录"}',
        '{"status":"abort","lastResult":""}',
        '{"status":"abort","lastResult":[]}',
        '{"status":"polling","lastResult":{"nu":"773000000001","com":"zhongtong","data":null}}',
        '{"status":"polling","lastResult":{"nu":"773000000001","com":"zhongtong"}}',
    ],
)
def test_a_push_without_rows_is_taken_and_records_nothing(feed, push, text):
    response = push(text)
    assert (response.status_code, response.json()["returnCode"]) == (200, "200")
    assert Event.objects.count() == RefusedEvent.objects.count() == 0
    assert CarrierFeed.objects.get().pushes == 1


@pytest.mark.django_db
def test_half_a_character_costs_its_row_alone(parcel, push):
    text = trace((3, "103", "坏字在此"), (2, "1002", r"好字 😀 \\ud83d"))
    broken = text.replace(r"\u574f", r"\ud83d")
    assert broken != text
    assert push(broken).status_code == 200
    assert list(Event.objects.values_list("code", flat=True)) == ["LINEHAUL"]
    assert list(RefusedEvent.objects.values_list("code", flat=True)) == ["malformed"]


@pytest.mark.django_db
def test_what_is_no_form_is_told_so_and_not_called_a_wrong_signature(client, feed):
    path = f"/api/v1/kuaidi100/{feed.key}/"
    body = {"param": ABORT, "sign": "x"}
    answers = [
        client.post(path, json.dumps(body), content_type="application/json"),
        client.post(f"{path}?param=x&sign=y"),
        client.post(path, {}),
        client.post(path, b"param=%B9", content_type="application/x-www-form-urlencoded; charset=GBK"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["returnCode"]) == (400, "700")
        assert "签名" not in answer.json()["message"]
    assert len({answer.json()["message"] for answer in answers}) == 4
    assert CarrierFeed.objects.get().bad_signatures == 0

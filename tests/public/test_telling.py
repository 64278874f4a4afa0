"""One table of stage, issue and reader: nothing contradicts itself, nothing internal is told, nothing is offered that
is not there."""

from __future__ import annotations

import datetime as dt
import itertools
import json

import pytest
from django.utils import timezone

from logistics.parcels.lookup import public_json, read_number
from logistics.parcels.models import Timer
from logistics.parcels.services.numbers import add_successor_number
from logistics.parcels.states import INTERNAL_ISSUES, RANKS, TERMINALS, Direction, Issue, Stage
from portal.public.cards import card
from portal.public.telling import ORDER, Place, Way, headline, place_of, told_of, way_of
from portal.public.words import words
from tests.custody.conftest import NOW, START, counter, fresh  # noqa: F401  fixture

STAGES = [(direction, stage) for direction in Direction for stage in Stage if stage in RANKS[direction]]
EVERY = list(itertools.product(STAGES, ["", *Issue]))
BLOCKED = {Issue.REFUSED, Issue.WRONG_STATION, Issue.MISSORTED, Issue.HELD, Issue.OUT_OF_AREA}


def facts(direction, stage, *issues, **more):
    return {
        "direction": direction, "stage": stage, "issues": list(issues), "at_station": False, "partly_collected": False,
        "events": [], "last_event_at": None, "county": "庄浪县", "township": "水洛镇", "eta": None, "carrier": None,
        "station": {"name": "何马村站", "hours": "08:00-18:00"} if direction == Direction.DOWN else None,
        "waits": {"day": 2, "until": "2026-12-08T11:00:00+00:00"} if stage == Stage.READY_FOR_PICKUP else None,
    } | more  # fmt: skip


def test_every_issue_has_its_place_in_the_order():
    assert set(ORDER) == set(Issue)
    assert len(ORDER) == len(Issue)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("place", "issue"), EVERY)
def test_each_reader_is_told_something_true(place, issue, language):
    direction, stage = place
    w = words(language)
    found = facts(direction, stage, *([issue] if issue else []))
    told, shown = told_of(found), card(found, w)
    assert w.issues.get("COUNT_MISMATCH") not in shown
    assert w.issues.get("SEAL_BROKEN") not in shown
    if told.way is Way.INSTEAD:  # one sentence, not two that contradict
        assert w.advice[issue] in shown
        assert w.meanings[stage] not in shown
        assert "notice-warn" not in shown
    else:
        assert w.meanings[stage] in shown
        assert ("notice-warn" in shown) == bool(told.issue)
    collect = direction == Direction.DOWN and stage == Stage.READY_FOR_PICKUP and issue not in BLOCKED
    assert ("08:00-18:00" in shown) == collect  # hours where one can go, and nowhere else
    assert (w.labels["day_until"].partition("%")[0] in shown) == collect
    if stage in TERMINALS | {Stage.RETURNING}:
        assert "何马村站" not in shown


def test_a_courier_on_the_way_and_an_address_that_is_not_clear():
    assert way_of(Stage.OUT_FOR_DELIVERY, Issue.BAD_ADDRESS) is Way.INSTEAD
    assert way_of(Stage.READY_FOR_PICKUP, Issue.PICKUP_OVERDUE) is Way.BESIDE
    assert way_of(Stage.RETURNING, Issue.PICKUP_OVERDUE) is Way.UNTOLD
    assert place_of(Stage.RETURNING, Direction.DOWN, Way.UNTOLD) is Place.NONE
    assert all(way_of(stage, issue) is Way.UNTOLD for stage in Stage for issue in INTERNAL_ISSUES)


def test_of_several_issues_the_one_that_makes_the_sentence_false_is_told():
    assert headline(Stage.READY_FOR_PICKUP, [Issue.PICKUP_OVERDUE, Issue.WRONG_STATION]) == Issue.WRONG_STATION
    assert headline(Stage.READY_FOR_PICKUP, [Issue.COUNT_MISMATCH]) == ""


# -- as it comes from the database ----------------------------------------------------------------------------------
@pytest.fixture
def told(db):
    return lambda parcel: json.loads(public_json(read_number(parcel.waybill)))["parcels"][0]


def test_the_latest_news_is_a_line_that_the_reader_sees(counter, told, world, client):  # noqa: F811
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1, station=world.hub)
    counter.scan(parcel, "COUNT_MISMATCH", hours=3, station=world.hub)
    facts_now = told(parcel)
    assert fresh(parcel).issues == ["COUNT_MISMATCH"]
    assert facts_now["issues"] == []
    assert [event["code"] for event in facts_now["events"]] == ["AT_COUNTY"]
    assert dt.datetime.fromisoformat(facts_now["last_event_at"]) == START + dt.timedelta(hours=1)
    opened = client.post(f"/t/{parcel.waybill}", {"digits": "1001"}, follow=True).content.decode()
    assert "件数不符" not in opened


def test_a_successor_is_told_with_its_carrier_until_somebody_of_ours_has_it_again(
    counter,  # noqa: F811
    told,
    world,
    county_official,
    client,
):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1, station=world.hub)
    add_successor_number(
        parcel=parcel, carrier=world.carrier, number="9700138077810", actor=county_official.actor(),
        now=START + dt.timedelta(hours=2),
    )  # fmt: skip
    page = client.get(f"/t/{parcel.waybill}").content.decode()
    for word in (f"已转{world.carrier.short_name}", "9700138077810", "新单号"):
        assert word in page
    assert "接下来分拣" not in page
    assert told(parcel)["successor"]["number"] == "9700138077810"
    counter.scan(parcel, "AT_TOWN", hours=5, station=world.township_station)
    page = client.get(f"/t/{parcel.waybill}?x").content.decode()
    assert "到达乡镇站" in card(told(parcel), words("zh-hans"))
    assert "9700138077810" in card(told(parcel), words("zh-hans"))


def test_the_day_at_the_station_and_the_last_one_are_told_everywhere(counter, keeper, told, villager):  # noqa: F811
    now = timezone.now()
    parcel, _code = counter.waiting(keeper, now=now - dt.timedelta(days=1))
    Timer.objects.create(
        parcel=parcel, kind="return", anchor_at=now - dt.timedelta(days=1), due_at=now + dt.timedelta(days=6)
    )
    assert told(parcel)["waits"]["day"] == 2
    until = timezone.localtime(now + dt.timedelta(days=6), dt.timezone(dt.timedelta(hours=8)))
    sentence = f"到站第 2 天，请在 {until.month}月{until.day}日前取。"
    for path in (f"/t/{parcel.waybill}", f"/p/{parcel.waybill}", "/my/"):
        assert sentence in villager.client.get(path).content.decode(), path


def test_a_parcel_without_a_limit_tells_the_day_alone(counter, keeper, told, villager):  # noqa: F811
    parcel, _code = counter.waiting(keeper, now=timezone.now())
    assert told(parcel)["waits"] == {"day": 1, "until": None}
    assert "到站第 1 天。" in villager.client.get("/my/").content.decode()


def test_what_cannot_be_collected_is_not_among_those_that_can(counter, keeper, villager):  # noqa: F811
    parcel, _code = counter.waiting(keeper, now=NOW - dt.timedelta(hours=2))
    counter.scan(parcel, "WRONG_STATION", hours=(NOW - START) / dt.timedelta(hours=1))
    page = villager.client.get("/my/").content.decode()
    assert "件可以取了" not in page
    assert "送到了别的站点" in page

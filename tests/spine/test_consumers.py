"""The event log as a queue: nothing lost, nothing twice, whoever dies in between."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from logistics.parcels.events import NewEvent
from logistics.parcels.models import ConsumerCursor, Timer
from logistics.parcels.services.consumers import Consumer, consume, lag
from logistics.parcels.services.notices import announce_arrivals
from logistics.parcels.services.timers import arm, fire_due
from logistics.parcels.states import Issue, Stage, TimerKind
from portal.notify.models import Message
from tests.spine.conftest import NOW, START, at

# Alone on the server: a consumer waits for the oldest transaction of the whole cluster, other tests' included.
pytestmark = pytest.mark.race
REAL = pytest.mark.django_db(transaction=True)


class Killed(Exception):
    pass


def scan(spine, parcel, code, hour, **more):
    return spine.record(
        NewEvent(number=parcel.waybill, code=code, at=at(hour), station=more.pop("station", ""), **more)
    )


@REAL
def test_worker_killed_between_effect_and_commit_resumes_and_acts_once(spine, world):
    parcel = spine.parcel(world)
    scan(spine, parcel, "AT_COUNTY", 1)
    seen: list[str] = []

    def dies(events, now):
        seen.append("first")
        raise Killed

    with pytest.raises(Killed):
        consume(Consumer("t", dies), now=NOW)
    assert consume(Consumer("t", lambda events, now: seen.extend(e.code for e in events)), now=NOW) == 1
    assert consume(Consumer("t", dies), now=NOW) == 0
    assert seen == ["first", "AT_COUNTY"]
    assert lag("t") == 0


@REAL
def test_transaction_that_commits_late_is_not_passed_over(spine, world):
    early, late = spine.parcel(world), spine.parcel(world)
    started, go = threading.Event(), threading.Event()

    def slow_writer():
        try:
            with transaction.atomic():
                scan(spine, late, "COLLECTED", 1)
                started.set()
                go.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow_writer)
    thread.start()
    started.wait(10)
    scan(spine, early, "AT_COUNTY", 2)  # begun later, committed earlier
    seen: list[int] = []
    consumer = Consumer("t", lambda events, now: seen.extend(e.parcel_id for e in events))
    assert consume(consumer, now=NOW) == 0  # the older transaction still runs
    go.set()
    thread.join()
    consume(consumer, now=NOW)
    assert sorted(seen) == sorted([early.pk, late.pk])


@REAL
def test_two_workers_share_the_log_without_doubling(spine, world):
    parcels = [spine.parcel(world) for _ in range(30)]
    for parcel in parcels:
        scan(spine, parcel, "AT_COUNTY", 1)
    seen: list[int] = []
    consumer = Consumer("t", lambda events, now: seen.extend(e.parcel_id for e in events))

    def work():
        try:
            for _ in range(40):
                consume(consumer, now=NOW, limit=3)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    consume(consumer, now=NOW)
    assert sorted(seen) == sorted(p.pk for p in parcels)


@REAL
def test_terminal_scan_into_the_station_brings_one_code_and_one_message(spine, world):
    parcel = spine.parcel(world)
    scan(spine, parcel, "READY_FOR_PICKUP", 1, station=world.village.code)
    scan(spine, parcel, "READY_FOR_PICKUP", 2, station=world.village.code)
    consumer = Consumer("arrivals", announce_arrivals)
    consume(consumer, now=NOW, limit=1)
    consume(consumer, now=NOW)
    ConsumerCursor.objects.all().delete()  # a cursor lost in a restore: everything is read again
    consume(consumer, now=NOW)
    assert Message.objects.filter(template="parcel_arrived").count() == 1
    assert parcel.pickup_code.station == world.village


@REAL
def test_no_news_for_48_hours_opens_the_issue_and_news_closes_it(spine, world):
    parcel = spine.parcel(world)
    scan(spine, parcel, "AT_COUNTY", 0)
    consume(Consumer("timers", arm), now=START)
    scan(spine, parcel, "TO_TOWN", 10)  # does not move the timer row
    assert fire_due(now=START + dt.timedelta(hours=49)) == 0  # 39 hours after the last news: waits on
    assert fire_due(now=START + dt.timedelta(hours=59)) == 1
    parcel.refresh_from_db()
    assert parcel.issues == [Issue.NO_UPDATE]
    scan(spine, parcel, "AT_TOWN", 60)
    parcel.refresh_from_db()
    assert (parcel.issues, parcel.stage) == ([], Stage.AT_TOWN)


@REAL
def test_shelf_timers_remind_twice_and_return_after_a_week(spine, world):
    parcel = spine.parcel(world)
    scan(spine, parcel, "READY_FOR_PICKUP", 0, station=world.village.code)
    for name, effect in (("arrivals", announce_arrivals), ("timers", arm)):
        consume(Consumer(name, effect), now=START)
    for hours, reminders in ((23, 0), (25, 1), (71, 1), (73, 2)):
        fire_due(now=START + dt.timedelta(hours=hours))
        assert Message.objects.filter(template="parcel_waiting").count() == reminders
    fire_due(now=START + dt.timedelta(days=7, hours=1))
    parcel.refresh_from_db()
    assert (parcel.stage, parcel.issues) == (Stage.RETURNING, [])
    assert fire_due(now=START + dt.timedelta(days=30)) == 0


@REAL
def test_pickup_cancels_the_reminders(spine, world):
    parcel = spine.parcel(world)
    timers = Consumer("timers", arm)
    scan(spine, parcel, "READY_FOR_PICKUP", 0, station=world.village.code)
    consume(timers, now=START)
    scan(spine, parcel, "DELIVERED", 3)
    consume(timers, now=START)
    assert not Timer.objects.filter(parcel=parcel, cancelled_at__isnull=True).exists()
    assert Timer.objects.filter(kind=TimerKind.RETURN).count() == 1

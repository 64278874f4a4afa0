"""A backup brought back on another database server: transaction ids begin anew, and nothing is lost or told twice."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from logistics.parcels.events import NewEvent
from logistics.parcels.models import ConsumerCursor, Event
from logistics.parcels.services.consumers import Consumer, consume
from logistics.parcels.services.cursors import log_is_foreign, reset_cursors
from logistics.parcels.tasks import run_consumers
from portal.notify.models import Message
from tests.spine.conftest import NOW, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
FAR = 5_000_000_000  # transaction ids of the server that the backup came from


@pytest.fixture
def seen():
    return []


@pytest.fixture
def consumer(seen):
    return Consumer("t", lambda events, now: seen.extend(event.code for event in events))


def scan(spine, parcel, code, hour):
    assert spine.record(NewEvent(number=parcel.waybill, code=code, at=at(hour), station="zl-hema")).accepted == 1


def restore():
    """Everything as another server left it: far ahead in the counting."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE parcels_event DISABLE TRIGGER event_append_only")
        cursor.execute("UPDATE parcels_event SET log_txid = log_txid + %s", [FAR])
        cursor.execute("ALTER TABLE parcels_event ENABLE TRIGGER event_append_only")
        cursor.execute("UPDATE parcels_consumercursor SET txid = txid + %s WHERE moved_at IS NOT NULL", [FAR])


def test_consumers_go_on_where_the_backup_left_off(spine, world, consumer, seen):
    parcel = spine.parcel(world)
    scan(spine, parcel, "COLLECTED", 1)
    assert consume(consumer, now=NOW) == 1
    assert not log_is_foreign()
    scan(spine, parcel, "AT_COUNTY", 2)  # stored, not yet seen when the backup was taken
    restore()
    assert log_is_foreign()
    assert consume(consumer, now=NOW) == 0  # without the reset: stuck
    assert reset_cursors(consumers=[consumer], now=NOW) == {"t": 1}
    scan(spine, parcel, "AT_TOWN", 3)
    assert consume(consumer, now=NOW) == 1
    assert consume(consumer, now=NOW) == 0
    assert seen == ["COLLECTED", "AT_COUNTY", "AT_TOWN"]
    assert not log_is_foreign()


def test_scans_taken_between_restore_and_reset_are_seen_once(spine, world, consumer, seen):
    parcel = spine.parcel(world)
    scan(spine, parcel, "COLLECTED", 1)
    consume(consumer, now=Event.objects.get().recorded_at)
    restore()
    ConsumerCursor.objects.update(moved_at=NOW.replace(year=2026, month=11, day=19))
    scan(spine, parcel, "AT_COUNTY", 2)
    reset_cursors(consumers=[consumer], now=NOW)
    assert "AT_COUNTY" in seen
    del seen[:]
    assert consume(consumer, now=NOW) == 0
    assert seen == []


def test_a_consumer_that_is_new_after_the_restore_reads_from_the_beginning(spine, world, consumer, seen):
    scan(spine, spine.parcel(world), "COLLECTED", 1)
    restore()
    reset_cursors(consumers=[consumer], now=NOW)
    assert consume(consumer, now=NOW) == 1


def test_the_worker_notices_by_itself_and_arrivals_are_told_once(spine, world):
    parcel = spine.parcel(world)
    scan(spine, parcel, "READY_FOR_PICKUP", 1)
    run_consumers()
    restore()
    run_consumers()
    later = spine.parcel(world)
    scan(spine, later, "READY_FOR_PICKUP", 2)
    run_consumers()
    assert Message.objects.count() in (1, 2)  # two arrivals of one person may be one message
    assert later.pickup_code


def test_the_command_says_what_it_did_and_the_log_stays_append_only(spine, world):
    scan(spine, spine.parcel(world), "READY_FOR_PICKUP", 1)
    run_consumers()
    restore()
    out = StringIO()
    call_command("reset_cursors", stdout=out)
    assert "timers: " in out.getvalue()
    assert "in step" in out.getvalue()
    with pytest.raises(DatabaseError, match="append-only"):
        Event.objects.update(text="x")

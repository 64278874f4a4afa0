"""The event log is the queue: each consumer reads on from its own cursor and misses nothing.

Transactions commit out of order, so a consumer reads only behind the oldest one still running
(`pg_snapshot_xmin`): what it has passed can't gain rows any more. The cursor moves in the transaction of the
effect: a worker killed in between leaves neither.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from logistics.parcels.models import ConsumerCursor, Event

BATCH = 2000

_NEXT = """
SELECT id, occurred_at FROM parcels_event
WHERE (log_txid, id) > (%s, %s) AND log_txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY log_txid, id
LIMIT %s
"""
NOTHING = "00000000-0000-0000-0000-000000000000"

Effect = Callable[[list[Event], dt.datetime], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    """`effect(events, now)` runs in the cursor's transaction; it may be given any number of events at once."""

    name: str
    effect: Effect


def consume(consumer: Consumer, *, now: dt.datetime, limit: int = BATCH) -> int:
    """Hand the next events to `consumer` and move its cursor. Returns how many; 0 when up to date or busy elsewhere."""
    ConsumerCursor.objects.get_or_create(name=consumer.name)
    with transaction.atomic():
        cursor_row = ConsumerCursor.objects.select_for_update(skip_locked=True).filter(name=consumer.name).first()
        if cursor_row is None:
            return 0  # another worker has it
        events = _next(cursor_row, limit)
        if not events:
            return 0
        consumer.effect(events, now)
        cursor_row.txid, cursor_row.event_id, cursor_row.moved_at = events[-1].log_txid, events[-1].id, now
        cursor_row.save(update_fields=["txid", "event_id", "moved_at"])
        return len(events)


def _next(cursor_row: ConsumerCursor, limit: int) -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [cursor_row.txid, cursor_row.event_id or NOTHING, limit])
        found = cursor.fetchall()
    if not found:
        return []
    return sorted(load_events(found), key=lambda e: (e.log_txid, e.id))


def load_events(found: list[tuple[uuid.UUID, dt.datetime]]) -> list[Event]:
    """Events by id and time, with their parcels; the times keep months out that have none of them."""
    times = [occurred_at for _id, occurred_at in found]
    rows = Event.objects.filter(id__in=[pk for pk, _at in found], occurred_at__range=(min(times), max(times)))
    return list(rows.select_related("parcel"))


def lag(name: str) -> int:
    """How many stored events the consumer has not seen yet."""
    row = ConsumerCursor.objects.filter(name=name).first()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM parcels_event WHERE (log_txid, id) > (%s, %s)",
            [row.txid if row else 0, (row and row.event_id) or NOTHING],
        )
        return cursor.fetchone()[0]

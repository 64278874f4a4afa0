"""The event log after a restore into another database server.

An event's place in the log is the id of the transaction that wrote it, and each server counts those from the start.
Restored events would lie ahead of all that the new server writes, and cursors would wait there for years. So once after
a restore the consumers catch up with what they have not seen, all stored events move behind the server's own counting,
and the cursors go on from there. Nothing is skipped and nothing is read twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction

from logistics.parcels.models import ConsumerCursor
from logistics.parcels.services.consumers import BATCH, NOTHING, Consumer, load_events

# A transaction of this server that a cursor has passed is complete, so it lies below the snapshot's end.
_FOREIGN = """
SELECT EXISTS (SELECT 1 FROM parcels_consumercursor WHERE txid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
"""
# Behind the cursor in the old counting, or written after the cursor last moved, in whichever counting.
_UNSEEN = """
SELECT id, occurred_at FROM parcels_event
WHERE (log_txid, id) > (%s, %s) OR recorded_at > %s
ORDER BY recorded_at, id
"""
_RENUMBER = "UPDATE parcels_event SET log_txid = 0 WHERE log_txid >= %s"
# The log is append-only for everybody; only its numbering changes here. Also keeps writers out until the end.
_OPEN = "ALTER TABLE parcels_event DISABLE TRIGGER event_append_only"
_CLOSE = "ALTER TABLE parcels_event ENABLE TRIGGER event_append_only"


def log_is_foreign() -> bool:
    """Whether a cursor stands at a transaction that this server has not reached: the data came from another one."""
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN)
        return cursor.fetchone()[0]


@transaction.atomic
def reset_cursors(*, consumers: Iterable[Consumer], now: dt.datetime) -> dict[str, int]:
    """Bring log and cursors into this server's counting. Returns how many events each consumer caught up with.

    Does no harm where nothing was restored. Events can't be recorded while it runs. All or nothing.
    """
    caught_up: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN)
        rows = {row.name: row for row in ConsumerCursor.objects.select_for_update().order_by("name")}
        for consumer in consumers:
            row = rows.get(consumer.name)
            if row is not None and row.moved_at is not None:  # otherwise it starts at the beginning anyway
                caught_up[consumer.name] = _catch_up(consumer, row, now)
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        here = cursor.fetchone()[0]
        cursor.execute(_RENUMBER, [here])
        ConsumerCursor.objects.filter(name__in=caught_up).update(txid=here, event_id=None, moved_at=now)
        cursor.execute(_CLOSE)
    return caught_up


def _catch_up(consumer: Consumer, row: ConsumerCursor, now: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UNSEEN, [row.txid, row.event_id or NOTHING, row.moved_at])
        unseen = cursor.fetchall()
    for first in range(0, len(unseen), BATCH):
        piece = unseen[first : first + BATCH]
        order = {pk: n for n, (pk, _at) in enumerate(piece)}
        consumer.effect(sorted(load_events(piece), key=lambda event: order[event.id]), now)
    return len(unseen)

"""Refused events are kept with their reason, and settled when the same event is taken later."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection

from logistics.parcels.models import EventSource
from portal.core.ids import new_id

_KEEP = """
INSERT INTO parcels_refusedevent (id, source_id, source_event_id, code, raw, first_at, last_at, times, batch, line)
SELECT r.id, %(source)s, r.event, r.code, r.raw, %(now)s, %(now)s, 1, %(batch)s, r.line
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id uuid, event text, code text, raw jsonb, line int)
ORDER BY r.event, r.code
ON CONFLICT (source_id, source_event_id, code)
DO UPDATE SET times = parcels_refusedevent.times + 1, last_at = EXCLUDED.last_at, raw = EXCLUDED.raw,
              batch = EXCLUDED.batch, line = EXCLUDED.line, settled_at = NULL
"""
_SETTLE = """
UPDATE parcels_refusedevent SET settled_at = %s
WHERE source_id = %s AND source_event_id = ANY(%s) AND settled_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """`source_event_id` may be derived; `raw` is what came in; `line` its place in the batch or file."""

    source_event_id: str
    code: str
    raw: Any
    line: int | None = None


def keep_refused(
    *, rows: Iterable[RefusedRow], source: EventSource, now: dt.datetime, batch: uuid.UUID | None = None
) -> None:
    """Store refused events, one row per (source, event, reason); a repeat counts up instead of piling up."""
    unique = {(row.source_event_id, row.code): row for row in rows}
    if not unique:
        return
    payload = [
        {
            "id": str(new_id()),
            "event": row.source_event_id[:64],
            "code": row.code,
            "raw": row.raw,
            "line": row.line,
        }
        for row in unique.values()
    ]
    # PostgreSQL can't keep U+0000 in jsonb; a sender's stray zero byte must not lose the whole report.
    text = msgspec.json.encode(payload).decode().replace("\\u0000", "")
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"source": source.pk, "now": now, "batch": batch, "rows": text})


def settle_refused(*, source: EventSource, event_ids: list[str], now: dt.datetime) -> None:
    """Mark refusals of events that were taken after all."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [now, source.pk, event_ids])

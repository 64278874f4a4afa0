"""The event log's own SQL: locking, claiming keys, appending."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from django.db import connection

from logistics.parcels.models import EventSource
from portal.core.actor import Actor

# One row a number; parcels are locked in the order of their ids, so that two batches can't wait for each other.
_LOCK = """
SELECT n.number, n.carrier_id, n.generation, p.id, p.direction, p.carrier_id, p.closed_at,
       p.closed_at IS NULL AND p.issues = '{}' AND NOT p.corrected
FROM parcels_parcelnumber n JOIN parcels_parcel p ON p.id = n.parcel_id
WHERE n.number IN (SELECT jsonb_array_elements_text(%s::jsonb))
ORDER BY p.id
FOR NO KEY UPDATE OF p
"""
_CLAIM = """
INSERT INTO parcels_eventkey (source_id, source_event_id, digest)
SELECT %s, key, digest::bigint FROM jsonb_each_text(%s::jsonb) AS sent (key, digest)
ORDER BY key
ON CONFLICT DO NOTHING
RETURNING source_event_id
"""
_DIGESTS = """
SELECT source_event_id, digest FROM parcels_eventkey
WHERE source_id = %s AND source_event_id IN (SELECT jsonb_array_elements_text(%s::jsonb))
"""
_COPY = """
COPY parcels_event (
    id, occurred_at, offset_minutes, claimed_at, recorded_at, parcel_id, source_id, source_event_id, code, rank,
    station_id, issue, reason, variant, text, custody_kind, custody_ref, corrects_source, corrects_event, actor)
FROM STDIN
"""


def _json(value: Any) -> str:
    """One text parameter instead of arrays: the driver dumps lists element by element, 3 times slower as a whole."""
    return msgspec.json.encode(value).decode()


def lock_parcels(
    numbers: set[str], carriers: set[str], make: type
) -> tuple[dict[str, int], dict[str, list[tuple[int | None, Any, int]]]]:
    """Lock every parcel that one of `numbers` finds.

    Returns enterprise ids by carrier code, and by number (carrier id of the number, parcel, generation of the number),
    where a parcel found by two numbers is one object.
    """
    found: dict[str, list[tuple[int | None, Any, int]]] = {}
    parcels: dict[int, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_json(list(numbers))])
        for number, number_carrier, generation, *columns in cursor.fetchall():
            parcel = parcels.get(columns[0]) or parcels.setdefault(columns[0], make(*columns))
            found.setdefault(number, []).append((number_carrier, parcel, generation))
        codes: dict[str, int] = {}
        if carriers:
            cursor.execute("SELECT code, id FROM registry_enterprise WHERE code = ANY(%s)", [list(carriers)])
            codes = dict(cursor.fetchall())
    return codes, found


def claim(rows: list, source: EventSource) -> set[str]:
    """Claim the rows' keys, each once; the free ones come back. Waits for a batch that is claiming the same key."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [source.pk, _json({row.key: row.digest for row in rows})])
        return {key for (key,) in cursor.fetchall()}


def digests(keys: list[str], source: EventSource) -> dict[str, int | None]:
    """What the claimed `keys` were claimed with."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [source.pk, _json(keys)])
        return dict(cursor.fetchall())


def append(*, rows: list, source: EventSource, actor: Actor, now: dt.datetime) -> None:
    """COPY the rows into the log: the fastest way PostgreSQL has, and duplicates were sorted out before."""
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for r in rows:
            e = r.event
            copy.write_row(
                (
                    r.id,
                    r.occurred_at,
                    r.offset,
                    r.claimed_at,
                    now,
                    r.parcel.id,
                    source.pk,
                    r.key,
                    e.code,
                    r.rank,
                    r.station_id,
                    e.issue,
                    e.reason,
                    e.variant,
                    e.text,
                    e.custody_kind,
                    e.custody_ref,
                    r.corrects_source,
                    e.corrects,
                    actor.id,
                )
            )


def has_open_refusals(source: EventSource) -> bool:
    """Whether an accepted event of this source could settle an earlier refusal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM parcels_refusedevent WHERE source_id = %s AND settled_at IS NULL)",
            [source.pk],
        )
        return cursor.fetchone()[0]


def source_id(code: str) -> int | None:
    return EventSource.objects.filter(code=code).values_list("pk", flat=True).first()

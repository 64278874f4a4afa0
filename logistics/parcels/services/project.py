"""Carrying fresh events over into their parcels.

Most batches are plain scans of parcels that move normally. For these the new columns follow from the locked row
and the scans alone (`advance`). Everything else, issues, ends, corrections, is folded again from the log (`refold`).
Both give what fold.py gives; the property tests hold them to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import msgspec
from django.db import connection

from logistics.parcels.fold import ISSUE_ORDER
from logistics.parcels.services.judge import Row
from logistics.parcels.states import CLOSED_BY, TERMINAL_RANK, Act, Stage

_SQL = Path(__file__).resolve().parent.parent / "sql"
_REFOLD = (_SQL / "refold.sql").read_text()
_ADVANCE = (_SQL / "advance.sql").read_text()
_CLOSERS = [f"{issue}>{code}" for issue, codes in CLOSED_BY.items() for code in sorted(codes)]
# Ends before collection count, later ones don't; handovers and corrections look at the whole log.
_FOLDED_AGAIN = frozenset({Act.CUSTODY, Act.VOID, Act.ISSUE_RESOLVED, Stage.CANCELLED})


class Gain(msgspec.Struct, omit_defaults=True):
    """What the plain scans of one parcel in one batch add up to. `stage_rank` is -1 when none is of a stage."""

    id: int
    first_event_at: dt.datetime
    last_event_at: dt.datetime
    stage: str = ""
    stage_rank: int = -1
    stage_at: dt.datetime | None = None
    headline_at: dt.datetime | None = None
    station: int | None = None
    county_at: dt.datetime | None = None
    ready_at: dt.datetime | None = None
    variant: str = ""


def project(rows: list[Row]) -> None:
    """Bring the parcels of `rows` (just appended, parcels locked) up to date."""
    scans: dict[int, list[Row]] = {}
    again: set[int] = set()
    for row in rows:
        if row.after_end and row.event.code != Act.VOID:
            continue  # kept in the log and without effect (fold.py): there is nothing to carry over
        scans.setdefault(row.parcel.id, []).append(row)
        if not row.parcel.plain or row.event.code in _FOLDED_AGAIN or row.rank == ISSUE_ORDER:
            again.add(row.parcel.id)
    gains = []
    for parcel_id, batch in scans.items():
        gain = None if parcel_id in again else _gain(parcel_id, batch)
        if gain is None:
            again.add(parcel_id)
        else:
            gains.append(gain)
    again |= advance(gains)
    if again:
        refold(again)


def _gain(parcel_id: int, batch: list[Row]) -> Gain | None:
    """None when the batch itself needs the whole fold: more than one end, or scans after it."""
    first = batch[0].occurred_at
    gain = Gain(parcel_id, first, first)
    for scan in sorted(batch, key=_content_order) if len(batch) > 1 else batch:
        at, code, rank = scan.occurred_at, scan.event.code, scan.rank
        if gain.stage_rank == TERMINAL_RANK:
            return None
        gain.first_event_at, gain.last_event_at = min(gain.first_event_at, at), max(gain.last_event_at, at)
        if rank > gain.stage_rank:
            gain.stage, gain.stage_rank, gain.stage_at, gain.variant = code, rank, at, scan.event.variant
        if rank >= 0 and rank == gain.stage_rank:
            gain.headline_at, gain.station = at, scan.station_id
        if code == Stage.AT_COUNTY and gain.county_at is None:
            gain.county_at = at
        elif code == Stage.READY_FOR_PICKUP and gain.ready_at is None:
            gain.ready_at = at
    return gain


def _content_order(row: Row) -> tuple:
    return (row.occurred_at, row.rank, row.event.code, row.key)


def advance(gains: list[Gain]) -> set[int]:
    """Merge plain scans into their parcels. Returns the parcels that need the whole fold after all."""
    if not gains:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [msgspec.json.encode(gains).decode()])
        done = {pk for (pk,) in cursor.fetchall()}
    return {gain.id for gain in gains} - done


def refold(parcel_ids: Iterable[int]) -> int:
    """Fold parcels again from all their events. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_REFOLD, {"ids": list(parcel_ids), "closers": _CLOSERS})
        return cursor.rowcount

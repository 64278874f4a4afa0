"""Carrying fresh events over into their parcels.

Most batches are plain scans of parcels that move normally. For these the new columns follow from the locked row
and the scans alone (`advance`). Everything else, issues, ends, corrections, is folded again from the log (`refold`).
Both give what fold.py gives; the property tests hold them to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

from logistics.parcels.services.judge import Locked, Row
from logistics.parcels.states import CLOSED_BY, TERMINAL_RANK, Act, Stage

_SQL = Path(__file__).resolve().parent.parent / "sql"
_REFOLD = (_SQL / "refold.sql").read_text()
_ADVANCE = (_SQL / "advance.sql").read_text()
_CLOSERS = [f"{issue}>{code}" for issue, codes in CLOSED_BY.items() for code in sorted(codes)]
_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def project(rows: list[Row], parcels: dict[int, Locked]) -> None:
    """Bring the parcels of `rows` (just appended, parcels locked) up to date."""
    plain: dict[int, list[Row]] = {}
    again: set[int] = set()
    for row in rows:
        parcel = row.parcel
        if not _is_plain(row, parcel):
            again.add(parcel.id)
        plain.setdefault(parcel.id, []).append(row)
    for parcel_id in again:
        del plain[parcel_id]
    if plain:
        advance([_advanced(parcels[parcel_id], scans) for parcel_id, scans in plain.items()])
    if again:
        _refold_touched(again, rows, parcels)


def _is_plain(row: Row, parcel: Locked) -> bool:
    """Whether the scan's effect follows from the parcel's columns alone."""
    if row.rank < 0 or row.rank == TERMINAL_RANK or parcel.closed_at or parcel.issues or parcel.corrected:
        return False
    # Two scans of the same rank at the very same moment are told apart by content, which the columns don't keep.
    return not (row.rank == parcel.stage_rank and row.occurred_at == parcel.headline_at)


def _refold_touched(again: set[int], rows: list[Row], parcels: dict[int, Locked]) -> None:
    """Refold from no more of the log than can matter: a correction may stand anywhere, other events lie within the dates."""
    if any(parcels[i].corrected for i in again) or any(row.event.code == Act.VOID for row in rows):
        refold(again)
        return
    touched = [row.occurred_at for row in rows if row.parcel.id in again]
    known = [t for i in again for t in (parcels[i].first_event_at, parcels[i].last_event_at) if t]
    refold(again, since=min(touched + known), until=max(touched + known))


def _advanced(parcel: Locked, scans: list[Row]) -> Locked:
    """The parcel after plain scans: the highest rank wins, whatever order they came in."""
    for scan in sorted(scans, key=lambda r: (r.occurred_at, r.rank, r.event.code, r.key)):
        at, code = scan.occurred_at, scan.event.code
        if parcel.stage_at is None or scan.rank > parcel.stage_rank:
            parcel.stage, parcel.stage_rank, parcel.stage_at = code, scan.rank, at
            parcel.headline_at, parcel.station_id = at, scan.station_id
        elif scan.rank == parcel.stage_rank:
            parcel.stage_at = min(parcel.stage_at, at)
            if at >= parcel.headline_at:
                parcel.headline_at, parcel.station_id = at, scan.station_id
        parcel.first_event_at = min(parcel.first_event_at or at, at)
        parcel.last_event_at = max(parcel.last_event_at or at, at)
        if code == Stage.AT_COUNTY:
            parcel.county_at = min(parcel.county_at or at, at)
        elif code == Stage.READY_FOR_PICKUP:
            parcel.ready_at = min(parcel.ready_at or at, at)
    return parcel


def advance(parcels: list[Locked]) -> None:
    columns = zip(
        *(
            (
                p.id,
                p.stage,
                p.stage_rank,
                p.stage_at,
                p.headline_at,
                p.station_id,
                p.first_event_at,
                p.last_event_at,
                p.county_at,
                p.ready_at,
            )
            for p in parcels
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [list(column) for column in columns])


def refold(parcel_ids: Iterable[int], *, since: dt.datetime | None = None, until: dt.datetime | None = None) -> int:
    """Fold parcels again from the log, reading their events between `since` and `until` (default: all). Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REFOLD,
            {
                "ids": list(parcel_ids),
                "since": since or _BEGINNING,
                "until": until or dt.datetime(9999, 1, 1, tzinfo=dt.UTC),
                "closers": _CLOSERS,
            },
        )
        return cursor.rowcount

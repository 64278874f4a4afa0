"""The lines of a file, piece by piece, each with its results in one transaction; what the whole came to at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from django.db import transaction
from django.db.models import Count

from logistics.parcels.models import ImportBatch, ImportRow
from logistics.parcels.services.imports import storage
from logistics.parcels.services.imports.names import Names
from logistics.parcels.services.imports.questions import keep_rows
from logistics.parcels.services.imports.sheet import Sheet
from logistics.parcels.services.imports.take import Earlier, take
from logistics.parcels.states import ImportState, RowResult
from members.devices.services import assert_device_live
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.kept_sums import kept
from portal.core.workbooks import SheetRow

PIECE = 250


def work(batch: ImportBatch, sheet: Sheet, actor: Actor, now: dt.datetime) -> None:
    assert sheet.header is not None  # noqa: S101  only a sheet whose reading stopped early has none
    ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING).update(
        **kept(sheet.sums), columns=sheet.header.named()
    )
    names = Names(batch.enterprise)
    earlier = Earlier() if batch.dry_run else None
    for rows in _pieces(sheet):
        piece = partial(take, batch=batch, header=sheet.header, names=names, actor=actor, now=now, earlier=earlier)
        if not (_check if batch.dry_run else _write)(batch, rows, piece, actor, now):
            return
    _finish(batch, now)


def _check(batch: ImportBatch, rows: list[SheetRow], piece: Callable, actor: Actor, now: dt.datetime) -> bool:
    """A piece of a dry run: done, taken back, and what came of it kept. False when there is nothing more to do."""
    with transaction.atomic():
        assert_device_live(actor=actor, now=now)
        results = piece(rows=rows)
        transaction.set_rollback(True)
    with transaction.atomic():
        if not _still_running(batch):
            return False
        keep_rows(batch=batch, rows=results, now=now)
    return True


def _write(batch: ImportBatch, rows: list[SheetRow], piece: Callable, actor: Actor, now: dt.datetime) -> bool:
    """A piece with its results in one transaction. False when there is nothing more to do."""
    with transaction.atomic():
        if not _still_running(batch):
            return False
        assert_device_live(actor=actor, now=now)
        done = set(batch.rows.filter(line__in=[row.line for row in rows]).values_list("line", flat=True))
        fresh = [row for row in rows if row.line not in done]
        if fresh:
            keep_rows(batch=batch, rows=piece(rows=fresh), now=now)
    return True


def _pieces(sheet: Sheet) -> Iterator[list]:
    rows = iter(sheet.rows)
    while piece := list(islice(rows, PIECE)):
        yield piece


def _still_running(batch: ImportBatch) -> bool:
    """Locks the batch, so that two workers take turns, piece by piece."""
    return ImportBatch.objects.select_for_update().filter(pk=batch.pk, state=ImportState.RUNNING).exists()


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """How many of the lines came out how, by the fields of ImportBatch."""
    counts = dict(batch.rows.values_list("result").annotate(n=Count("pk")))
    return {
        "accepted": counts.get(RowResult.ACCEPTED, 0),
        "duplicates": counts.get(RowResult.DUPLICATE, 0),
        "refused": counts.get(RowResult.REFUSED, 0),
        "asked": counts.get(RowResult.ASKED, 0),
        "warned": batch.rows.filter(ImportRow.WARNED).count(),
    }


@transaction.atomic
def _finish(batch: ImportBatch, now: dt.datetime) -> None:
    if not _still_running(batch):
        return
    counts = counts_of(batch)
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.CHECKED if batch.dry_run else ImportState.DONE,
        **counts,
        finished_at=now,
    )
    if not batch.dry_run and not counts["refused"] and not counts["asked"]:
        transaction.on_commit(lambda: storage.forget(batch.pk))


def fail(batch: ImportBatch, error: DomainError, now: dt.datetime) -> None:
    """Keeps why by code and figures, so that each reader is told in a language of the own."""
    ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING).update(
        state=ImportState.FAILED,
        error_code=error.code[:40],
        error_data=getattr(error, "data", {}),
        error=f"{error.message}{error.hint}"[:300],
        **counts_of(batch),
        finished_at=now,
    )

"""Lines taken again, by what their sender has said meanwhile: from a kept file, or as they were put down."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import BinaryIO, cast

from django.db import transaction
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet
from django.utils.translation import gettext as _

from logistics.parcels.models import ImportBatch, ImportRow, SenderAnswer
from logistics.parcels.services.imports import storage
from logistics.parcels.services.imports.columns import find_header, header_as_read
from logistics.parcels.services.imports.names import Names, headings_of
from logistics.parcels.services.imports.people import sender_of
from logistics.parcels.services.imports.problems import FileProblem
from logistics.parcels.services.imports.questions import keep_rows
from logistics.parcels.services.imports.run import TASK, read_at_once, take_turns, work_at_once
from logistics.parcels.services.imports.storage import FileGone
from logistics.parcels.services.imports.take import Earlier, take
from logistics.parcels.services.imports.work import counts_of
from logistics.parcels.states import ImportState, RowResult
from members.access.states import Permission
from members.devices.services import assert_device_live
from portal.core.actor import Actor
from portal.core.errors import Conflict, Forbidden, TooMany
from portal.core.outages import carrying_on
from portal.core.queue import after_commit
from portal.core.workbooks import SheetRow

log = logging.getLogger(__name__)
_YES = BooleanField()
PIECE = 250  # lines taken again in one transaction


def read_again(*, batch: ImportBatch, actor: Actor, now: dt.datetime) -> ImportBatch:
    """Read a kept file by what its sender has said meanwhile: of a dry run each line, else those that were not taken.

    Comes back finished when the file is small, else RUNNING. Raises FileGone, FileProblem, Forbidden, TooManyImports,
    and Conflict while the file is being worked on.
    """
    actor.require(Permission.IMPORT_RUN)
    with storage.opened(batch.pk) as stored:
        sheet = read_at_once(batch, cast(BinaryIO, stored))
    with transaction.atomic():
        take_turns(actor)
        held = ImportBatch.objects.select_for_update().filter(storage.may_be_read_again(), pk=batch.pk).first()
        if held is None:
            raise Conflict(_("这个文件正在处理。"), code="import_running", hint=_("请等处理完再操作。"))
        again = held.rows.all() if held.dry_run else held.rows.filter(result__in=[RowResult.REFUSED, RowResult.ASKED])
        again.delete()
        batch.state, batch.finished_at = ImportState.RUNNING, None
        batch.error, batch.error_code, batch.error_data = "", "", {}
        batch.save(update_fields=["state", "finished_at", "error", "error_code", "error_data"])
        if not sheet.complete:
            after_commit(TASK, str(batch.pk))
    return work_at_once(batch, sheet, actor, now)


def retake_rows(*, batch: ImportBatch, actor: Actor, now: dt.datetime, at_most: int | None = None) -> int:
    """Take the lines of a file whose questions are all answered. Returns how many; no lock is held between pieces."""
    if batch.dry_run and (count := _answered(batch).count()):
        try:
            read_again(batch=batch, actor=actor, now=now)  # whole, so that doubles among its lines are seen
            return count
        except (FileGone, FileProblem):
            pass  # such a dry run can't be taken for real any more
    done = 0
    while at_most is None or done < at_most:
        with transaction.atomic():
            taken = _retake_piece(batch, actor, now)
        done += taken
        if taken < PIECE:
            break
    return done


def retake_waiting(*, now: dt.datetime) -> int:
    """The worker's part: lines of all files that nobody took after their questions were answered."""
    done = 0
    waiting = ImportBatch.objects.filter(asked__gt=0, state__in=storage.SETTLED)
    later = (Forbidden, TooMany, Conflict)  # the sender may send no more, or has files at work: whoever answers next
    for batch in waiting.select_related("enterprise", "source"):
        with carrying_on(log, "lines of import %s could not be taken", batch.pk), suppress(*later):
            done += retake_rows(batch=batch, actor=sender_of(batch.created_by), now=now)
    return done


def _retake_piece(batch: ImportBatch, actor: Actor, now: dt.datetime) -> int:
    locked = ImportBatch.objects.select_for_update(of=("self",)).select_related("enterprise", "source")
    held = locked.filter(pk=batch.pk, state__in=storage.SETTLED).first()
    if held is None:
        return 0
    assert_device_live(actor=actor, now=now)
    rows = {row.line: row for row in _answered(held)[:PIECE]}
    if not rows:
        return 0
    results = _taken_again(held, rows, actor, now)
    held.rows.filter(line__in=rows).delete()
    keep_rows(batch=held, rows=results, now=now)
    ImportBatch.objects.filter(pk=held.pk).update(**counts_of(held))
    return len(rows)


def _answered(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Lines that wait although all that they waited for is said."""
    asked_for = Func(F("pk"), OuterRef("asks"), template="%(expressions)s)", arg_joiner=" = ANY (", output_field=_YES)
    still_open = SenderAnswer.objects.filter(asked_for, meaning="")  # by the key of each: files may ask thousands
    return batch.rows.filter(~Exists(still_open), result=RowResult.ASKED).order_by("line")


def _taken_again(batch: ImportBatch, rows: Mapping[int, ImportRow], actor: Actor, now: dt.datetime) -> list[ImportRow]:
    names = Names(batch.enterprise)
    raws = {line: row.raw or {} for line, row in rows.items()}  # a line that waits has kept its cells
    headings = next(iter(raws.values()))["headings"]
    if batch.columns:  # as the file was read, whatever its sender said of columns since
        header = header_as_read(headings, batch.columns)
    else:
        header = find_header([SheetRow(1, headings)], batch.kind, headings_of(batch.enterprise, batch.kind))
    lines = [SheetRow(line, raw["cells"]) for line, raw in raws.items()]
    mark = transaction.savepoint() if batch.dry_run else None
    results = take(
        batch=batch, header=header, rows=lines, names=names, actor=actor, now=now,
        earlier=Earlier() if batch.dry_run else None,
    )  # fmt: skip
    if mark is not None:
        transaction.savepoint_rollback(mark)
    return results

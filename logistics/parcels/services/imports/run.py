"""An import from upload to result.

Small files are worked on at once, larger ones by the worker. The work is cut into pieces, each with its results in
one transaction: a killed worker leaves whole pieces, and the next one goes on behind the last line that has a result.
A dry run does the same work and takes it back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, cast

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from logistics.parcels.models import ImportBatch, ImportRow
from logistics.parcels.selectors_imports import importable_enterprises
from logistics.parcels.services.imports import storage
from logistics.parcels.services.imports.build import Names
from logistics.parcels.services.imports.people import sender_of
from logistics.parcels.services.imports.problems import FileProblem
from logistics.parcels.services.imports.sheet import Sheet, read_sheet
from logistics.parcels.services.imports.take import take
from logistics.parcels.services.sources import file_source
from logistics.parcels.states import ImportKind, ImportState, RowResult
from logistics.registry.models import Enterprise
from members.access.states import Permission
from members.devices.services import assert_device_live
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict, DomainError, NotFound
from portal.core.ids import new_id
from portal.core.queue import after_commit

AT_ONCE = 2000  # lines; more are left to the worker
PIECE = 1000
LOST_AFTER = dt.timedelta(minutes=2)
TASK = "logistics.parcels.tasks.process_import_file"


def start_import(
    *, file: BinaryIO, name: str, kind: str, enterprise_code: str, dry_run: bool, actor: Actor, now: dt.datetime
) -> ImportBatch:
    """Take in a file for an enterprise. Comes back finished when the file is small, else RUNNING.

    Raises Forbidden without IMPORT_RUN, NotFound for an enterprise outside the scope, BadInput for an unknown kind,
    TooLarge beyond 50 MB, FileProblem when the file as a whole can't be read; then nothing is kept.
    """
    actor.require(Permission.IMPORT_RUN)
    if kind not in ImportKind.values:
        raise BadInput(_("请选择导入的种类。"), code="bad_kind", hint=_("种类为 parcels（包裹）或 events（轨迹）。"))
    enterprise = _enterprise(actor, enterprise_code)
    sha256, size = storage.digest(file)
    sheet = read_sheet(file, kind, AT_ONCE)
    batch = _new_batch(enterprise, kind, name, sha256, size, dry_run, actor, now)
    storage.keep(batch.pk, file)
    _begin(batch, sheet, actor, now)
    return batch


def run_checked_import(*, batch: ImportBatch, actor: Actor, now: dt.datetime) -> ImportBatch:
    """Take the file of a dry run for real. Raises Conflict when it was no dry run or the file is gone."""
    actor.require(Permission.IMPORT_RUN)
    _enterprise(actor, batch.enterprise.code)
    if not batch.dry_run or batch.state != ImportState.CHECKED:
        raise Conflict(_("这次导入不是已完成的试运行。"), code="not_checked", hint=_("请先试运行，再正式导入。"))
    with storage.opened(batch.pk) as file:
        sheet = read_sheet(cast(BinaryIO, file), batch.kind, AT_ONCE)
        real = _new_batch(batch.enterprise, batch.kind, batch.file_name, batch.sha256, batch.size, False, actor, now)
        storage.keep(real.pk, cast(BinaryIO, file))
    _begin(real, sheet, actor, now)
    return real


def process_import(*, batch_id: uuid.UUID | str, now: dt.datetime) -> None:
    """The worker's part. Does nothing for a batch that is not RUNNING; goes on where a killed worker stopped."""
    batch = (
        ImportBatch.objects.select_related("enterprise", "source")
        .filter(pk=batch_id, state=ImportState.RUNNING)
        .first()
    )
    if batch is None:
        return
    try:
        with storage.opened(batch.pk) as file:
            sheet = read_sheet(cast(BinaryIO, file), batch.kind)
        _work(batch, sheet, sender_of(batch.created_by), now)
    except DomainError as error:
        _fail(batch, f"{error.message}{error.hint}", now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the next round goes on
    except Exception:
        _fail(batch, _("处理时出错，已处理的行保留。请重新上传同一文件，重复的行不会重复登记。"), now)
        raise


def resume_imports(*, now: dt.datetime) -> int:
    """Go on with files whose worker or message was lost. Returns how many."""
    lost = list(
        ImportBatch.objects.filter(state=ImportState.RUNNING, created_at__lt=now - LOST_AFTER).values_list(
            "pk", flat=True
        )
    )
    for batch_id in lost:
        process_import(batch_id=batch_id, now=now)
    return len(lost)


def _enterprise(actor: Actor, code: str) -> Enterprise:
    """The named enterprise, or the only one the actor may send files for."""
    allowed = importable_enterprises(actor=actor)
    found = list(allowed.filter(code=code)[:1] if code else allowed[:2])
    if code and not found:
        raise NotFound(_("没有这个企业代码，或不在您的范围内。"), code="unknown_enterprise", hint=_("请核对企业代码。"))
    if len(found) != 1:
        raise BadInput(_("请指明是哪家企业的文件。"), code="enterprise_needed", fields={"enterprise": _("必填。")})
    return found[0]


def _new_batch(enterprise, kind, name, sha256, size, dry_run, actor, now) -> ImportBatch:
    return ImportBatch.objects.create(
        id=new_id(),
        kind=kind,
        enterprise=enterprise,
        source=file_source(enterprise=enterprise, now=now),
        file_name=_tidy(name),
        sha256=sha256,
        size=size,
        dry_run=dry_run,
        created_at=now,
        created_by=actor.id,
    )


def _tidy(name: str) -> str:
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    return plain[-120:] or "file"


def _begin(batch: ImportBatch, sheet: Sheet, actor: Actor, now: dt.datetime) -> None:
    if sheet.complete:
        try:
            _work(batch, sheet, actor, now)
        except DomainError as error:
            _fail(batch, f"{error.message}{error.hint}", now)
            raise
        batch.refresh_from_db()
        return
    after_commit(TASK, str(batch.pk))


def _work(batch: ImportBatch, sheet: Sheet, actor: Actor, now: dt.datetime) -> None:
    names = Names(batch.enterprise)
    if batch.dry_run:
        results: list[ImportRow] = []
        with transaction.atomic():
            assert_device_live(actor=actor, now=now)
            for rows in _pieces(sheet):
                results += take(batch=batch, header=sheet.header, rows=rows, names=names, actor=actor, now=now)
            transaction.set_rollback(True)
        with transaction.atomic():
            if _still_running(batch):
                ImportRow.objects.bulk_create(results, batch_size=2000, ignore_conflicts=True)
    else:
        for rows in _pieces(sheet):
            with transaction.atomic():
                if not _still_running(batch):
                    return
                assert_device_live(actor=actor, now=now)
                last = batch.rows.aggregate(last=Max("line"))["last"] or 0
                fresh = [row for row in rows if row.line > last]
                if fresh:
                    taken = take(batch=batch, header=sheet.header, rows=fresh, names=names, actor=actor, now=now)
                    ImportRow.objects.bulk_create(taken, batch_size=2000)
    _finish(batch, now)


def _pieces(sheet: Sheet) -> Iterator[list]:
    rows = iter(sheet.rows)
    while piece := list(islice(rows, PIECE)):
        yield piece


def _still_running(batch: ImportBatch) -> bool:
    """Locks the batch, so that two workers take turns, piece by piece."""
    return ImportBatch.objects.select_for_update().filter(pk=batch.pk, state=ImportState.RUNNING).exists()


@transaction.atomic
def _finish(batch: ImportBatch, now: dt.datetime) -> None:
    if not _still_running(batch):
        return
    counts = dict(batch.rows.values_list("result").annotate(n=Count("pk")))
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.CHECKED if batch.dry_run else ImportState.DONE,
        accepted=counts.get(RowResult.ACCEPTED, 0),
        duplicates=counts.get(RowResult.DUPLICATE, 0),
        refused=counts.get(RowResult.REFUSED, 0),
        finished_at=now,
    )
    if not batch.dry_run:
        transaction.on_commit(lambda: storage.forget(batch.pk))


def _fail(batch: ImportBatch, sentence: str, now: dt.datetime) -> None:
    counts = dict(batch.rows.values_list("result").annotate(n=Count("pk")))
    ImportBatch.objects.filter(pk=batch.pk, state=ImportState.RUNNING).update(
        state=ImportState.FAILED,
        error=sentence[:300],
        accepted=counts.get(RowResult.ACCEPTED, 0),
        duplicates=counts.get(RowResult.DUPLICATE, 0),
        refused=counts.get(RowResult.REFUSED, 0),
        finished_at=now,
    )


__all__ = ["FileProblem", "process_import", "resume_imports", "run_checked_import", "start_import"]

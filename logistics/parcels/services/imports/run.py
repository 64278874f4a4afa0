"""An import from upload to result.

Small files are worked on at once, larger ones by the worker. The work is cut into pieces, each with its results in
one transaction: a killed worker leaves whole pieces, and the next one goes on behind the last line that has a result.
A dry run does the same work and takes each piece back at once, so that it holds no lock for longer than a piece; what
the pieces would have made is remembered, so that the later ones are judged as they would be.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from logistics.parcels.models import ImportBatch
from logistics.parcels.selectors_imports import importable_enterprises
from logistics.parcels.services.imports import storage
from logistics.parcels.services.imports.columns import likely_headers
from logistics.parcels.services.imports.failures import Broken, TooManyImports
from logistics.parcels.services.imports.names import headings_of
from logistics.parcels.services.imports.people import sender_of
from logistics.parcels.services.imports.problems import ABOUT_COLUMNS, FileProblem
from logistics.parcels.services.imports.sheet import Sheet, read_sheet, top_rows
from logistics.parcels.services.imports.work import fail, work
from logistics.parcels.services.sources import file_source
from logistics.parcels.states import ImportKind, ImportState
from logistics.registry.models import Enterprise
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict, DomainError, NotFound
from portal.core.ids import new_id
from portal.core.outages import carrying_on
from portal.core.queue import after_commit

log = logging.getLogger(__name__)
AT_ONCE = 500  # lines; more are left to the worker
READING_SECONDS = 1.0  # of processor time, while the sender waits
LOST_AFTER = dt.timedelta(minutes=2)
TASK = "logistics.parcels.tasks.process_import_file"
_ONE_AFTER_ANOTHER = "SELECT pg_advisory_xact_lock(hashtext('imports'), hashtext(%s))"


def start_import(
    *,
    file: BinaryIO,
    name: str,
    kind: str,
    enterprise_code: str,
    dry_run: bool,
    actor: Actor,
    now: dt.datetime,
    may_ask: bool = False,
) -> ImportBatch:
    """Take in a file for an enterprise. Comes back finished when the file is small, else RUNNING.

    With `may_ask` a file whose columns are not clear is kept, FAILED, so that its sender can say which is which.

    Raises Forbidden without IMPORT_RUN, NotFound for an enterprise outside the scope, BadInput for an unknown kind,
    TooLarge beyond 50 MB, FileProblem when the file as a whole can't be read, TooManyImports while MOST_RUNNING_IMPORTS
    files of the actor are being worked on, StorageFull when the file can't be kept; then nothing is kept.
    """
    actor.require(Permission.IMPORT_RUN)
    if kind not in ImportKind.values:
        raise BadInput(_("请选择导入的种类。"), code="bad_kind", hint=_("种类为 parcels（包裹）或 events（轨迹）。"))
    enterprise = _enterprise(actor, enterprise_code)
    _assert_few_running(actor)
    sha256, size = storage.digest(file)
    batch = ImportBatch(
        id=new_id(), kind=kind, enterprise=enterprise, file_name=_tidy(name), sha256=sha256, size=size,
        dry_run=dry_run, created_at=now, created_by=actor.id, language=get_language() or "",
    )  # fmt: skip
    try:
        sheet = read_at_once(batch, file)
    except FileProblem as problem:
        if not (may_ask and problem.code in ABOUT_COLUMNS and _has_headings(batch, file)):
            raise
        return _keep_unread(batch, file, problem, actor, now)
    return _begin(batch, file, sheet, actor, now)


def run_checked_import(*, batch: ImportBatch, actor: Actor, now: dt.datetime) -> ImportBatch:
    """Take the file of a dry run for real. Raises Conflict when it was no dry run or the file is gone."""
    actor.require(Permission.IMPORT_RUN)
    _enterprise(actor, batch.enterprise.code)
    if not batch.dry_run or batch.state != ImportState.CHECKED:
        raise Conflict(_("这次导入不是已完成的试运行。"), code="not_checked", hint=_("请先试运行，再正式导入。"))
    _assert_few_running(actor)
    with storage.opened(batch.pk) as stored:
        file = cast(BinaryIO, stored)
        sheet = read_at_once(batch, file)
        real = ImportBatch(
            id=new_id(), kind=batch.kind, enterprise=batch.enterprise, file_name=batch.file_name, sha256=batch.sha256,
            size=batch.size, dry_run=False, created_at=now, created_by=actor.id, language=get_language() or "",
        )  # fmt: skip
        return _begin(real, file, sheet, actor, now)


def process_import(*, batch_id: str | uuid.UUID, now: dt.datetime) -> None:
    """The worker's part. Does nothing for a batch that is not RUNNING; goes on where a killed worker stopped."""
    batch = (
        ImportBatch.objects.select_related("enterprise", "source")
        .filter(pk=batch_id, state=ImportState.RUNNING)
        .first()
    )
    if batch is None:
        return
    with override(batch.language or settings.LANGUAGE_CODE):  # refused lines are told in the sender's language
        _process(batch, now)


def _process(batch: ImportBatch, now: dt.datetime) -> None:
    with suppress(DomainError), _ended(batch, now):
        with storage.opened(batch.pk) as file:
            words = headings_of(batch.enterprise, batch.kind)
            sheet = read_sheet(cast(BinaryIO, file), batch.kind, words=words)
        work(batch, sheet, sender_of(batch.created_by), now)


@contextmanager
def _ended(batch: ImportBatch, now: dt.datetime) -> Iterator[None]:
    """Whatever the work raises ends the batch in a state that is told, and goes on. Only while the database is away it
    stays RUNNING: the worker's next round goes on with it."""
    try:
        yield
    except DomainError as error:
        fail(batch, error, now)
        raise
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        fail(batch, Broken(), now)
        raise


def resume_imports(*, now: dt.datetime) -> int:
    """Go on with files whose worker or message was lost. Returns how many. One that breaks off stops no other."""
    lost = list(
        ImportBatch.objects.filter(state=ImportState.RUNNING, created_at__lt=now - LOST_AFTER).values_list(
            "pk", flat=True
        )
    )
    for batch_id in lost:
        with carrying_on(log, "import %s broke off", batch_id):
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


def read_at_once(batch: ImportBatch, file: BinaryIO) -> Sheet:
    """As much as may be read while the sender waits."""
    return read_sheet(file, batch.kind, AT_ONCE, READING_SECONDS, headings_of(batch.enterprise, batch.kind))


def _has_headings(batch: ImportBatch, file: BinaryIO) -> bool:
    words = headings_of(batch.enterprise, batch.kind)
    return bool(likely_headers(top_rows(file, batch.kind, READING_SECONDS, words)))


def _tidy(name: str) -> str:
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    return plain[-120:] or "file"


def _assert_few_running(actor: Actor) -> None:
    running = ImportBatch.objects.filter(created_by=actor.id, state=ImportState.RUNNING).count()
    if running >= settings.MOST_RUNNING_IMPORTS:
        raise TooManyImports(retry_after=30)


def _begin(batch: ImportBatch, file: BinaryIO, sheet: Sheet, actor: Actor, now: dt.datetime) -> ImportBatch:
    """The file is kept before its row is made: a row without a file would be a promise nobody can keep."""
    with _kept(batch, file), transaction.atomic():
        take_turns(actor)
        batch.source = file_source(enterprise=batch.enterprise, now=now)
        batch.save(force_insert=True)
        if not sheet.complete:
            after_commit(TASK, str(batch.pk))
    return work_at_once(batch, sheet, actor, now)


def _keep_unread(
    batch: ImportBatch, file: BinaryIO, problem: FileProblem, actor: Actor, now: dt.datetime
) -> ImportBatch:
    """The file with what is unclear about its columns."""
    batch.state, batch.finished_at = ImportState.FAILED, now
    batch.error_code, batch.error_data = problem.code, problem.data
    batch.error = f"{problem.message}{problem.hint}"[:300]
    with _kept(batch, file), transaction.atomic():
        batch.source = file_source(enterprise=batch.enterprise, now=now)
        batch.save(force_insert=True)
    return batch


@contextmanager
def _kept(batch: ImportBatch, file: BinaryIO) -> Iterator[None]:
    """The file is in its place while its row is made, and gone again if that fails."""
    storage.keep(batch.pk, file)
    try:
        yield
    except BaseException:
        storage.forget(batch.pk)
        raise


def take_turns(actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AFTER_ANOTHER, [actor.id])
    _assert_few_running(actor)


def work_at_once(batch: ImportBatch, sheet: Sheet, actor: Actor, now: dt.datetime) -> ImportBatch:
    """A sheet that was read to its end; of any other the worker takes care."""
    if sheet.complete:
        with _ended(batch, now):
            work(batch, sheet, actor, now)
        batch.refresh_from_db()
    return batch


__all__ = ["FileProblem", "TooManyImports", "process_import", "resume_imports", "run_checked_import", "start_import"]

"""A register's file from its arrival to its end. Long work is done by the worker, a piece a transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import Kind, kind_of
from logistics.licensing.models import Application, RegisterImport, RegisterRow
from logistics.licensing.selectors_registers import import_of
from logistics.licensing.services.registers import uploads
from logistics.licensing.services.registers.columns import find_columns, read_line
from logistics.licensing.services.registers.judging import Judged, judge
from logistics.licensing.states import RegisterResult, RegisterStage
from logistics.parcels.services.imports.failures import Broken, TooManyImports
from logistics.parcels.services.imports.problems import RowProblem
from members.access.selectors import actor_of
from portal.audit.services import area_of_actor, record
from portal.core.actor import Actor, demand
from portal.core.clock import county_day
from portal.core.errors import BadInput, Conflict, DomainError, Forbidden
from portal.core.kept_sums import kept
from portal.core.outages import carrying_on
from portal.core.queue import after_commit
from portal.core.workbooks import Heading, SheetRow, Table, read_table

log = logging.getLogger(__name__)
MOST_ROWS = 20_000
AT_ONCE = 500  # lines; the worker reads longer files
READING_SECONDS = 1.0  # of processor time, while the sender waits
PIECE = 100  # lines a transaction: progress is seen, and a killed worker loses no more than that
KILLED_AFTER = dt.timedelta(minutes=3)
R, S = RegisterResult, RegisterStage
_AT_WORK = (S.READING, S.JUDGING, S.WRITING)
_ONE_AFTER_ANOTHER = "SELECT pg_advisory_xact_lock(hashtext('registers'), hashtext(%s))"
JUDGE, WRITE = "logistics.licensing.tasks.judge_register", "logistics.licensing.tasks.write_register"


class NotJudged(Conflict):
    code = "register_not_judged"
    message = _("这次导入已经确认过，或还没有核对完。")
    hint = _("请刷新页面，看看进行到哪里了。")


def start_import(
    *, kind: str, file: BinaryIO, name: str, why: str, actor: Actor, now: dt.datetime
) -> RegisterImport:  # fmt: skip
    """Reads a workbook and leaves its lines to be judged; nothing is registered yet. A long one is read by the worker.

    Raises Forbidden unless the actor writes in that register, FileProblem for what is no workbook of ours (zip bombs,
    missing columns, more than 20,000 lines), BadInput without a reason, TooManyImports while MOST_RUNNING_IMPORTS files
    of the actor are being worked on.
    """
    register = kind_of(kind)
    demand(actor).require(register.writes)
    if actor.user_id is None:
        raise Forbidden()
    if not why.strip():
        raise BadInput(_("没有填写原因。"), fields={"why": _("请填写原因，它会写入操作记录。")})
    _assert_few_running(actor)
    table = _read(register, file, at_most=AT_ONCE, seconds=READING_SECONDS)
    run = RegisterImport(
        kind=kind, file_name=name[-120:], sha256=_sha256(file), why=why.strip()[:200], area=area_of_actor(actor),
        created_at=now, created_by_id=actor.user_id, touched_at=now, stage=S.JUDGING if table.complete else S.READING,
    )  # fmt: skip
    if table.complete:
        return _begin(run, table, actor, now)
    uploads.keep(run.pk, file)
    try:
        return _begin(run, None, actor, now)
    except BaseException:
        uploads.forget(run.pk)
        raise


def _assert_few_running(actor: Actor) -> None:
    at_work = RegisterImport.objects.filter(created_by=actor.user_id, stage__in=_AT_WORK)
    if at_work.count() >= settings.MOST_RUNNING_IMPORTS:
        raise TooManyImports(retry_after=30)


def _begin(run: RegisterImport, table: Table | None, actor: Actor, now: dt.datetime) -> RegisterImport:
    """The row, with its lines where they were read already."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ONE_AFTER_ANOTHER, [actor.id])
        _assert_few_running(actor)
        run.save(force_insert=True)
        if table is not None:
            _take_table(run, table)
        record(actor=actor, now=now, action="register.uploaded", target=run, after={"lines": run.lines}, why=run.why)
        after_commit(JUDGE, str(run.pk))
    return run


def _take_table(run: RegisterImport, table: Table) -> None:
    """The lines of the file as rows, and the sums of all its lines."""
    lines = [_line(row, table.heading.found if table.heading else {}) for row in table.rows]
    for line in lines:
        line.run = run
    RegisterRow.objects.bulk_create(lines, batch_size=1000)
    for name, value in kept(table.sums).items():
        setattr(run, name, value)
    run.lines, run.stage = table.sums.lines, S.JUDGING
    run.save()


def read_lines(*, id: str, now: dt.datetime) -> None:
    """Reads the file of an import that was too long to be read at once. Does nothing for any other; may run twice."""
    with _ended(id, now), transaction.atomic():
        run = RegisterImport.objects.select_for_update().filter(pk=id, stage=S.READING).first()
        if run is None:
            return
        run.touched_at = now
        try:
            with uploads.opened(run.pk) as file:
                table = _read(kind_of(run.kind), cast(BinaryIO, file))
        except DomainError as error:
            _fail(run, error, now)
        else:
            _take_table(run, table)
        transaction.on_commit(lambda: uploads.forget(run.pk))


def confirm(*, run: RegisterImport, actor: Actor, now: dt.datetime) -> RegisterImport:
    """Lets the judged lines be written. Raises NotJudged when somebody was faster or the judging goes on."""
    with transaction.atomic():
        row = import_of(actor=actor, id=run.pk, lock=True)
        if row.stage != S.JUDGED:
            raise NotJudged()
        row.stage, row.touched_at = S.WRITING, now
        row.save(update_fields=["stage", "touched_at"])
        record(actor=actor, now=now, action="register.confirmed", target=row, why=row.why)
        after_commit(WRITE, str(row.pk))
    return row


def judge_lines(*, id: str, now: dt.datetime) -> int:
    """Judges the waiting lines of an import, a piece a transaction; returns how many. May run twice or again.

    Reads them first where the file was too long to be read at once.
    """
    read_lines(id=id, now=now)
    earlier = RegisterRow.objects.filter(run=id, result=R.NEW).exclude(seen="").order_by("-line")
    first = dict(earlier.values_list("seen", "line"))  # of each new party the first line that names it
    return _work(id, S.JUDGING, [R.WAITING], S.JUDGED, partial(_judge_line, first), now)


def write_lines(*, id: str, now: dt.datetime) -> int:
    """Writes the confirmed lines, each by itself: one that fails now is refused with its reason, the others stand."""
    return _work(id, S.WRITING, [R.NEW, R.CHANGED], S.DONE, _write_line, now)


def resume(*, now: dt.datetime) -> int:
    """Goes on with imports whose worker was killed or whose message was lost. Returns how many. One that breaks off
    stops no other."""
    stalled = RegisterImport.objects.filter(touched_at__lt=now - KILLED_AFTER)
    for run in (found := list(stalled.filter(stage__in=_AT_WORK))):
        with carrying_on(log, "register import %s broke off", run.pk):
            (write_lines if run.stage == S.WRITING else judge_lines)(id=str(run.pk), now=now)
    return len(found)


@contextmanager
def _ended(id: str, now: dt.datetime) -> Iterator[None]:
    """Whatever the work raises ends the import in a state that is told, and goes on. Only while the database is away
    it stays as it is: the worker's next round goes on with it."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        with transaction.atomic():
            run = RegisterImport.objects.select_for_update().filter(pk=id, stage__in=_AT_WORK).first()
            if run is not None:
                _fail(run, Broken(), now)
        raise


def _fail(run: RegisterImport, error: DomainError, now: dt.datetime) -> None:
    """Lines that wait for nothing any more keep nothing of what stood in them."""
    run.stage, run.error_code, run.error_data = S.FAILED, error.code[:40], getattr(error, "data", {})
    run.touched_at = run.done_at = now
    run.save()
    run.rows.update(values="")


def _work(id: str, stage: str, results: list[str], then: str, act, now: dt.datetime) -> int:
    done = 0
    while True:
        with _ended(id, now), transaction.atomic():
            run = RegisterImport.objects.select_for_update().filter(pk=id, stage=stage).first()
            if run is None:
                return done
            piece = list(run.rows.filter(result__in=results).order_by("line")[:PIECE])
            actor = actor_of(run.created_by, second_factor=True)  # who confirmed had one; rights are read anew
            for row in piece:
                act(run, row, actor, now)
            RegisterRow.objects.bulk_update(piece, ["result", "notes", "name", "seen", "values"])
            run.touched_at = now
            if not piece:
                run.stage, run.done_at = then, now if then == S.DONE else None
            run.save(update_fields=["stage", "touched_at", "done_at"])
        done += len(piece)
        if not piece:
            return done


def _judge_line(first: dict[str, int], run: RegisterImport, row: RegisterRow, actor: Actor, now: dt.datetime) -> None:
    judged = judge(kind=kind_of(run.kind), texts=json.loads(row.values), actor=actor, today=county_day(now))
    _take(row, judged)
    same = judged.seen if judged.result == R.NEW else f"holder:{judged.holder}" if judged.result == R.CHANGED else ""
    if same and first.setdefault(same, row.line) != row.line:
        told = {"line": first[same]}
        row.result = R.REFUSED
        row.notes = [["", translated("与第 %(line)s 行说的是同一个，只办第一行。请合成一行后再导入。") % told]]
    if row.result not in (R.NEW, R.CHANGED):
        row.values = ""


def _write_line(run: RegisterImport, row: RegisterRow, actor: Actor, now: dt.datetime) -> None:
    kind = kind_of(run.kind)
    judged = judge(kind=kind, texts=json.loads(row.values), actor=actor, today=county_day(now))
    row.values = ""
    if judged.result != row.result or judged.seen != row.seen:
        row.result = R.MOVED
        row.notes = [["", translated("核对以后登记内容有变化。请重新导入这一行。")]]
        return
    try:
        with transaction.atomic():
            kind.register(_entry(run, judged), judged.values, actor, now)
    except DomainError as error:
        row.result, row.notes = R.REFUSED, [["", f"{error.message}{error.hint}"]]
        return
    row.result = R.ADDED if row.result == R.NEW else R.UPDATED


def _entry(run: RegisterImport, judged: Judged) -> Application:
    """The line in the form in which a kind registers: an application that was never one and is not kept."""
    entry = Application(kind=run.kind, number=translated("导入 %(file)s") % {"file": run.file_name})
    entry.holder, entry.enterprise = judged.holder, judged.enterprise
    if judged.person is not None:
        entry.applicant = judged.person
    return entry


def _take(row: RegisterRow, judged: Judged) -> None:
    row.result, row.notes, row.name, row.seen = judged.result, judged.notes, judged.name, judged.seen


def _read(kind: Kind, file: BinaryIO, at_most: int | None = None, seconds: float | None = None) -> Table:
    """Raises FileProblem."""

    def find(rows: Sequence[SheetRow]) -> Heading:
        line, columns = find_columns(kind, rows)
        return Heading(line, frozenset(columns), None, columns)

    return read_table(file, find, most_rows=MOST_ROWS, at_most=at_most, seconds=seconds)


def _line(row: SheetRow, columns) -> RegisterRow:
    if row.fault is not None:
        return RegisterRow(line=row.line, result=R.REFUSED, notes=[["", row.fault.message]])
    try:
        return RegisterRow(line=row.line, values=json.dumps(read_line(row, columns), ensure_ascii=False))
    except RowProblem as problem:
        return RegisterRow(line=row.line, result=R.REFUSED, notes=[["", str(problem.message)]])


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.sha256(file.read()).hexdigest()

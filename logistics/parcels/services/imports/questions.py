"""Questions about a file: put down with the lines that wait for them, answered once, remembered for the sender."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import ImportBatch, ImportRow, SenderAnswer
from logistics.parcels.selectors_imports import importable_enterprises, may_read_lines
from logistics.parcels.services.imports.columns import find_header
from logistics.parcels.services.imports.names import Names, county_of
from logistics.parcels.services.imports.people import sender_of
from logistics.parcels.services.imports.take import Earlier, take
from logistics.parcels.states import (
    EVENT_LABELS,
    ImportState,
    PlaceWord,
    QuestionKind,
    RowResult,
)
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind
from members.access.states import Permission
from members.devices.services import assert_device_live
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, DomainError, Forbidden, NotFound
from portal.core.masking import mask_address
from portal.core.queue import after_commit
from portal.core.workbooks import SheetRow
from portal.regions.addresses import resolve_village
from portal.regions.models import Division
from portal.regions.states import Level

PIECE = 500  # lines taken again in one transaction
AT_ONCE = 1500  # lines while the sender waits; the worker takes the rest
TASK = "logistics.parcels.tasks.tend_imports"
_SETTLED = (ImportState.CHECKED, ImportState.DONE)


def keep_rows(*, batch: ImportBatch, rows: list[ImportRow], now: dt.datetime) -> None:
    """Store the results of lines, and with those that wait the questions they wait for, one a distinct value."""
    asking = [row for row in rows if row.questions]
    wanted = {(q.kind, q.key): q for row in asking for q in row.questions}
    if wanted:
        SenderAnswer.objects.bulk_create(
            [
                SenderAnswer(enterprise=batch.enterprise, kind=q.kind, key=q.key, value=q.value, asked_at=now)
                for _key, q in sorted(wanted.items())
            ],
            ignore_conflicts=True,
        )
        keys = {key for _kind, key in wanted}
        ids = {
            (kind, key): pk
            for pk, kind, key in SenderAnswer.objects.filter(enterprise=batch.enterprise, key__in=keys).values_list(
                "pk", "kind", "key"
            )
        }
        for row in asking:
            row.asks = sorted(ids[q.kind, q.key] for q in row.questions)
    ImportRow.objects.bulk_create(rows, ignore_conflicts=batch.dry_run)  # another worker may have been at it


def answer_questions(
    *, batch: ImportBatch, answers: Mapping[int, tuple[str, str]], actor: Actor, now: dt.datetime
) -> dict[int, str]:
    """Remember what the sender says its words mean, and take the lines that waited for it.

    `answers` gives for a question's id the chosen meaning and, of an address, the typed place instead. A question
    that another window answered meanwhile stays as answered. Returns sentences for answers that could not be used.

    Raises Forbidden without IMPORT_RUN, NotFound for anyone but the sender's side.
    """
    demand(actor).require(Permission.IMPORT_RUN)
    if not may_read_lines(actor=actor, batch=batch) or not _may_send(actor, batch.enterprise_id):
        raise NotFound()
    problems: dict[int, str] = {}
    with transaction.atomic():
        assert_device_live(actor=actor, now=now)
        asked = SenderAnswer.objects.select_for_update().filter(enterprise=batch.enterprise_id, pk__in=answers)
        for question in asked.order_by("pk"):
            try:
                meaning = _meaning(question, *answers[question.pk], batch.enterprise)
            except BadInput as error:
                problems[question.pk] = str(error.message)
                continue
            if question.meaning and question.meaning != meaning:
                problems[question.pk] = str(_("这个问题刚才已经回答过，按先回答的办理。可以在“记住的回答”里修改。"))
            elif meaning and not question.meaning:
                _remember(question, meaning, actor, now)
    retake_rows(batch=batch, actor=actor, now=now, at_most=AT_ONCE)
    with transaction.atomic():
        after_commit(TASK)
    return problems


def forget_answer(*, answer_id: int, actor: Actor, now: dt.datetime) -> None:
    """Ask again the next time. Parcels that came in by the answer stay. Raises NotFound for another sender's."""
    demand(actor).require(Permission.IMPORT_RUN)
    with transaction.atomic():
        row = remembered_answers(actor=actor).select_for_update(of=("self",)).filter(pk=answer_id).first()
        if row is None:
            raise NotFound(_("没有这条回答。"), hint=_("请刷新后重试。"))
        record(
            actor=actor, now=now, action="import.answer_forgotten", target=row, before={"kind": row.kind},
            area=row.enterprise.division_id,
        )  # fmt: skip
        row.delete()


def remembered_answers(*, actor: Actor):
    """Answers of the enterprises the actor may send files for, newest first."""
    allowed = importable_enterprises(actor=actor)
    rows = SenderAnswer.objects.exclude(meaning="").filter(enterprise__in=allowed)
    own = demand(actor).scope(Permission.IMPORT_VIEW).enterprises
    return rows.filter(enterprise__in=own).select_related("enterprise").order_by("-answered_at", "-pk")


def retake_rows(*, batch: ImportBatch, actor: Actor, now: dt.datetime, at_most: int | None = None) -> int:
    """Take the lines of a file whose questions are all answered. Returns how many; no lock is held between pieces."""
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
    for batch in ImportBatch.objects.filter(asked__gt=0, state__in=_SETTLED).select_related("enterprise", "source"):
        try:
            done += retake_rows(batch=batch, actor=sender_of(batch.created_by), now=now)
        except Forbidden:
            continue  # who sent it may send no more: whoever answers next takes the lines
    return done


def _retake_piece(batch: ImportBatch, actor: Actor, now: dt.datetime) -> int:
    locked = ImportBatch.objects.select_for_update(of=("self",)).select_related("enterprise", "source")
    held = locked.filter(pk=batch.pk, state__in=_SETTLED).first()
    if held is None:
        return 0
    assert_device_live(actor=actor, now=now)
    still = list(SenderAnswer.objects.filter(enterprise=held.enterprise_id, meaning="").values_list("pk", flat=True))
    waiting = held.rows.filter(result=RowResult.ASKED).exclude(asks__overlap=still).order_by("line")[:PIECE]
    rows = {row.line: row for row in waiting}
    if not rows:
        return 0
    results = _taken_again(held, rows, actor, now)
    held.rows.filter(line__in=rows).delete()
    keep_rows(batch=held, rows=results, now=now)
    _count_again(held)
    return len(rows)


def _taken_again(batch: ImportBatch, rows: Mapping[int, ImportRow], actor: Actor, now: dt.datetime) -> list[ImportRow]:
    names = Names(batch.enterprise)
    raws = {line: row.raw or {} for line, row in rows.items()}  # a line that waits has kept its cells
    headings = next(iter(raws.values()))["headings"]
    header = find_header([SheetRow(1, headings)], batch.kind, names.words.columns(batch.kind))
    lines = [SheetRow(line, raw["cells"]) for line, raw in raws.items()]
    mark = transaction.savepoint() if batch.dry_run else None
    results = take(
        batch=batch, header=header, rows=lines, names=names, actor=actor, now=now,
        earlier=Earlier() if batch.dry_run else None,
    )  # fmt: skip
    if mark is not None:
        transaction.savepoint_rollback(mark)
    return results


def _count_again(batch: ImportBatch) -> None:
    counts = dict(batch.rows.order_by().values_list("result").annotate(n=Count("pk")))
    ImportBatch.objects.filter(pk=batch.pk).update(
        accepted=counts.get(RowResult.ACCEPTED, 0),
        duplicates=counts.get(RowResult.DUPLICATE, 0),
        refused=counts.get(RowResult.REFUSED, 0),
        asked=counts.get(RowResult.ASKED, 0),
        warned=batch.rows.filter(ImportRow.WARNED).count(),
    )


def _remember(question: SenderAnswer, meaning: str, actor: Actor, now: dt.datetime) -> None:
    question.meaning, question.answered_at, question.answered_by = meaning, now, actor.id
    if question.kind == QuestionKind.ADDRESS:
        question.value = mask_address(question.value)[:200]
    question.save(update_fields=["meaning", "answered_at", "answered_by", "value"])


def _may_send(actor: Actor, enterprise_id: int) -> bool:
    return importable_enterprises(actor=actor).filter(pk=enterprise_id).exists()


def _meaning(question: SenderAnswer, chosen: str, typed: str, enterprise: Enterprise) -> str:
    """What was chosen or typed, checked. Raises BadInput for what is no meaning of this kind of word."""
    if question.kind == QuestionKind.ADDRESS and typed.strip() and not chosen:
        try:
            found = resolve_village(typed.strip()[:200], within=county_of(enterprise))
        except DomainError as error:
            raise BadInput(error.message) from None
        if found.village is None:
            raise BadInput(found.question)
        return found.village.code
    if chosen in ("", SenderAnswer.LEFT_OUT):
        return chosen
    if not _known(question.kind, chosen):
        raise BadInput(_("请从列表里选一个。"))
    return chosen


def _known(kind: str, meaning: str) -> bool:
    if kind == QuestionKind.EVENT:
        return meaning in EVENT_LABELS or meaning in PlaceWord.values
    if kind == QuestionKind.CARRIER:
        return Enterprise.objects.filter(code=meaning, kind=EnterpriseKind.CARRIER).exists()
    if kind == QuestionKind.STATION:
        return Station.objects.filter(code=meaning).exists()
    return Division.objects.filter(code=meaning, level=Level.VILLAGE).exists()


def open_questions(*, actor: Actor, batch: ImportBatch) -> list[tuple[SenderAnswer, int]]:
    """The questions that lines of this file wait for, with how many lines; most lines first. Fixed statements."""
    if not may_read_lines(actor=actor, batch=batch) or not batch.asked:
        return []
    counts: dict[int, int] = {}
    for asks in batch.rows.filter(result=RowResult.ASKED).values_list("asks", flat=True):
        for pk in asks:
            counts[pk] = counts.get(pk, 0) + 1
    rows = SenderAnswer.objects.filter(pk__in=counts, meaning="")
    return sorted(((row, counts[row.pk]) for row in rows), key=lambda pair: (-pair[1], pair[0].pk))


__all__ = ["answer_questions", "forget_answer", "keep_rows", "open_questions", "remembered_answers", "retake_rows"]

"""What senders say their words mean: answered once, remembered, changed, forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import ImportBatch, SenderAnswer
from logistics.parcels.selectors_imports import importable_enterprises
from logistics.parcels.services.imports.again import retake_rows
from logistics.parcels.services.imports.columns import COLUMNS
from logistics.parcels.services.imports.names import county_of
from logistics.parcels.services.imports.people import assert_senders_side
from logistics.parcels.states import EVENT_LABELS, PlaceWord, QuestionKind
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind
from members.access.states import Permission
from members.devices.services import assert_device_live
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, DomainError, NotFound, TooMany
from portal.core.masking import mask_address
from portal.core.queue import after_commit
from portal.regions.addresses import resolve_village
from portal.regions.models import Division
from portal.regions.states import Level

AT_ONCE = 500  # lines while the sender waits; the worker takes the rest
TASK = "logistics.parcels.tasks.tend_imports"


def answer_questions(
    *, batch: ImportBatch, answers: Mapping[int, tuple[str, str]], actor: Actor, now: dt.datetime
) -> dict[int, str]:
    """Remember what the sender says its words mean, and take the lines that waited for it.

    `answers` gives for a question's id the chosen meaning and, of an address, the typed place instead. A question
    that another window answered meanwhile stays as answered. Returns sentences for answers that could not be used.

    Raises Forbidden without IMPORT_RUN, NotFound for anyone but the sender's side.
    """
    assert_senders_side(batch=batch, actor=actor)
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
    with transaction.atomic():
        after_commit(TASK)
    with suppress(Conflict, TooMany):  # files are at work: the worker takes the lines behind them
        retake_rows(batch=batch, actor=actor, now=now, at_most=AT_ONCE)
    return problems


def change_answer(*, answer_id: int, chosen: str, typed: str, actor: Actor, now: dt.datetime) -> None:
    """Say something else for later files, and for lines that still wait. Parcels that came in by the answer stay.

    Raises BadInput for what is no meaning of this kind of word, NotFound for another sender's.
    """
    with transaction.atomic():
        row = remembered_answer(answer_id=answer_id, actor=actor, locked=True)
        meaning = _meaning(row, "" if typed.strip() else chosen, typed, row.enterprise)
        if not meaning:
            raise BadInput(_("请从列表里选一个。"))
        if meaning == row.meaning:
            return
        record(
            actor=actor, now=now, action="import.answer_changed", target=row, area=row.enterprise.division_id,
            before={"meaning": row.meaning}, after={"meaning": meaning},
        )  # fmt: skip
        row.meaning, row.answered_at, row.answered_by = meaning, now, actor.id
        row.save(update_fields=["meaning", "answered_at", "answered_by"])


def remembered_answer(*, answer_id: int, actor: Actor, locked: bool = False) -> SenderAnswer:
    """Raises NotFound also for another sender's."""
    demand(actor).require(Permission.IMPORT_RUN)
    rows = remembered_answers(actor=actor)
    row = (rows.select_for_update(of=("self",)) if locked else rows).filter(pk=answer_id).first()
    if row is None:
        raise NotFound(_("没有这条回答。"), hint=_("请刷新后重试。"))
    return row


def forget_answer(*, answer_id: int, actor: Actor, now: dt.datetime) -> None:
    """Ask again the next time. Parcels that came in by the answer stay. Raises NotFound for another sender's."""
    with transaction.atomic():
        row = remembered_answer(answer_id=answer_id, actor=actor, locked=True)
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


def _remember(question: SenderAnswer, meaning: str, actor: Actor, now: dt.datetime) -> None:
    question.meaning, question.answered_at, question.answered_by = meaning, now, actor.id
    if question.kind == QuestionKind.ADDRESS:
        question.value = mask_address(question.value)[:200]
    question.save(update_fields=["meaning", "answered_at", "answered_by", "value"])


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
    if kind in COLUMNS:
        return meaning in COLUMNS[kind]
    return Division.objects.filter(code=meaning, level=Level.VILLAGE).exists()

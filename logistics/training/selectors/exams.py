"""One's own exams."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.training.models import Attempt, AttemptQuestion, Course, Paper
from logistics.training.selectors.person import learner
from logistics.training.states import LETTERS, AttemptState, CourseState, PaperState
from portal.core.actor import Actor
from portal.core.errors import NotFound


class ExamNotFound(NotFound):
    code = "unknown_exam"
    message = _("没有这场考试。")
    hint = _("请从“培训考试”页打开。")


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as the page shows it: `options` are (letter, text, whether chosen, whether right)."""

    order: int
    kind: str
    kind_label: str
    multiple: bool
    text: str
    points: int
    options: list[tuple[str, str, bool, bool]]
    answer: str
    key: str
    explanation: str
    right: bool | None


def own_attempts(*, actor: Actor) -> QuerySet[Attempt]:
    return Attempt.objects.filter(user_id=learner(actor)).select_related("paper__course")


def own_attempt(*, actor: Actor, attempt_id: uuid.UUID) -> Attempt:
    """Raises ExamNotFound also for somebody else's."""
    found = own_attempts(actor=actor).filter(pk=attempt_id).first()
    if found is None:
        raise ExamNotFound()
    return found


def running_attempts(*, actor: Actor, now: dt.datetime) -> list[Attempt]:
    return list(own_attempts(actor=actor).filter(state=AttemptState.RUNNING, ends_at__gt=now))


def attempts_at(*, actor: Actor, course: Course) -> list[Attempt]:
    """The actor's attempts at a course, the latest first."""
    return list(own_attempts(actor=actor).filter(paper__course=course).order_by("-started_at"))


def last_sequence(attempt: Attempt) -> int:
    return attempt.questions.aggregate(last=Max("sequence"))["last"] or 0


def open_paper(*, paper_id: int) -> Paper:
    """An open paper of a published course. Raises ExamNotFound."""
    rows = Paper.objects.select_related("course__division")
    found = rows.filter(pk=paper_id, state=PaperState.OPEN, course__state=CourseState.PUBLISHED).first()
    if found is None:
        raise ExamNotFound()
    return found


def questions_of(attempt: Attempt) -> list[Shown]:
    """The questions in their order. Which option is right is told only of a closed attempt."""
    tell = attempt.state != AttemptState.RUNNING
    return [_shown(row, tell) for row in attempt.questions.order_by("order")]


def _shown(row: AttemptQuestion, tell: bool) -> Shown:
    options = [
        (letter, text, letter in row.answer, tell and letter in row.key)
        for letter, (_pk, text) in zip(LETTERS, row.options, strict=False)
    ]
    return Shown(
        row.order, row.kind, row.get_kind_display(), row.kind == "multiple", row.text, row.points, options, row.answer,
        row.key if tell else "", row.explanation if tell else "", row.right,
    )  # fmt: skip


def overdue(*, now: dt.datetime) -> QuerySet[Attempt]:
    """Exams whose time is over and that nobody has closed yet."""
    return Attempt.objects.filter(state=AttemptState.RUNNING, ends_at__lte=now)

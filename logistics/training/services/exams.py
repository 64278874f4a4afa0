"""Sitting an exam: start, answers as they are given, the end. The server's clock alone counts.

Every write locks the attempt's row, so that two browsers, a click and the clock never decide at once. What a refusal
leaves behind (an attempt closed because its time was over) is committed before the refusal is raised.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from logistics.training.draw import Candidate, Rule, draw, shortage, tidy
from logistics.training.models import Attempt, AttemptQuestion, Paper, Question
from logistics.training.selectors.exams import ExamNotFound, open_paper, overdue
from logistics.training.selectors.person import learner
from logistics.training.services.closing import close
from logistics.training.services.entry import require_entry
from logistics.training.services.refusals import (
    BadAnswer,
    ContinuedElsewhere,
    ExamClosed,
    TimeOver,
    TooFewQuestions,
)
from logistics.training.states import AttemptState, QuestionState
from members.accounts.models import User
from portal.audit.services import record
from portal.core.actor import Actor

LATEST = 2**31 - 1  # the largest sequence number a row can hold


@dataclass(frozen=True, slots=True)
class Saved:
    """`sequence` is the latest one kept: a save below it changed nothing (`stale`)."""

    seconds_left: int
    sequence: int
    stale: bool


@transaction.atomic
def start(*, paper_id: int, seat: str, actor: Actor, now: dt.datetime) -> Attempt:
    """The running attempt of the actor at an open paper; a new one, with questions drawn, when there is none.

    `seat` names the browser. A running attempt keeps the seat it has: its page asks before it goes on elsewhere. Two
    browsers that start at once get the same attempt. Raises ExamNotFound and the refusals of `require_entry`.
    """
    person = learner(actor)
    paper = open_paper(paper_id=paper_id)
    user = User.objects.select_for_update(no_key=True).get(pk=person)  # of two starts one waits here
    running = Attempt.objects.select_for_update().filter(paper=paper, user=user, state=AttemptState.RUNNING).first()
    if running is not None and now < running.ends_at:
        return running
    if running is not None:
        close(attempt=running, state=AttemptState.TIMED_OUT, now=now)
    require_entry(paper=paper, user=user, actor=actor, now=now)
    seed = secrets.randbits(62)
    rules = rules_of(paper)
    candidates = candidates_of(paper)
    if not rules or shortage(rules, candidates):
        raise TooFewQuestions()
    attempt = Attempt.objects.create(
        paper=paper, user=user, number=(_last_number(paper, user) or 0) + 1, seed=seed, seat=seat, started_at=now,
        ends_at=now + dt.timedelta(minutes=paper.minutes), pass_percent=paper.pass_percent,
        most=sum(rule.count * rule.points for rule in rules), demo=paper.course.demo and user.demo,
    )  # fmt: skip
    _ask(attempt, rules, candidates)
    record(actor=actor, now=now, action="exam.started", target=attempt, area=paper.course.division_id,
           after={"paper": paper.pk, "number": attempt.number})  # fmt: skip
    return attempt


def _last_number(paper: Paper, user: User) -> int | None:
    return Attempt.objects.filter(paper=paper, user=user).aggregate(last=Max("number"))["last"]


def rules_of(paper: Paper) -> list[Rule]:
    return [Rule(p.topic, p.kind, p.count, p.points) for p in paper.parts.order_by("order")]


def candidates_of(paper: Paper) -> list[Candidate]:
    """The active questions of the paper's course with their options. Two queries."""
    rows = Question.objects.filter(course=paper.course_id, state=QuestionState.ACTIVE).prefetch_related("options")
    return [
        Candidate(
            q.pk, q.topic, q.kind,
            tuple((o.pk, o.text, o.correct) for o in sorted(q.options.all(), key=lambda o: o.order)),
        )
        for q in rows
    ]  # fmt: skip


def _ask(attempt: Attempt, rules: list[Rule], candidates: list[Candidate]) -> None:
    drawn = draw(rules, candidates, attempt.seed)
    texts = Question.objects.in_bulk([d.id for d in drawn])
    AttemptQuestion.objects.bulk_create(
        AttemptQuestion(
            attempt=attempt, order=order, question_id=d.id, kind=texts[d.id].kind, text=texts[d.id].text,
            options=d.options, key=d.key, explanation=texts[d.id].explanation, points=d.points,
        )
        for order, d in enumerate(drawn, 1)
    )  # fmt: skip


def take_seat(*, attempt_id: uuid.UUID, seat: str, actor: Actor, now: dt.datetime) -> Attempt:
    """Goes on in this browser; the one before is told at its next save. Raises ExamNotFound, TimeOver, ExamClosed."""
    with transaction.atomic():
        attempt = _locked(actor, attempt_id)
        late = _close_if_over(attempt, now)
        if attempt.state == AttemptState.RUNNING and attempt.seat != seat:
            attempt.seat = seat
            attempt.save(update_fields=["seat"])
            record(actor=actor, now=now, action="exam.continued", target=attempt)
    _refuse_closed(attempt, late)
    return attempt


def save_answers(
    *,
    attempt_id: uuid.UUID,
    answers: Mapping[int, str],
    seat: str,
    actor: Actor,
    now: dt.datetime,
    sequence: int | None = None,
) -> Saved:
    """Keeps answers: number of the question → letters, an empty text for none.

    `sequence` counts the saves of a browser upwards; without one the save is the latest. Raises ExamNotFound,
    ContinuedElsewhere, TimeOver (also once the attempt was closed by the clock), ExamClosed, BadAnswer (nothing kept).
    """
    with transaction.atomic():
        attempt = _locked(actor, attempt_id)
        late = _close_if_over(attempt, now)
        if attempt.state == AttemptState.RUNNING:
            _hold_seat(attempt, seat)
            saved = _keep(attempt, answers, sequence, now)
    _refuse_closed(attempt, late)
    return saved


def submit(
    *, attempt_id: uuid.UUID, seat: str, actor: Actor, now: dt.datetime, answers: Mapping[int, str] | None = None
) -> Attempt:
    """Hands the exam in, with the answers that stand on the page. A second time gives the same result.

    Raises ExamNotFound, ContinuedElsewhere, BadAnswer, and TimeOver when the clock was first: what was saved counts.
    """
    with transaction.atomic():
        attempt = _locked(actor, attempt_id)
        late = _close_if_over(attempt, now)
        if attempt.state == AttemptState.RUNNING:
            _hold_seat(attempt, seat)
            if answers:
                _keep(attempt, answers, None, now)
            close(attempt=attempt, state=AttemptState.SUBMITTED, now=now)
    if late or attempt.state == AttemptState.TIMED_OUT:
        raise TimeOver()
    return attempt


@transaction.atomic
def settle(*, attempt_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Attempt:
    """The attempt as it stands at `now`: closed when its time is over. Raises ExamNotFound."""
    attempt = _locked(actor, attempt_id)
    _close_if_over(attempt, now)
    return attempt


def close_overdue(*, now: dt.datetime) -> int:
    """Closes exams whose time is over, each in its own transaction; those somebody holds come next time."""
    closed = 0
    for attempt_id in list(overdue(now=now).values_list("pk", flat=True)):
        with transaction.atomic():
            rows = Attempt.objects.select_for_update(skip_locked=True, of=("self",)).select_related("paper__course")
            attempt = rows.filter(pk=attempt_id, state=AttemptState.RUNNING).first()
            if attempt is not None:
                close(attempt=attempt, state=AttemptState.TIMED_OUT, now=now)
                closed += 1
    return closed


def _locked(actor: Actor, attempt_id: uuid.UUID) -> Attempt:
    rows = Attempt.objects.select_for_update(of=("self",)).select_related("paper__course")
    attempt = rows.filter(pk=attempt_id, user_id=learner(actor)).first()
    if attempt is None:
        raise ExamNotFound()
    return attempt


def _close_if_over(attempt: Attempt, now: dt.datetime) -> bool:
    if attempt.state != AttemptState.RUNNING or now < attempt.ends_at:
        return False
    close(attempt=attempt, state=AttemptState.TIMED_OUT, now=now)
    return True


def _refuse_closed(attempt: Attempt, late: bool) -> None:
    if late or attempt.state == AttemptState.TIMED_OUT:
        raise TimeOver()
    if attempt.state != AttemptState.RUNNING:
        raise ExamClosed()


def _hold_seat(attempt: Attempt, seat: str) -> None:
    if not secrets.compare_digest(attempt.seat, seat):
        raise ContinuedElsewhere()


def _keep(attempt: Attempt, answers: Mapping[int, str], sequence: int | None, now: dt.datetime) -> Saved:
    rows = {row.order: row for row in attempt.questions.all()}
    latest = max((row.sequence for row in rows.values()), default=0)
    number = latest + 1 if sequence is None else sequence
    if not 0 < number <= LATEST:
        raise BadAnswer()
    changed, stale = [], False
    for order, letters in answers.items():
        row = rows.get(order)
        answer = tidy(letters, kind=row.kind, options=len(row.options)) if row is not None else None
        if row is None or answer is None:
            raise BadAnswer()
        if row.sequence >= number:
            stale = stale or row.answer != answer
        elif row.answer != answer or sequence is not None:
            row.answer, row.sequence, row.answered_at = answer, number, now
            changed.append(row)
    AttemptQuestion.objects.bulk_update(changed, ["answer", "sequence", "answered_at"])
    return Saved(max(0, int((attempt.ends_at - now).total_seconds())), max(latest, number), stale)

"""Results for those who answer for others: officials of their area, administrators of their enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import Corr
from django.db.models import Count, F, FloatField, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from logistics.registry.models import Courier
from logistics.registry.staff_reach import people_within
from logistics.training.models import Attempt, AttemptQuestion, Course, Lesson, Paper, Question
from logistics.training.states import AttemptState
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand


def visible_attempts(*, actor: Actor, permission: str = Permission.TRAINING_VIEW) -> QuerySet[Attempt]:
    """Attempts at courses of the actor's area, and those of people who are registered or work within the scope."""
    scope = demand(actor).scope(permission)
    rows = Attempt.objects.all()
    return rows if scope.everything else rows.filter(_within(scope))


def _within(scope: Scope) -> Q:
    reach = Q(pk__in=[])
    if not scope:
        return reach
    couriers = Q(enterprise__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(paper__course__division__code__startswith=prefix)
        couriers |= Q(division__code__startswith=prefix)
    reach |= Q(user__in=Courier.objects.filter(couriers).values("user"))
    return reach | Q(user__in=people_within(scope))


def visible_courses(*, actor: Actor, permission: str = Permission.TRAINING_MANAGE) -> QuerySet[Course]:
    """Courses that the divisions of the actor's scope keep."""
    return _kept(Course.objects.all(), "division", demand(actor).scope(permission))


def visible_lessons(*, actor: Actor, permission: str = Permission.TRAINING_MANAGE) -> QuerySet[Lesson]:
    return _kept(Lesson.objects.all(), "course__division", demand(actor).scope(permission))


def visible_questions(*, actor: Actor, permission: str = Permission.TRAINING_MANAGE) -> QuerySet[Question]:
    return _kept(Question.objects.all(), "course__division", demand(actor).scope(permission))


def visible_papers(*, actor: Actor, permission: str = Permission.TRAINING_MANAGE) -> QuerySet[Paper]:
    return _kept(Paper.objects.all(), "course__division", demand(actor).scope(permission))


def _kept(rows: QuerySet, division: str, scope: Scope) -> QuerySet:
    if scope.everything:
        return rows
    reach = Q(pk__in=[])
    for prefix in scope.divisions:
        reach |= Q(**{f"{division}__code__startswith": prefix})
    return rows.filter(reach)


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """How a question did in closed exams. Shares are 0 to 1.

    `discrimination` is the correlation (-1 to 1) between answering it right and the share of points got in the rest of
    the exam: near 0 it parts nobody, below 0 those who know more get it wrong. None until there is something to tell.
    """

    asked: int
    right_share: float | None
    unanswered: int
    discrimination: float | None


def question_figures(*, questions: Sequence[int]) -> dict[int, QuestionFigures]:
    """Figures of these questions (ids the caller may see), in one query."""
    got = Cast(Cast("right", IntegerField()), FloatField())
    rest = Cast(F("attempt__score") - Cast("right", IntegerField()) * F("points"), FloatField()) / Cast(
        F("attempt__most") - F("points") + 1, FloatField()
    )
    rows = (
        AttemptQuestion.objects.filter(question__in=questions, right__isnull=False)
        .exclude(attempt__state=AttemptState.RUNNING)
        .order_by()
        .values("question_id")
        .annotate(
            asked=Count("pk"),
            hits=Count("pk", filter=Q(right=True)),
            silent=Count("pk", filter=Q(answer="")),
            parts=Corr(got, rest),
        )
    )
    return {
        row["question_id"]: QuestionFigures(row["asked"], row["hits"] / row["asked"], row["silent"], row["parts"])
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """Closed exams at a course, how many people passed, and the share of exams passed (0 to 1)."""

    taken: int
    people_passed: int
    pass_share: float


def course_figures(*, courses: Sequence[int]) -> dict[int, CourseFigures]:
    """Figures of these courses (ids the caller may see), in one query."""
    rows = (
        Attempt.objects.filter(paper__course__in=courses)
        .exclude(state=AttemptState.RUNNING)
        .order_by()
        .values("paper__course")
        .annotate(
            taken=Count("pk"),
            good=Count("pk", filter=Q(passed=True)),
            people=Count("user", filter=Q(passed=True), distinct=True),
        )
    )
    return {
        row["paper__course"]: CourseFigures(row["taken"], row["people"], row["good"] / row["taken"]) for row in rows
    }

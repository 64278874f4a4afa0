"""What there is to learn, and how far somebody has come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from logistics.training import audiences
from logistics.training.models import Course, Lesson, LessonDone, Paper
from logistics.training.selectors.passes import Pass, passes_of
from logistics.training.selectors.person import learner
from logistics.training.states import CourseState, PaperState, Purpose
from portal.core.actor import Actor
from portal.core.errors import NotFound


class CourseNotFound(NotFound):
    code = "unknown_course"
    message = _("没有这门课程，或已停用。")
    hint = _("请从“培训考试”页选择课程。")


class LessonNotFound(NotFound):
    code = "unknown_lesson"
    message = _("没有这个课时。")
    hint = _("请从课程页选择课时。")


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """A course as its learner sees it. `mine`: it is for an audience that the learner belongs to."""

    course: Course
    audience: str
    mine: bool
    lessons: int
    done: int
    minutes: int
    passed: Pass | None

    @property
    def learned(self) -> bool:
        return self.lessons > 0 and self.done >= self.lessons


@dataclass(frozen=True, slots=True)
class CoursePage:
    progress: CourseProgress
    lessons: list[tuple[Lesson, bool]]  # with whether it is done
    resume: Lesson | None  # where the learner stopped: the first lesson not done
    paper: Paper | None


@dataclass(frozen=True, slots=True)
class LessonPage:
    course: Course
    lesson: Lesson
    done: bool
    number: int
    of: int
    before: Lesson | None
    after: Lesson | None


def my_courses(*, actor: Actor, today: dt.date, purpose: str = Purpose.TRAINING) -> list[CourseProgress]:
    """All published courses with the actor's progress; those of the actor's own work first. Three queries."""
    person = learner(actor)
    rows = published(purpose=purpose).annotate(
        lesson_count=Count("lessons", distinct=True),
        done_count=Count("lessons__done", filter=Q(lessons__done__user_id=person), distinct=True),
    )
    minutes = dict(Lesson.objects.order_by().values_list("course_id").annotate(total=Sum("minutes")))
    held = passes_of(user_id=person, today=today)
    duties = audiences.of_actor(actor)
    found = [
        CourseProgress(
            row, audiences.label_of(row.audience), row.audience in duties, row.lesson_count, row.done_count,
            minutes.get(row.pk, 0), held.get(row.code),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda c: (not c.mine, c.course.audience == audiences.EVERYONE, c.course.code))


def published(*, purpose: str | None = None):
    rows = Course.objects.filter(state=CourseState.PUBLISHED)
    return rows if purpose is None else rows.filter(purpose=purpose)


def course_page(*, actor: Actor, code: str, today: dt.date) -> CoursePage:
    """Raises CourseNotFound for a course that is not published."""
    person = learner(actor)
    course = published().filter(code=code).first()
    if course is None:
        raise CourseNotFound()
    lessons = list(course.lessons.defer("text").order_by("order"))
    done = done_lessons(actor=actor, course=course)
    steps = [(lesson, lesson.pk in done) for lesson in lessons]
    progress = CourseProgress(
        course, audiences.label_of(course.audience), course.audience in audiences.of_actor(actor), len(lessons),
        sum(is_done for _lesson, is_done in steps), sum(lesson.minutes for lesson in lessons),
        passes_of(user_id=person, today=today, courses=[course.code]).get(course.code),
    )  # fmt: skip
    resume = next((lesson for lesson, is_done in steps if not is_done), None)
    paper = course.papers.filter(state=PaperState.OPEN).first()
    return CoursePage(progress, steps, resume, paper)


def done_lessons(*, actor: Actor, course: Course) -> set[int]:
    rows = LessonDone.objects.filter(user_id=learner(actor), lesson__course=course)
    return set(rows.values_list("lesson_id", flat=True))


def lesson_page(*, actor: Actor, code: str, lesson_id: int) -> LessonPage:
    """Raises LessonNotFound, also for a lesson of a course that is not published."""
    person = learner(actor)
    lesson = Lesson.objects.select_related("course").filter(pk=lesson_id, course__in=published().filter(code=code))
    found = lesson.first()
    if found is None:
        raise LessonNotFound()
    order = list(found.course.lessons.defer("text").order_by("order"))
    place = next(n for n, one in enumerate(order) if one.pk == found.pk)
    return LessonPage(
        found.course, found, LessonDone.objects.filter(user_id=person, lesson=found).exists(), place + 1,
        len(order), order[place - 1] if place else None, order[place + 1] if place + 1 < len(order) else None,
    )  # fmt: skip

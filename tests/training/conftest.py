"""A course with two lessons, a bank of twelve questions and an open paper of five."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.utils import timezone

from logistics.training.draw import Rule
from logistics.training.models import Attempt, Course, LessonDone, Paper
from logistics.training.services import bank, catalogue, exams
from logistics.training.states import CourseState, PaperState
from portal.core.actor import system_actor

OFFICE = system_actor("tests")
SEAT = "seat-one"


@dataclass
class School:
    course: Course
    paper: Paper
    now: dt.datetime

    def learn(self, persona) -> None:
        for lesson in self.course.lessons.all():
            LessonDone.objects.get_or_create(user=persona.user, lesson=lesson, defaults={"done_at": self.now})

    def start(self, persona, seat: str = SEAT, after: dt.timedelta = dt.timedelta(0)) -> Attempt:
        self.learn(persona)
        return exams.start(paper_id=self.paper.pk, seat=seat, actor=persona.actor(), now=self.now + after)

    def sit(self, persona, right: int, *, after: dt.timedelta = dt.timedelta(0)) -> Attempt:
        """A whole exam with the first `right` questions answered right."""
        attempt = self.start(persona, after=after)
        return exams.submit(
            attempt_id=attempt.pk, seat=attempt.seat, actor=persona.actor(), answers=given(attempt, right),
            now=self.now + after + dt.timedelta(minutes=5),
        )  # fmt: skip


def given(attempt: Attempt, right: int) -> dict[int, str]:
    """Right answers to the first questions, wrong ones to the rest."""
    return {q.order: q.key if q.order <= right else _wrong(q) for q in attempt.questions.all()}


def _wrong(question) -> str:
    return "A" if question.key != "A" else "B"


def drafts() -> list[bank.Draft]:
    single = [
        bank.Draft("收寄验视", "single", f"单选题 {n}", (("对的", True), ("错一", False), ("错二", False)), f"解析 {n}")
        for n in range(6)
    ]
    multiple = [
        bank.Draft("收寄验视", "multiple", f"多选题 {n}", (("甲", True), ("乙", True), ("丙", False))) for n in range(3)
    ]
    judged = [bank.Draft("实名收寄", "true_false", f"判断题 {n}", bank.true_false(n % 2 == 0)) for n in range(3)]
    return [*single, *multiple, *judged]


def make_school(
    division, *, now: dt.datetime | None = None, code: str = "courier-basics", audience="courier", **extra
) -> School:
    now = now or timezone.now()
    course = catalogue.create_course(
        code=code, title="快递员岗前培训", intro="上岗前要学的。", audience=audience, division=division, actor=OFFICE,
        now=now, required=True, **extra,
    )  # fmt: skip
    for number in (1, 2):
        catalogue.add_lesson(course=course, title=f"第{number}讲", text="## 要点\n\n- **先验视**，后封装", minutes=5)
    bank.add_questions(course=course, drafts=drafts(), actor=OFFICE, now=now)
    rules = [Rule("收寄验视", "single", 3, 20), Rule("", "multiple", 1, 20), Rule("实名收寄", "", 1, 20)]
    paper = catalogue.create_paper(course=course, title="岗前考试", rules=rules, actor=OFFICE, now=now, minutes=30)
    catalogue.move_course(course_id=course.pk, to=CourseState.PUBLISHED, actor=OFFICE, now=now)
    catalogue.move_paper(paper_id=paper.pk, to=PaperState.OPEN, actor=OFFICE, now=now)
    course.refresh_from_db()
    paper.refresh_from_db()
    return School(course, paper, now)


@pytest.fixture
def school(world) -> School:
    return make_school(world.county)

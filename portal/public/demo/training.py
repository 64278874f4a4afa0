"""Two courses with their exams, and a few people who have sat them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from logistics.training.models import Attempt, Course, LessonDone
from logistics.training.services import exams
from logistics.training.services.contents import FOLDER, take_course
from logistics.training.states import PaperState
from portal.public.demo import cast, people
from portal.public.demo.places import DEMO
from portal.regions.models import Division

COURSES = ("courier-basics", "driver-safety")
# who, course, days ago, every how manyth question is answered wrong (0: none; None: only began to learn)
SAT = (
    ("courier", "courier-basics", 40, 10),
    ("keeper_next_door", "courier-basics", 3, 2),
    ("town_keeper", "courier-basics", 12, 0),
    ("driver", "driver-safety", 25, 7),
    ("villager", "courier-basics", 1, None),
)


@transaction.atomic
def build(*, now: dt.datetime) -> int:
    """Courses that are not there yet, each with what people did with it. Returns how many were added."""
    county = Division.objects.get(prefix=cast.COUNTY)
    missing = [code for code in COURSES if not Course.objects.filter(code=code).exists()]
    for code in missing:
        take_course(path=FOLDER / f"{code}.toml", division=county, actor=DEMO, now=now, demo=True)
    for key, code, days, wrong in SAT:
        if code in missing:
            _sit(key, code, now - dt.timedelta(days=days), wrong)
    return len(missing)


def _sit(key: str, code: str, began: dt.datetime, wrong: int | None) -> None:
    actor, course = people.actor(key), Course.objects.get(code=code)
    lessons = list(course.lessons.order_by("order"))
    done = lessons if wrong is not None else lessons[:2]
    LessonDone.objects.bulk_create(
        LessonDone(user_id=actor.user_id, lesson=lesson, done_at=began - dt.timedelta(hours=2)) for lesson in done
    )
    if wrong is None:
        return
    paper = course.papers.get(state=PaperState.OPEN)
    attempt = exams.start(paper_id=paper.pk, seat="demo", actor=actor, now=began)
    exams.submit(
        attempt_id=attempt.pk, seat="demo", actor=actor, answers=_answers(attempt, wrong),
        now=began + dt.timedelta(minutes=14),
    )  # fmt: skip


def _answers(attempt: Attempt, wrong: int) -> dict[int, str]:
    def answer(order: int, key: str) -> str:
        spoiled = wrong and order % wrong == 0
        return key if not spoiled else "A" if key != "A" else "B"

    return {question.order: answer(question.order, question.key) for question in attempt.questions.all()}

"""A course of the county and one of the neighbour county, each with an exam that somebody sits."""

from __future__ import annotations

import datetime as dt

from logistics.training import models as training
from portal.regions.models import Division


def fill(street, now: dt.datetime) -> None:
    places = (
        (street.here, street.world.county, street.cast["villager"].user),
        (street.next_door, street.world.neighbour_county, street.cast["keeper_next_door"].user),
    )
    for rows, division, user in places:
        rows.update({type(row): row for row in _rows(division, user, now)})


def _rows(division: Division, user, now: dt.datetime) -> list:
    course = training.Course.objects.create(
        code=f"basics-{division.prefix}", title="Basics", audience="courier", state="published", division=division
    )
    lesson = training.Lesson.objects.create(course=course, order=1, title="One", text="Read this.")
    question = training.Question.objects.create(course=course, topic="Safety", kind="true_false", text="True?")
    right = training.Option.objects.create(question=question, order=1, text="对", correct=True)
    wrong = training.Option.objects.create(question=question, order=2, text="错")
    paper = training.Paper.objects.create(course=course, title="Exam", state="open")
    attempt = training.Attempt.objects.create(
        paper=paper, user=user, number=1, seed=1, seat="street", started_at=now, most=1, pass_percent=80,
        ends_at=now + dt.timedelta(hours=1),
    )  # fmt: skip
    asked = training.AttemptQuestion.objects.create(
        attempt=attempt, order=1, question=question, kind=question.kind, text=question.text, points=1, key="A",
        options=[[right.pk, "对"], [wrong.pk, "错"]],
    )  # fmt: skip
    return [
        course, lesson, question, right, paper, attempt, asked,
        training.LessonDone.objects.create(user=user, lesson=lesson, done_at=now),
        training.PaperPart.objects.create(paper=paper, order=1, count=1, points=1),
    ]  # fmt: skip

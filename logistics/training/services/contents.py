"""Whole courses from a file: lessons, questions, paper, published in one go (data/courses/*.toml show the form)."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.training.draw import Rule
from logistics.training.models import Course
from logistics.training.services.bank import Draft, add_questions, true_false
from logistics.training.services.catalogue import add_lesson, create_course, create_paper, move_course, move_paper
from logistics.training.states import CourseState, PaperState, Purpose, QuestionKind
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.regions.models import Division

FOLDER = Path(settings.BASE_DIR) / "data" / "courses"


class BadContent(BadInput):
    code = "course_content"
    message = _("这个课程文件读不懂。")
    hint = _("请按 data/courses 里的例子填写。")


class CourseExists(Conflict):
    code = "course_exists"
    message = _("已有同样代码的课程。")
    hint = _("请换一个代码，或在管理后台修改原来的课程。")


def take_course(*, path: Path, division: Division, actor: Actor, now: dt.datetime, demo: bool = False) -> Course:
    """The course of a file, published, with its paper open; all of it or nothing.

    Raises BadContent, CourseExists, Forbidden outside the actor's area, and the refusals of the catalogue.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return _take(content, division, actor, now, demo)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadContent() from error


@transaction.atomic
def _take(content: dict[str, Any], division: Division, actor: Actor, now: dt.datetime, demo: bool) -> Course:
    if Course.objects.filter(code=content["code"]).exists():
        raise CourseExists()
    course = create_course(
        code=content["code"], title=content["title"], intro=content.get("intro", ""), audience=content["audience"],
        purpose=content.get("purpose", Purpose.TRAINING), required=content.get("required", False), division=division,
        actor=actor, now=now, demo=demo,
    )  # fmt: skip
    for lesson in content["lessons"]:
        add_lesson(course=course, title=lesson["title"], text=lesson["text"].strip(), minutes=lesson["minutes"])
    add_questions(course=course, drafts=[_draft(q) for q in content["questions"]], actor=actor, now=now)
    terms = dict(content["paper"])
    rules = [Rule(*rule) for rule in terms.pop("rules")]
    paper = create_paper(course=course, rules=rules, actor=actor, now=now, **terms)
    move_course(course_id=course.pk, to=CourseState.PUBLISHED, actor=actor, now=now)
    move_paper(paper_id=paper.pk, to=PaperState.OPEN, actor=actor, now=now)
    return course


def _draft(question: dict[str, Any]) -> Draft:
    kind = question["kind"]
    if kind == QuestionKind.TRUE_FALSE:
        options = true_false(bool(question["answer"]))
    else:
        options = tuple((text.removeprefix("*"), text.startswith("*")) for text in question["options"])
    return Draft(question["topic"], kind, question["text"], options, question.get("why", ""))

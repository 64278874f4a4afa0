"""Courses and papers: made, published, opened and closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.training import audiences
from logistics.training.draw import Rule, shortage
from logistics.training.models import Course, Lesson, Paper, PaperPart
from logistics.training.selectors.results import visible_courses, visible_papers
from logistics.training.services.exams import candidates_of, rules_of
from logistics.training.states import COURSE_MOVES, PAPER_MOVES, CourseState, PaperState, Purpose
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, Forbidden, NotFound
from portal.regions.models import Division


class UnknownAudience(BadInput):
    code = "unknown_audience"
    message = _("没有这类适用人员或用途。")
    hint = _("请从列表中选择。")


class NotReady(Conflict):
    code = "training_not_ready"
    message = _("内容还不完整，不能发布。")
    hint = _("请补充后再试。")


class IllegalStep(Conflict):
    code = "training_state"
    message = _("现在的状态不能这样办理。")
    hint = _("请刷新页面查看现在的状态。")


@transaction.atomic
def create_course(
    *, code: str, title: str, intro: str, audience: str, division: Division, actor: Actor, now: dt.datetime,
    purpose: str = Purpose.TRAINING, required: bool = False, demo: bool = False,
) -> Course:  # fmt: skip
    """A course as a draft. `audience` is any known one, `purpose` training or drill.

    Raises Forbidden outside the actor's area, UnknownAudience (also for an unknown purpose).
    """
    demand(actor).require(Permission.TRAINING_MANAGE)
    if not actor.scope(Permission.TRAINING_MANAGE).covers_division(division.code):
        raise Forbidden()
    if not audiences.known(audience) or purpose not in Purpose.values:
        raise UnknownAudience()
    course = Course.objects.create(
        code=code, title=title, intro=intro, audience=audience, division=division, purpose=purpose, required=required,
        demo=demo,
    )  # fmt: skip
    record(actor=actor, now=now, action="course.added", target=course, after={"code": code, "title": title})
    return course


def add_lesson(*, course: Course, title: str, text: str, minutes: int) -> Lesson:
    """A lesson of text at the end of a draft, in the caller's transaction."""
    return Lesson.objects.create(
        course=course, order=course.lessons.count() + 1, title=title, text=text, minutes=minutes
    )


@transaction.atomic
def create_paper(
    *, course: Course, title: str, rules: Iterable[Rule], actor: Actor, now: dt.datetime, minutes: int = 30,
    pass_percent: int = 80, attempts: int = 3, wait_hours: int = 24, valid_months: int = 12,
) -> Paper:  # fmt: skip
    """A paper as a draft. Raises NotFound outside the actor's area."""
    if not visible_courses(actor=actor).filter(pk=course.pk).exists():
        raise NotFound()
    paper = Paper.objects.create(
        course=course, title=title, minutes=minutes, pass_percent=pass_percent, attempts=attempts,
        wait_hours=wait_hours, valid_months=valid_months,
    )  # fmt: skip
    set_rules(paper=paper, rules=rules)
    record(actor=actor, now=now, action="paper.added", target=paper, area=course.division_id, after={"title": title})
    return paper


def set_rules(*, paper: Paper, rules: Iterable[Rule]) -> None:
    """Replaces the rules of a paper, in the caller's transaction. Attempts keep the questions they drew."""
    paper.parts.all().delete()
    PaperPart.objects.bulk_create(
        PaperPart(paper=paper, order=order, topic=r.topic, kind=r.kind, count=r.count, points=r.points)
        for order, r in enumerate(rules, 1)
    )


@transaction.atomic
def move_course(*, course_id: int, to: CourseState, actor: Actor, now: dt.datetime, why: str = "") -> Course:
    """Publishes or retires a course. Raises NotFound, IllegalStep, NotReady (no lesson)."""
    course = visible_courses(actor=actor).select_for_update(of=("self",)).filter(pk=course_id).first()
    if course is None:
        raise NotFound()
    if to not in COURSE_MOVES[course.state]:
        raise IllegalStep()
    if to == CourseState.PUBLISHED and not course.lessons.exists():
        raise NotReady(_("这门课程还没有课时。"), hint=_("请先添加课时，再发布。"))
    before, course.state = course.state, to
    course.save(update_fields=["state", "updated_at"])
    record(
        actor=actor, now=now, action="course.moved", target=course, before={"state": before}, after={"state": to},
        why=why,
    )  # fmt: skip
    return course


@transaction.atomic
def move_paper(*, paper_id: int, to: PaperState, actor: Actor, now: dt.datetime, why: str = "") -> Paper:
    """Opens or closes a paper. Raises NotFound, IllegalStep, NotReady (no rule, too few questions, another is open)."""
    rows = visible_papers(actor=actor).select_related("course").select_for_update(of=("self",))
    paper = rows.filter(pk=paper_id).first()
    if paper is None:
        raise NotFound()
    if to not in PAPER_MOVES[paper.state]:
        raise IllegalStep()
    if to == PaperState.OPEN:
        _require_questions(paper)
        if paper.course.papers.filter(state=PaperState.OPEN).exists():
            raise NotReady(_("这门课程已有一份开放的试卷。"), hint=_("请先关闭那一份。"))
    before, paper.state = paper.state, to
    paper.save(update_fields=["state", "updated_at"])
    record(
        actor=actor, now=now, action="paper.moved", target=paper, area=paper.course.division_id,
        before={"state": before}, after={"state": to}, why=why,
    )  # fmt: skip
    return paper


def _require_questions(paper: Paper) -> None:
    rules = rules_of(paper)
    if not rules:
        raise NotReady(_("这份试卷还没有抽题规则。"), hint=_("请写明抽什么题、抽几道、每道几分。"))
    missing = shortage(rules, candidates_of(paper))
    if missing:
        raise NotReady(
            _("题库里的题目不够，还差 %(count)s 道。") % {"count": missing}, hint=_("请补充题目，或减少抽题数量。")
        )

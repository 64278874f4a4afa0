"""The question bank: one question at a time, and many from a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from logistics.training.models import Course, Option, Question
from logistics.training.selectors.results import visible_courses
from logistics.training.states import MOST_OPTIONS, QuestionKind
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, NotFound

TRUE, FALSE = "对", "错"  # the options of a true-false question, in this order


@dataclass(frozen=True, slots=True)
class Draft:
    """A question to be. `options` are (text, whether right); a true-false question has 对 and 错."""

    topic: str
    kind: str
    text: str
    options: tuple[tuple[str, bool], ...]
    explanation: str = ""


def problems(draft: Draft) -> dict[str, str]:
    """What is wrong with a question, by field (topic, kind, text, options, explanation); empty when nothing is."""
    found: dict[str, str] = {}
    if not draft.topic or len(draft.topic) > 40:
        found["topic"] = _("请填写专题，不超过 40 字。")
    if not draft.text or len(draft.text) > 500:
        found["text"] = _("请填写题目，不超过 500 字。")
    if len(draft.explanation) > 1000:
        found["explanation"] = _("解析不超过 1000 字。")
    if draft.kind not in QuestionKind.values:
        return {**found, "kind": _("题型只能是单选、多选或判断。")}
    sentence = _options_problem(draft)
    if sentence:
        found["options"] = sentence
    return found


def _options_problem(draft: Draft) -> str:
    texts = [text for text, _right in draft.options]
    right = sum(is_right for _text, is_right in draft.options)
    if draft.kind == QuestionKind.TRUE_FALSE:
        return "" if texts == [TRUE, FALSE] and right == 1 else _("判断题的答案只能是“对”或“错”。")
    if not 2 <= len(texts) <= MOST_OPTIONS:
        return _("选项要有 2 到 %(most)s 个。") % {"most": MOST_OPTIONS}
    if any(not text or len(text) > 200 for text in texts):
        return _("选项不能空着，每个不超过 200 字。")
    if len(set(texts)) < len(texts):
        return _("有两个选项一样。")
    if draft.kind == QuestionKind.SINGLE and right != 1:
        return _("单选题要有一个、也只有一个正确答案。")
    if draft.kind == QuestionKind.MULTIPLE and right < 2:
        return _("多选题至少要有两个正确答案。")
    return ""


def true_false(right: bool) -> tuple[tuple[str, bool], ...]:
    return ((TRUE, right), (FALSE, not right))


@transaction.atomic
def add_questions(*, course: Course, drafts: Sequence[Draft], actor: Actor, now: dt.datetime) -> list[Question]:
    """Questions into the bank of a course, in a few statements. What is there already (same kind and text) is left.

    Raises NotFound outside the actor's area, BadInput when a draft has problems: then none is added.
    """
    if not visible_courses(actor=actor).filter(pk=course.pk).exists():
        raise NotFound()
    for draft in drafts:
        if found := problems(draft):
            raise BadInput(fields=found)
    known = set(Question.objects.filter(course=course).values_list("kind", "text"))
    fresh = {(d.kind, d.text): d for d in drafts if (d.kind, d.text) not in known}
    rows = Question.objects.bulk_create(
        Question(course=course, topic=d.topic, kind=d.kind, text=d.text, explanation=d.explanation)
        for d in fresh.values()
    )
    Option.objects.bulk_create(
        option for row, d in zip(rows, fresh.values(), strict=True) for option in options_of(row, d.options)
    )
    record(
        actor=actor, now=now, action="questions.added", target=course, area=course.division_id,
        after={"count": len(rows)},
    )  # fmt: skip
    return rows


def options_of(question: Question, options: Sequence[tuple[str, bool]]) -> list[Option]:
    return [
        Option(question=question, order=order, text=text, correct=right)
        for order, (text, right) in enumerate(options, 1)
    ]


def set_options(*, question: Question, options: Sequence[tuple[str, bool]]) -> None:
    """Replaces the options, in the caller's transaction. Attempts keep what they showed."""
    kept = [(o.text, o.correct) for o in question.options.order_by("order")]
    if kept == list(options):
        return
    question.options.all().delete()
    Option.objects.bulk_create(options_of(question, options))

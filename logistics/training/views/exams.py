"""Sitting an exam. One form holds all questions, so that it works without JavaScript; with it, answers are saved as
they are given (static/js/training/exam.js).

The browser that answers is known by a mark in its session. Another browser of the same person asks before it goes on.
"""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from logistics.training.selectors.exams import last_sequence, open_paper, own_attempt, questions_of
from logistics.training.services import exams
from logistics.training.services.entry import why_not
from logistics.training.services.refusals import BadAnswer, ContinuedElsewhere, ExamClosed, TimeOver
from logistics.training.states import LETTERS, AttemptState
from members.access.states import Permission
from portal.core.access import needs
from portal.core.bodies import decode_json, read_body
from portal.core.clock import now
from portal.core.errors import Conflict, DomainError, TooMany

SEAT = "exam_seat"
WORDS = {
    "saved": gettext_lazy("已保存"),
    "saved_as_given": gettext_lazy("答案会自动保存"),
    "given": gettext_lazy("已作答"),
    "not_given": gettext_lazy("未作答"),
    "saving": gettext_lazy("正在保存…"),
    "offline": gettext_lazy("网络断开，答案留在本页，恢复后自动保存。请不要关闭本页。"),
    "login": gettext_lazy("登录已过期。请在新的标签页登录后回到本页，答案会自动保存。"),
    "five": gettext_lazy("还剩 5 分钟。"),
    "one": gettext_lazy("还剩 1 分钟。"),
    "left": gettext_lazy("还有 %s 题没有作答。"),
    "all": gettext_lazy("全部题目已作答。"),
    "wait": gettext_lazy("还有答案没有保存，网络恢复后再交卷。"),
}


def seat_of(request) -> str:
    """The mark of this browser, made at its first exam."""
    if SEAT not in request.session:
        request.session[SEAT] = secrets.token_urlsafe(18)
    return request.session[SEAT]


@needs(Permission.OWN_TRAINING)
@require_POST
def start_exam(request, paper_id: int):
    """Starts the exam, or leads to the one that is running. A refusal is shown on the page of the course."""
    paper = open_paper(paper_id=paper_id)
    try:
        attempt = exams.start(paper_id=paper_id, seat=seat_of(request), actor=request.actor, now=now())
    except (Conflict, TooMany) as refusal:
        messages.error(request, f"{refusal.message}{refusal.hint}")
        return redirect("training_course", paper.course.code)
    return redirect("exam", attempt.pk)


@needs(Permission.OWN_TRAINING)
@never_cache
@require_GET
def exam(request, exam_id):
    moment = now()
    attempt = own_attempt(actor=request.actor, attempt_id=exam_id)
    if attempt.state == AttemptState.RUNNING and moment >= attempt.ends_at:
        attempt = exams.settle(attempt_id=exam_id, actor=request.actor, now=moment)
    if attempt.state != AttemptState.RUNNING:
        return redirect("exam_result", exam_id)
    if attempt.seat != request.session.get(SEAT, ""):
        return render(request, "training/elsewhere.html", {"attempt": attempt})
    questions = questions_of(attempt)
    context = {
        "attempt": attempt,
        "questions": questions,
        "open": sum(not q.answer for q in questions),
        "seconds": max(0, int((attempt.ends_at - moment).total_seconds())),
        "sequence": last_sequence(attempt),
        "words": {name: str(text) for name, text in WORDS.items()},
    }
    return render(request, "training/exam.html", context)


@needs(Permission.OWN_TRAINING)
@never_cache
@require_POST
def answers(request, exam_id):
    """JSON `{"answers": {"3": "AC"}, "sequence": 7}` from the script, or the form with all questions.

    JSON is answered with `seconds_left`, the `sequence` kept and whether this save was `stale`.
    """
    if request.content_type == "application/json":
        given, sequence = _from_json(read_body(request))
        saved = exams.save_answers(
            attempt_id=exam_id, answers=given, sequence=sequence, seat=request.session.get(SEAT, ""),
            actor=request.actor, now=now(),
        )  # fmt: skip
        return JsonResponse({"seconds_left": saved.seconds_left, "sequence": saved.sequence, "stale": saved.stale})
    return _save_form(request, exam_id)


def _save_form(request, exam_id):
    seat = request.session.get(SEAT, "")
    try:
        exams.save_answers(attempt_id=exam_id, answers=_from_form(request), seat=seat, actor=request.actor, now=now())
    except (TimeOver, ExamClosed, ContinuedElsewhere) as refusal:
        messages.warning(request, f"{refusal.message}{refusal.hint}")
        return redirect("exam", exam_id)
    messages.success(request, _("已保存。"))
    go = request.POST.get("go", "")
    page = redirect("exam", exam_id)
    if go.isdecimal():
        page["Location"] += f"#q{int(go)}"
    return page


@needs(Permission.OWN_TRAINING)
@require_POST
def here(request, exam_id):
    """Goes on in this browser."""
    try:
        exams.take_seat(attempt_id=exam_id, seat=seat_of(request), actor=request.actor, now=now())
    except (TimeOver, ExamClosed) as refusal:
        messages.warning(request, f"{refusal.message}{refusal.hint}")
    return redirect("exam", exam_id)


@needs(Permission.OWN_TRAINING)
@require_POST
def hand_in(request, exam_id):
    """Hands in what stands on the page. Without the tick of being sure it is only saved."""
    attempt = own_attempt(actor=request.actor, attempt_id=exam_id)
    if attempt.state == AttemptState.RUNNING and not request.POST.get("sure") and now() < attempt.ends_at:
        page = _save_form(request, exam_id)
        messages.error(request, _("还没有交卷：请先勾选“我已检查，确定交卷”。"))
        return page
    try:
        exams.submit(
            attempt_id=exam_id, answers=_from_form(request), seat=request.session.get(SEAT, ""),
            actor=request.actor, now=now(),
        )  # fmt: skip
    except TimeOver as refusal:
        messages.warning(request, f"{refusal.message}{refusal.hint}")
    except ContinuedElsewhere as refusal:
        messages.warning(request, f"{refusal.message}{refusal.hint}")
        return redirect("exam", exam_id)
    return redirect("exam_result", exam_id)


@needs(Permission.OWN_TRAINING)
@never_cache
@require_GET
def result(request, exam_id):
    """The result with what was right and why."""
    moment = now()
    attempt = own_attempt(actor=request.actor, attempt_id=exam_id)
    if attempt.state == AttemptState.RUNNING:
        if moment < attempt.ends_at:
            return redirect("exam", exam_id)
        attempt = exams.settle(attempt_id=exam_id, actor=request.actor, now=moment)
    questions = questions_of(attempt)
    refusal = None if attempt.passed else why_not(paper=attempt.paper, actor=request.actor, now=moment)
    context = {
        "attempt": attempt, "questions": questions, "refusal": refusal,
        "right": sum(bool(q.right) for q in questions), "wrong": [q for q in questions if not q.right],
    }  # fmt: skip
    return render(request, "training/result.html", context)


def _from_form(request) -> dict[int, str]:
    """All questions of the form: `q3` holds the letters chosen; `asked` names those that stood on the page."""
    asked = {int(order) for order in request.POST.getlist("asked") if order.isdecimal() and len(order) < 4}
    return {order: "".join(request.POST.getlist(f"q{order}")) for order in asked}


def _from_json(body: bytes) -> tuple[dict[int, str], int]:
    """Raises BadAnswer for anything else than the agreed shape."""
    try:
        sent = decode_json(body)
        given, sequence = sent["answers"], sent["sequence"]
        found = {int(order): letters for order, letters in given.items()}
    except (DomainError, ValueError, KeyError, TypeError, AttributeError):
        raise BadAnswer() from None
    whole = all(isinstance(letters, str) and len(letters) <= len(LETTERS) for letters in found.values())
    if type(sequence) is not int or not whole:
        raise BadAnswer()
    return found, sequence

"""Learning: the courses there are, one course, one lesson."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from logistics.training.markup import render as written
from logistics.training.selectors.exams import attempts_at, running_attempts
from logistics.training.selectors.learning import course_page, lesson_page, my_courses
from logistics.training.services.entry import why_not
from logistics.training.services.learning import finish_lesson
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import county_day, now


@needs(Permission.OWN_TRAINING)
@never_cache
@require_GET
def home(request):
    """All courses with my progress, those of my own work first; an exam that is running on top."""
    moment = now()
    found = my_courses(actor=request.actor, today=county_day(moment))
    context = {
        "mine": [c for c in found if c.mine],
        "others": [c for c in found if not c.mine],
        "running": running_attempts(actor=request.actor, now=moment),
    }
    return render(request, "training/home.html", context)


@needs(Permission.OWN_TRAINING)
@never_cache
@require_GET
def course(request, course: str):
    """Lessons, progress, and the exam: its rules, whether it is open to me now, what came of earlier ones."""
    moment = now()
    page = course_page(actor=request.actor, code=course, today=county_day(moment))
    attempts = attempts_at(actor=request.actor, course=page.progress.course)
    running = next((a for a in attempts if a.state == "running" and a.ends_at > moment), None)
    refusal = None
    if page.paper is not None and running is None:
        refusal = why_not(paper=page.paper, actor=request.actor, now=moment)
    context = {"page": page, "attempts": attempts, "running": running, "refusal": refusal}
    return render(request, "training/course.html", context)


@needs(Permission.OWN_TRAINING)
@never_cache
@require_GET
def lesson(request, course: str, lesson_id: int):
    page = lesson_page(actor=request.actor, code=course, lesson_id=lesson_id)
    return render(request, "training/lesson.html", {"page": page, "body": written(page.lesson.text)})


@needs(Permission.OWN_TRAINING)
@require_POST
def done(request, course: str, lesson_id: int):
    """Notes the lesson as done, and leads to the next one."""
    page = finish_lesson(code=course, lesson_id=lesson_id, actor=request.actor, now=now())
    messages.success(request, _("已记下：学完“%(lesson)s”。") % {"lesson": page.lesson.title})
    if page.after is not None:
        return redirect("training_lesson", course, page.after.pk)
    return redirect("training_course", course)

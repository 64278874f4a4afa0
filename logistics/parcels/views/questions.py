"""What a file asks of its sender: answers on its page, and the page of answers that are remembered."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.parcels.selectors_imports import import_by_id
from logistics.parcels.services.imports.answers import (
    answer_questions,
    change_answer,
    forget_answer,
    remembered_answer,
    remembered_answers,
)
from logistics.parcels.services.imports.choices import meanings_of, remembered_of, written
from logistics.parcels.views.imports import show_import
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import BadInput

MOST = 200  # answers in one form
A_PAGE = 50


@needs(Permission.IMPORT_RUN)
@require_POST
def import_answer(request, batch_id):
    """Take the answers of the page, and the lines that waited for them."""
    batch = import_by_id(actor=request.actor, batch_id=batch_id)
    names = [name for name in request.POST if name.startswith("q-") and name[2:].isdecimal()][:MOST]
    answers = {int(name[2:][:18]): (request.POST[name], request.POST.get(f"t-{name[2:]}", "")) for name in names}
    problems = answer_questions(batch=batch, answers=answers, actor=request.actor, now=now())
    if taken := sum(any(map(str.strip, said)) for pk, said in answers.items() if pk not in problems):
        told = ngettext(
            "已记住 %(n)s 个回答，等待的行已重新处理。下次的文件不再问。",
            "已记住 %(n)s 个回答，等待的行已重新处理。下次的文件不再问。",
            taken,
        )
        messages.success(request, told % {"n": taken})
    if not problems:
        return redirect("work_import", batch.pk)
    said = {pk: (*answers[pk], sentence) for pk, sentence in problems.items()}
    batch.refresh_from_db()
    return show_import(request, batch, said=said, status=400)


@needs(Permission.IMPORT_RUN)
@never_cache
@require_GET
def import_answers(request):
    """Answers that later files of the sender are read by."""
    page = Paginator(remembered_answers(actor=request.actor), A_PAGE).get_page(request.GET.get("page"))
    told_of = meanings_of(list(page))
    context = {"page": page, "rows": [(answer, written(answer), *told) for answer, *told in told_of]}
    return render(request, "parcels/imports/answers.html", context)


@needs(Permission.IMPORT_RUN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_answer_change(request, answer_id: int):
    """Say something else for later files."""
    problem = None
    if request.method == "POST":
        chosen, typed = request.POST.get("meaning", ""), request.POST.get("typed", "")
        try:
            change_answer(answer_id=answer_id, chosen=chosen, typed=typed, actor=request.actor, now=now())
        except BadInput as error:
            problem = error
        else:
            told = _("回答已修改，以后的文件按新的回答读取；试运行过、还没有正式导入的文件也是。")
            messages.success(request, told)
            return redirect("work_import_answers")
    answer = remembered_answer(answer_id=answer_id, actor=request.actor)
    context = {"answer": answer, "one": remembered_of(answer), "problem": problem}
    return render(request, "parcels/imports/answer.html", context, status=problem.status if problem else 200)


@needs(Permission.IMPORT_RUN)
@require_POST
def import_answer_forget(request, answer_id: int):
    forget_answer(answer_id=answer_id, actor=request.actor, now=now())
    messages.success(request, _("已忘记这条回答，下次的文件会重新问。"))
    return redirect("work_import_answers")

"""Questions from a file: a dry run first, then for real, with a result for each line."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from logistics.training.forms import BankForm
from logistics.training.selectors.results import visible_courses
from logistics.training.services.sheets import MAX_BYTES, SheetTooLarge, import_questions, template_file
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import BadInput, TooLarge
from portal.core.sheets import SPREADSHEET
from portal.core.uploads import limit_upload


@csrf_exempt  # checked below, once the upload has its limit: the check itself would read the whole form
@needs(Permission.TRAINING_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bank_import(request):
    courses = visible_courses(actor=request.actor).order_by("code")
    if request.method != "POST":
        chosen = {"course": request.GET.get("course", "")}
        return render(request, "training/bank.html", {"form": BankForm(courses=courses, initial=chosen)})
    try:
        limit_upload(request, limit=MAX_BYTES, refusal=SheetTooLarge)
        return _take(request, courses)
    except TooLarge as error:
        return _page(request, BankForm(courses=courses), error=error)


@csrf_protect
def _take(request, courses):
    form = BankForm(request.POST, request.FILES, courses=courses)
    if not form.is_valid():
        return render(request, "training/bank.html", {"form": form}, status=400)
    wanted = form.cleaned_data
    try:
        outcome = import_questions(
            course=wanted["course"], file=wanted["file"], dry_run=wanted["dry_run"], actor=request.actor, now=now()
        )
    except BadInput as error:
        return _page(request, form, error=error)
    return render(request, "training/bank.html", {"form": form, "outcome": outcome, "course": wanted["course"]})


def _page(request, form, error):
    return render(request, "training/bank.html", {"form": form, "error": error}, status=error.status)


@needs(Permission.TRAINING_MANAGE)
@require_GET
def template(request):
    response = HttpResponse(template_file(), content_type=SPREADSHEET)
    response["Content-Disposition"] = 'attachment; filename="questions.xlsx"'
    return response

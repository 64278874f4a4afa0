"""Pages on which carriers' files come in: dry run, import, result of every line."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.parcels.files import download, limit_upload, result_file, sent
from logistics.parcels.forms.imports import ImportForm
from logistics.parcels.selectors_imports import (
    import_by_id,
    importable_enterprises,
    lines_of,
    may_read_lines,
    open_question_counts,
    progress_of,
    visible_imports,
    with_warnings,
)
from logistics.parcels.services.imports.choices import asked_of
from logistics.parcels.services.imports.failures import told
from logistics.parcels.services.imports.problems import ABOUT_COLUMNS
from logistics.parcels.services.imports.results import result_told
from logistics.parcels.services.imports.run import run_checked_import, start_import
from logistics.parcels.services.imports.templates import template_table, template_workbook
from logistics.parcels.states import ImportKind, ImportState, RowResult
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import BadInput, Forbidden, NotFound, StorageFull, TooLarge, TooMany
from portal.core.sheets import SPREADSHEET

RECENT = 30
LINES = 100
Said = Mapping[int, tuple[str, str, str]]  # by question: what was chosen, what was typed, what is wrong with it
NOTHING_SAID = ("", "", "")
WARNED = "warned"  # among the results a list can be asked for


@csrf_exempt  # checked below, once the upload has its limit: the check itself would read the whole form
@needs(Permission.IMPORT_RUN, Permission.IMPORT_VIEW)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request):
    """Recent files of the actor's enterprises, and the form to send one."""
    if request.method == "POST":
        try:
            limit_upload(request)
            return _upload(request)
        except TooLarge as error:
            return _list(request, _form(request), error=error)
    return _list(request, _form(request))


@csrf_protect
def _upload(request):
    request.actor.require(Permission.IMPORT_RUN)
    form = _form(request, bound=True)
    if form is None:  # nobody to send files for: the page shows no form
        raise Forbidden()
    if not form.is_valid():
        return _list(request, form, status=400)
    wanted = form.cleaned_data
    try:
        batch = start_import(
            file=wanted["file"],
            name=wanted["file"].name,
            kind=wanted["kind"],
            enterprise_code=wanted.get("enterprise", ""),
            dry_run=wanted["dry_run"],
            actor=request.actor,
            now=now(),
            may_ask=True,
        )
    except (BadInput, NotFound, StorageFull, TooMany) as error:
        return _list(request, form, error=error)
    messages.success(request, _("已收到文件，正在核对。处理完后结果显示在本页。"))
    return redirect("work_import_columns" if batch.error_code in ABOUT_COLUMNS else "work_import", batch.pk)


def _form(request, bound: bool = False) -> ImportForm | None:
    if not request.actor.may(Permission.IMPORT_RUN):
        return None
    enterprises = list(importable_enterprises(actor=request.actor))
    data = (request.POST, request.FILES) if bound else ()
    return ImportForm(*data, enterprises=enterprises) if enterprises else None


def _list(request, form, error=None, status: int = 200):
    batches = list(visible_imports(actor=request.actor)[:RECENT])
    counts = open_question_counts(batches)
    context = {
        "form": form,
        "error": error,
        "batches": [(batch, counts.get(batch.pk, 0), batch.error_code in ABOUT_COLUMNS) for batch in batches],
        "kinds": ImportKind.choices,
    }
    return render(request, "parcels/imports/list.html", context, status=error.status if error else status)


@needs(Permission.IMPORT_VIEW)
@never_cache
@require_GET
def import_page(request, batch_id):
    """One file with its counts, and for the sender's side its lines, refused ones first when asked."""
    return show_import(request, import_by_id(actor=request.actor, batch_id=batch_id))


def show_import(request, batch, *, said: Said | None = None, status: int = 200):
    """`said`: answers that could not be used, to stand where they were given."""
    context = {
        "batch": batch,
        "running": batch.state == ImportState.RUNNING,
        "failed": batch.state == ImportState.FAILED,
        "why": told(batch) if batch.state == ImportState.FAILED else "",
        "added_up": batch.state in (ImportState.DONE, ImportState.CHECKED),
        "can_confirm": batch.dry_run
        and batch.state == ImportState.CHECKED
        and bool(batch.accepted or batch.asked)
        and request.actor.may(Permission.IMPORT_RUN),
        "done": progress_of(batch) if batch.state == ImportState.RUNNING else 0,
        "sees_lines": may_read_lines(actor=request.actor, batch=batch),
    }
    if context["sees_lines"]:
        context |= _lines(request, batch)
        may_answer = context["added_up"] and request.actor.may(Permission.IMPORT_RUN)
        asked = asked_of(actor=request.actor, batch=batch) if may_answer else []
        context["asked"] = [(one, *(said or {}).get(one.id, NOTHING_SAID)) for one in asked]
        for gone in (said or {}).keys() - {one.id for one in asked}:  # answered in another window meanwhile
            messages.error(request, said[gone][-1])
        columns_open = batch.error_code in ABOUT_COLUMNS or (context["added_up"] and batch.unread_columns)
        context["may_say_columns"] = columns_open and request.actor.may(Permission.IMPORT_RUN)
    return render(request, "parcels/imports/detail.html", context, status=status)


def _lines(request, batch) -> dict:
    shown = request.GET.get("result", RowResult.REFUSED if batch.refused else WARNED if batch.warned else "")
    lines = lines_of(actor=request.actor, batch=batch)
    if shown == WARNED:
        lines = with_warnings(lines)
    elif shown in RowResult.values:
        lines = lines.filter(result=shown)
    page = Paginator(lines, LINES).get_page(request.GET.get("page"))
    rows = [(line, result_told(batch, line.result)) for line in page]
    counts = {
        RowResult.ACCEPTED: batch.accepted,
        RowResult.DUPLICATE: batch.duplicates,
        RowResult.REFUSED: batch.refused,
        RowResult.ASKED: batch.asked,
    }
    lists = [(str(kind), result_told(batch, kind), n) for kind, n in counts.items()] + [
        (WARNED, _("有提醒"), batch.warned)
    ]
    offered = [("", _("全部"), sum(counts.values())), *(one for one in lists if one[2] or one[0] == shown)]
    return {"page": page, "rows": rows, "shown": shown, "results": offered}


@needs(Permission.IMPORT_RUN)
@require_POST
def import_run(request, batch_id):
    """Take the file of a dry run for real."""
    batch = import_by_id(actor=request.actor, batch_id=batch_id)
    real = run_checked_import(batch=batch, actor=request.actor, now=now())
    messages.success(request, _("已开始正式导入。处理完后结果显示在本页。"))
    return redirect("work_import", real.pk)


@needs(Permission.IMPORT_VIEW)
@require_GET
def import_result(request, batch_id, extension: str):
    return result_file(actor=request.actor, batch_id=batch_id, extension=extension)


@needs(Permission.IMPORT_RUN, Permission.IMPORT_VIEW)
@require_GET
def import_template(request, kind: str, extension: str):
    """A file to fill in, with one line of an example."""
    if kind not in ImportKind.values:
        raise NotFound()
    sender = importable_enterprises(actor=request.actor).first()
    if extension == "xlsx":
        return sent(template_workbook(kind, sender=sender, now=now()), f"template-{kind}.xlsx", SPREADSHEET)
    return download(template_table(kind, sender=sender, now=now()), f"template-{kind}", extension)

"""The page on which a sender says which column of a file is which."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from logistics.parcels.selectors_imports import import_by_id
from logistics.parcels.services.imports.columns import NOT_READ
from logistics.parcels.services.imports.headings import columns_to_say, say_columns
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import BadInput, Conflict
from portal.core.workbooks import sentences


@needs(Permission.IMPORT_RUN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request, batch_id):
    batch = import_by_id(actor=request.actor, batch_id=batch_id)
    problem = None
    if request.method == "POST":
        try:
            return _said(request, batch)
        except BadInput as error:
            problem = error
    line = _figure((request.POST or request.GET).get("line", ""))
    columns = columns_to_say(batch=batch, actor=request.actor, line=line)
    context = {
        "batch": batch,
        "columns": columns,
        "rows": _rows(columns, request.POST) if columns else [],
        "options": columns.options() if columns else [],
        "problem": problem,
        "why": sentences(batch.error_code, batch.error_data)[0] if batch.error_code else "",
    }
    return render(request, "parcels/imports/columns.html", context, status=problem.status if problem else 200)


def _said(request, batch):
    columns = columns_to_say(batch=batch, actor=request.actor, line=_figure(request.POST.get("line", "")))
    if columns is None:
        raise Conflict(_("这个文件已不在。"), code="file_gone", hint=_("请重新上传。"))
    places = {str(place): place for place in range(len(columns.headings))}
    chosen: dict[str, int | None] = {}
    for choice in columns.choices:
        said = request.POST.get(f"c-{choice.name}")
        if said in places:
            chosen[choice.name] = places[said]
        elif said == NOT_READ:
            chosen[choice.name] = None
        elif choice.chosen == "":
            raise BadInput(_("请选出“%(column)s”是哪一列。") % {"column": choice.label}, code="column_missing")
    kept = say_columns(batch=batch, columns=columns, chosen=chosen, actor=request.actor, now=now())
    if kept:
        messages.success(request, _("已记住各列的含义，文件已重新读取。以后的文件不再问。"))
    else:
        messages.success(request, _("已记住各列的含义，以后的文件按此读取。这个文件已不在，需要时请重新上传。"))
    return redirect("work_import", batch.pk)


def _figure(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 8 else None


def _rows(columns, posted) -> list[dict]:
    """The choices with what is selected, as posted or as it stands; those that nothing stands for yet come last,
    but for what a file needs."""
    rows = []
    for choice in columns.choices:
        selected = posted.get(f"c-{choice.name}", NOT_READ if choice.chosen is None else str(choice.chosen))
        apart = choice.chosen is None and selected == NOT_READ and not choice.usual
        rows.append({"choice": choice, "selected": selected, "apart": apart})
    return sorted(rows, key=lambda row: row["apart"])

"""One application: its form while it may be written on, otherwise how it stands."""

from __future__ import annotations

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from logistics.licensing import mine, selectors
from logistics.licensing.forms import sections, typed
from logistics.licensing.kinds import Type, kind_of
from logistics.licensing.services import save_draft, submit, withdraw
from logistics.licensing.services.handing_in import NothingChanged, NotWhole
from logistics.licensing.states import OPEN, ApplicationState
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import COUNTY_TIME, now
from portal.core.documents import ACCEPTED
from portal.core.errors import DomainError
from portal.core.middleware import wants_json


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_safe
def application(request, application_id):
    """The form, or the state of an application. Raises ApplicationNotFound for somebody else's."""
    row = selectors.application_of(actor=request.actor, id=application_id)
    if selectors.is_editable(row) and selectors.may_write(application=row, actor=request.actor):
        return _form(request, row)
    return _state(request, row)


def _form(request, row, error: DomainError | None = None):
    kind, at = kind_of(row.kind), now()
    values = selectors.values_of(application=row, actor=request.actor, now=at)
    problems = dict(error.fields) if error else _of_filled(mine.problems_of(application=row, now=at), values)
    remarks = {remark.field: remark.text for remark in selectors.remarks_of(application=row)}
    made = sections(
        kind, values, problems=problems, remarks=remarks,
        places=mine.place_groups() if any(f.type == Type.PLACE for f in kind.fields) else [],
        parties={f.name: mine.parties_to_choose(f) for f in kind.fields if f.type == Type.PARTY},
    )  # fmt: skip
    files = mine.documents_by_kind(row)
    context = {
        **_frame(row, kind), "sections": made, "accepted": ACCEPTED, "error": error,
        "evidence": [
            {"item": item, "files": files.get(item.code, []), "remark": remarks.get(item.code, ""),
             "problem": problems.get(item.code, ""), "full": len(files.get(item.code, [])) >= item.most,
             "only": f"{item.only_if[0]}:{' '.join(item.only_if[1])}" if item.only_if else "",
             "asked": item.asked(values)}
            for item in kind.documents
        ],
        "summary": _summary(kind, remarks if error is None else problems),
        "whole": remarks.get("", ""),
        "leaflet": {"zoom_in": _("放大"), "zoom_out": _("缩小")},
    }  # fmt: skip
    return render(request, "licensing/form.html", context, status=error.status if error else 200)


def _of_filled(problems: dict, values: dict) -> dict:
    """What is wrong with what was filled in; of what is still empty nobody complains before it is handed in."""
    return {name: text for name, text in problems.items() if values.get(name) not in (None, "", [], False)}


def _summary(kind, texts: dict) -> list[tuple[str, object, object]]:
    """Where to look: address in the page, label, sentence; in the order of the form."""
    fields = {field.name for field in kind.fields}
    order = [*(field.name for field in kind.fields), *(item.code for item in kind.documents)]
    return [
        (f"#{'f' if name in fields else 'd'}-{name}", mine.label_of(kind, name), texts[name])
        for name in order
        if texts.get(name)
    ]


def _state(request, row):
    kind, at = kind_of(row.kind), now()
    values = selectors.values_of(application=row, actor=request.actor, now=at)
    files = mine.documents_by_kind(row)
    context = {
        **_frame(row, kind),
        "groups": mine.shown_values(kind, values),
        "evidence": [(item.label, files[item.code]) for item in kind.documents if item.code in files],
        "frozen": row.state == ApplicationState.SUBMITTED,
        "withdrawable": row.state in OPEN and selectors.may_write(application=row, actor=request.actor),
    }
    return render(request, "licensing/state.html", context)


def _frame(row, kind) -> dict:
    return {
        "row": row, "kind": kind, "title": selectors.title_of(row), "tone": mine.TONES[row.state],
        "next": mine.NEXT[row.state], "steps": selectors.steps_of(application=row),
    }  # fmt: skip


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_POST
def save(request, application_id):
    """Keeps what was typed, right or wrong. A script gets {"saved": "10:32", "problems": {field: sentence}}."""
    row = selectors.application_of(actor=request.actor, id=application_id)
    at = now()
    problems = save_draft(
        application=row, values=typed(kind_of(row.kind), request.POST), actor=request.actor, now=at
    )  # fmt: skip
    if wants_json(request):
        said = {name: str(text) for name, text in problems.items()}
        return JsonResponse({"saved": f"{at.astimezone(COUNTY_TIME):%H:%M}", "problems": said})
    messages.success(request, _("已保存。可以关掉页面，以后再接着填。"))
    return redirect("apply_form", row.pk)


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_POST
def hand_in(request, application_id):
    """Saves what was typed and hands the application in. What is not whole comes back as the form, with sentences."""
    row = selectors.application_of(actor=request.actor, id=application_id)
    save_draft(application=row, values=typed(kind_of(row.kind), request.POST), actor=request.actor, now=now())
    try:
        although_same = request.POST.get("although_same") == "1"
        row = submit(application=row, actor=request.actor, now=now(), although_same=although_same)
    except (NotWhole, NothingChanged) as error:
        return _form(request, selectors.application_of(actor=request.actor, id=application_id), error)
    messages.success(request, _("已提交，受理编号 %(number)s。") % {"number": row.number})
    return redirect("apply_form", row.pk)


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_POST
def take_back(request, application_id):
    row = selectors.application_of(actor=request.actor, id=application_id)
    withdraw(application=row, actor=request.actor, now=now())
    messages.success(request, _("已撤回。需要时可以重新申请。"))
    return redirect("apply_form", row.pk)

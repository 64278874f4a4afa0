"""Staff pages of parcels: the list in scope, one parcel, and why it has its status."""

from __future__ import annotations

from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from logistics.parcels.errors import clock
from logistics.parcels.explain import explain
from logistics.parcels.forms.work import WorkFilterForm
from logistics.parcels.selectors_work import Page, explained_parcel, work_list, work_parcel
from logistics.parcels.services.looks import Purpose, look_at_people
from logistics.parcels.states import EVENT_LABELS
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now


@needs(Permission.PARCEL_VIEW)
@never_cache
@require_GET
def parcel_list(request):
    """Parcels in the actor's scope, newest first, fifty a page."""
    form = WorkFilterForm(request.GET)
    if not form.is_valid():
        return render(request, "parcels/list.html", {"form": form, "rows": [], "bad": True}, status=400)
    before, after = form.cleaned_data["before"], form.cleaned_data["after"]
    page = work_list(actor=request.actor, wanted=form.wanted(), before=before, after=after)
    context = {
        "form": form,
        "rows": [_row(parcel) for parcel in page.parcels],
        "filtered": bool(form.query()),
        **_links(form, page),
    }
    return render(request, "parcels/list.html", context)


def _row(parcel) -> dict:
    return {
        "parcel": parcel,
        "issues": [EVENT_LABELS[code] for code in parcel.issues],
        "news": clock(parcel.last_event_at) if parcel.last_event_at else "",
    }


def _links(form: WorkFilterForm, page: Page) -> dict[str, str]:
    def link(name: str, at: int | None) -> str:
        return "?" + urlencode({**form.query(), name: at}) if at is not None else ""

    return {"newer": link("after", page.newer), "older": link("before", page.older)}


@needs(Permission.PARCEL_VIEW)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def parcel_page(request, waybill: str):
    """One parcel with masked people. A POST with a purpose shows them unmasked, once, and is logged."""
    seen = work_parcel(actor=request.actor, waybill=waybill)
    people, unmasked = seen.people, False
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        people = look_at_people(parcel=seen.parcel, purpose=purpose, actor=request.actor, now=now())
        unmasked = True
    context = {
        "seen": seen,
        "parcel": seen.parcel,
        "people": people,
        "unmasked": unmasked,
        "purposes": Purpose.choices,
        "issues": [EVENT_LABELS[code] for code in seen.parcel.issues],
        "may_explain": request.actor.may(Permission.PARCEL_EXPLAIN),
    }
    return render(request, "parcels/parcel.html", context)


@needs(Permission.PARCEL_EXPLAIN)
@never_cache
@require_GET
def why_page(request, waybill: str):
    """The status told event by event: what each one did, and what they add up to."""
    parcel = explained_parcel(actor=request.actor, waybill=waybill)
    reasons, total = explain(actor=request.actor, parcel=parcel)
    context = {
        "parcel": parcel,
        "reasons": reasons,
        "total": total,
        "stage": EVENT_LABELS[total.stage],
        "issues": [EVENT_LABELS[code] for code in total.issues],
    }
    return render(request, "parcels/why.html", context)

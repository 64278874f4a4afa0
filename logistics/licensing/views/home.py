"""Where applications begin: what can be applied for, what one has, and what one applied for already."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from logistics.licensing.kinds import KINDS, kind_of
from logistics.licensing.mine import all_things, chosen, firms_for, lines_of, purposes_of, thing_of_certificate
from logistics.licensing.selectors import own_applications
from logistics.licensing.services import start
from logistics.licensing.states import Purpose
from members.access.states import Permission
from portal.core.access import needs, public
from portal.core.clock import county_day, now

RECENT, PAGE = 5, 30


@public("what can be applied for, and what it takes, is for everybody")
@never_cache
@require_safe
def home(request):
    """The kinds as cards; below them what a signed-in person applied for last."""
    context = {"kinds": KINDS.values()}
    if request.actor.may(Permission.OWN_APPLICATIONS):
        own = own_applications(actor=request.actor)
        context |= {"lines": lines_of(list(own.order_by("-updated_at")[:RECENT])), "count": own.count()}
    return render(request, "licensing/home.html", context)


@public("what can be applied for, and what it takes, is for everybody")
@never_cache
@require_safe
def kind_page(request, kind_code: str):
    """What one kind asks for, how long it takes, and the way to begin. Raises UnknownKind."""
    declared = kind_of(kind_code)
    context = {"kind": declared, "purpose": Purpose.NEW.value}
    if request.actor.may(Permission.OWN_APPLICATIONS):
        context["firms"] = firms_for(kind=declared, actor=request.actor)
    return render(request, "licensing/kind.html", context)


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_safe
def my_applications(request):
    """Everything the actor applied for, alone or for their enterprises, the latest first."""
    rows = own_applications(actor=request.actor).select_related("enterprise", "certificate")
    page = Paginator(rows.order_by("-created_at"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": lines_of(list(page)), **_links(page)}
    return render(request, "licensing/mine.html", context)


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_safe
def my_things(request):
    """What the actor has registered, each with its certificate and what can be applied for."""
    things = all_things(actor=request.actor, today=county_day(now()))
    page = Paginator(things, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "things": [(thing, purposes_of(thing)) for thing in page], **_links(page)}
    return render(request, "licensing/things.html", context)


@needs(Permission.OWN_APPLICATIONS)
@never_cache
@require_safe
def again(request, certificate: str):
    """Renewal, change of particulars or annual review of what a certificate is about. Raises NothingToRenew."""
    thing = thing_of_certificate(number=certificate, actor=request.actor, today=county_day(now()))
    return render(request, "licensing/again.html", {"thing": thing, "purposes": purposes_of(thing)})


@needs(Permission.OWN_APPLICATIONS)
@require_POST
def begin(request):
    """`kind`, `purpose`, and of whom: `enterprise` (its code) or `holder` (a registered row); leads to the form."""
    kind = request.POST.get("kind", "")
    rows = chosen(
        kind=kind, enterprise=request.POST.get("enterprise", ""), holder=request.POST.get("holder", ""),
        actor=request.actor,
    )  # fmt: skip
    purpose = request.POST.get("purpose", "")
    application = start(kind=kind, purpose=purpose, actor=request.actor, now=now(), **rows)
    return redirect("apply_form", application.pk)


def _links(page) -> dict[str, str]:
    return {
        "newer": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older": f"?page={page.next_page_number()}" if page.has_next() else "",
    }

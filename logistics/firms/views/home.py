"""The enterprise's own desk: its first page, and its stations, vehicles, people and certificates."""

from __future__ import annotations

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from logistics.firms.selectors.firm import (
    PAGE,
    certificates_of,
    couriers_of,
    desk_of,
    dressed,
    lit,
    own_enterprises,
    stations_of,
    vehicles_of,
)
from logistics.firms.selectors.people import colleagues, terminals
from logistics.firms.states import Part
from logistics.firms.views.common import page_of, paged
from logistics.licensing.kinds import KINDS
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import county_day, now


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_GET
def chooser(request):
    """With one enterprise its desk at once; officials administer none as one of them, and are told where to go."""
    firms = list(own_enterprises(actor=request.actor))
    if len(firms) == 1:
        return redirect("firm", firm=firms[0].code)
    held = lit(Part.ENTERPRISE, firms, today=county_day(now()))
    return render(request, "firms/chooser.html", {"held": held})


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_GET
def home(request, firm: str):
    context = page_of(request, firm, "firm")
    row, moment = context["firm"], now()
    desk = desk_of(firm=row, now=moment, today=context["today"])
    devices = terminals(firm=row)
    context |= {
        "desk": desk,
        "applications": [{"row": a, "kind": KINDS[a.kind].label} for a in desk.applications],
        "staff": len(colleagues(firm=row, own_id=request.actor.user_id)),
        "live": sum(one.device.revoked_at is None for one in devices),
        "change": sum(one.change for one in devices),
        "several": own_enterprises(actor=request.actor).count() > 1,
    }
    return render(request, "firms/home.html", context)


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_GET
def stations(request, firm: str):
    context = page_of(request, firm, "firm_stations")
    rows, more = paged(stations_of(firm=context["firm"]), request, "code", PAGE)
    held = lit(Part.STATION, rows, today=context["today"])
    return render(request, "firms/stations.html", {**context, "held": held, "more": more, "kind": "station"})


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_GET
def vehicles(request, firm: str):
    context = page_of(request, firm, "firm_vehicles")
    rows, more = paged(vehicles_of(firm=context["firm"]), request, "plate", PAGE)
    held = lit(Part.VEHICLE, rows, today=context["today"])
    return render(request, "firms/vehicles.html", {**context, "held": held, "more": more, "kind": "vehicle"})


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_GET
def couriers(request, firm: str):
    context = page_of(request, firm, "firm_couriers")
    rows, more = paged(couriers_of(firm=context["firm"]), request, "code", PAGE)
    held = lit(Part.COURIER, rows, today=context["today"])
    return render(request, "firms/couriers.html", {**context, "held": held, "more": more, "kind": "courier"})


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_GET
def certificates(request, firm: str):
    context = page_of(request, firm, "firm_certificates")
    rows, more = paged(certificates_of(firm=context["firm"]), request, "number", PAGE)
    listed = [dressed(row, today=context["today"]) for row in rows]
    return render(request, "firms/certificates.html", {**context, "rows": listed, "more": more})

"""Is this vehicle, this courier certified? And who carries parcels here? For everybody; tells of no person."""

from __future__ import annotations

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from logistics.firms.lookup import public_carriers, public_courier, public_vehicle
from portal.core.access import public
from portal.core.clock import county_day, now
from portal.core.errors import DomainError
from portal.core.limits import Guard, Rate, caller_of
from portal.public.views.track import private

# Enough for a gate, too few to walk through; neighbours at one address then work a little and are not shut out.
ASKED = Guard(
    "certified",
    kind="address",
    caller=Rate(free=60, most=240, every=10),
    subject=Rate(free=60, most=240, every=10),
    address=Rate(free=60, most=240, every=10),
    own=Rate(free=60, most=60, every=10),
    alarm=2000,
    message=_("从这个网络地址查得较多。"),
    way_out=("", ""),
)
_WHY = "whoever hands over a parcel may ask whether that vehicle or person is certified"


@public(_WHY)
@require_http_methods(["GET", "POST"])
def vehicle(request):
    """A plate by POST: it may be somebody's own car, so no address carries it."""
    return _answer(request, "public/check_vehicle.html", request.POST.get("plate", ""), public_vehicle)


@public(_WHY)
@require_http_methods(["GET", "POST"])
def courier(request):
    """The number on a badge, also by ?code= so that a badge can carry a link."""
    typed = request.POST.get("code", "") or request.GET.get("code", "")
    return _answer(request, "public/check_courier.html", typed, public_courier)


def _answer(request, template: str, typed: str, find):
    context: dict = {"typed": typed[:20]}
    status, refusal = 200, None
    if typed.strip():
        try:
            ASKED.begin(request.client_address, caller_of(request))
            context["found"] = find(typed[:40], today=county_day(now()))
        except DomainError as error:
            context["error"], status, refusal = error, error.status, error
    elif request.method == "POST":
        context["empty"], status = True, 400
    return private(render(request, template, context, status=status), refusal)


@public(_WHY)
@require_safe
def carriers(request):
    return render(request, "public/carriers.html", {"carriers": public_carriers(today=county_day(now()))})

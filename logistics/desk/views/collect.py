"""The way out: a villager's parcel taken in at the counter, and parcels handed to their carrier at the hub."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from logistics.desk.forms import CollectForm
from logistics.desk.places import current_station
from logistics.desk.views.sending import refusal_of
from logistics.parcels.selectors import parcel_by_number
from logistics.parcels.services.collecting import Outgoing, collect_parcel, hand_to_carrier
from logistics.parcels.services.parcels import ParcelDraft
from logistics.registry.selectors import EnterpriseNotFound, public_carriers
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.core.ids import new_id


@needs(Permission.STATION_RECEIVE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collect_page(request):
    """The form of the counter. Sent twice it is one parcel: its key was made with the empty form."""
    station = current_station(request, Permission.STATION_RECEIVE)
    form = CollectForm(request.POST or None, carriers=public_carriers(), initial={"form_key": new_id()})
    error, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return redirect("work_collected", _collect(request, form, station).waybill)
            except DomainError as refused:
                error, status = refusal_of(refused), refused.status
    context = {"form": form, "station": station, "error": error}
    return render(request, "desk/collect/collect.html", context, status=status)


def _collect(request, form: CollectForm, station):
    data = form.cleaned_data
    draft = ParcelDraft(
        carrier=data["carrier"], carrier_number=data["carrier_number"], pieces=data["pieces"],
        weight_grams=form.grams(), recipient_name=data["recipient_name"], recipient_phone=data["recipient_phone"],
        recipient_address=data["recipient_address"], sender_name=data["sender_name"],
        sender_phone=data["sender_phone"], sender_address=data["sender_address"],
    )  # fmt: skip
    return collect_parcel(
        draft=draft, station=station, form_key=data["form_key"], identity_checked=data["identity_checked"],
        goods_checked=data["goods_checked"], actor=request.actor, now=now(),
    )  # fmt: skip


@needs(Permission.STATION_RECEIVE)
@never_cache
@require_GET
def collected_page(request, waybill: str):
    """The number to write down or print, and the way to the next parcel."""
    parcel = parcel_by_number(actor=request.actor, number=waybill, permission=Permission.STATION_RECEIVE)
    return render(request, "desk/collect/collected.html", {"parcel": parcel})


@needs(Permission.HANDOVER_GIVE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def carrier_page(request):
    """Parcels on their way out pass to a carrier: one line each, with the carrier's new number behind it."""
    station = current_station(request, Permission.HANDOVER_GIVE)
    error, status = None, 200
    if request.method == "POST":
        try:
            handover = _to_carrier(request, station)
            messages.success(request, _("已交出 %(n)s 件。") % {"n": handover.expected})
            return redirect("work_handover", handover.pk)
        except DomainError as refused:
            error, status = refusal_of(refused), refused.status
    context = {
        "station": station,
        "carriers": public_carriers(),
        "chosen": request.POST.get("carrier", ""),
        "typed": request.POST.get("rows", ""),
        "error": error,
    }
    return render(request, "desk/collect/carrier.html", context, status=status)


def _to_carrier(request, station):
    carrier = public_carriers().filter(code=request.POST.get("carrier", "")).first()
    if carrier is None:
        raise EnterpriseNotFound()
    rows = []
    for line in request.POST.get("rows", "").splitlines()[:1000]:
        number, *rest = line.replace(",", " ").replace("，", " ").split() or [""]
        rows.append(Outgoing(number, rest[0] if rest else ""))
    return hand_to_carrier(station=station, carrier=carrier, rows=rows, actor=request.actor, now=now())

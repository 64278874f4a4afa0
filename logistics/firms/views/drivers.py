"""Who drives what: from the enterprise's side, and from the driver's or owner's own."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.firms.forms import DriverForm, PlateForm
from logistics.firms.selectors.firm import (
    lit,
    own_bindings,
    own_courier,
    own_vehicles,
    vehicle_of,
)
from logistics.firms.selectors.lights import light_of
from logistics.firms.states import Part
from logistics.firms.views.common import page_of, show
from logistics.registry.services.bindings import agree, ask, end
from logistics.registry.states import BindingSide
from members.access.states import Permission
from portal.core.access import needs, signed_in
from portal.core.clock import county_day, now
from portal.core.errors import DomainError


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_http_methods(["GET", "POST"])
def vehicle(request, firm: str, vehicle_id: int):
    """A vehicle of the enterprise and its drivers; the form asks another one."""
    context = page_of(request, firm, "firm_vehicles")
    row = vehicle_of(firm=context["firm"], vehicle_id=vehicle_id)
    form = DriverForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ask(plate=row.plate, driver_code=form.cleaned_data["code"], actor=request.actor, now=now())
            except DomainError as error:
                show(form, error)
                status = error.status
            else:
                messages.success(request, _("已请对方同意。同意后才生效。"))
                return redirect("firm_vehicle", firm=firm, vehicle_id=vehicle_id)
    (held,) = lit(Part.VEHICLE, [row], today=context["today"])
    context |= {"held": held, "vehicle": row, "form": form, "drivers": _drivers(row, context["today"])}
    return render(request, "firms/vehicle.html", context, status=status)


def _drivers(row, today) -> list[dict]:
    return [
        {"binding": b, "light": light_of(b.driver, today=today), "theirs": b.asked_by == BindingSide.DRIVER}
        for b in row.open_bindings
    ]


@needs(Permission.STAFF_MANAGE)
@require_POST
def driver_agree(request, firm: str, binding_id: uuid.UUID):
    page_of(request, firm, "firm_vehicles")
    row = agree(binding_id=binding_id, actor=request.actor, now=now())
    messages.success(request, _("已同意，绑定生效。"))
    return redirect("firm_vehicle", firm=firm, vehicle_id=row.vehicle_id)


@needs(Permission.STAFF_MANAGE)
@require_POST
def driver_end(request, firm: str, binding_id: uuid.UUID):
    page_of(request, firm, "firm_vehicles")
    row = end(binding_id=binding_id, actor=request.actor, now=now())
    messages.success(request, _("已解除，即时生效。"))
    return redirect("firm_vehicle", firm=firm, vehicle_id=row.vehicle_id)


# -- one's own ------------------------------------------------------------------------------------------


@signed_in
@never_cache
@require_GET
def my_vehicles(request):
    """What a driver drives, and what an owner's vehicles are driven by."""
    return _mine(request, PlateForm())


def _mine(request, form, status: int = 200):
    today = county_day(now())
    courier = own_courier(actor=request.actor)
    bindings = [
        {
            "binding": b,
            "vehicle": light_of(b.vehicle, today=today),
            "driver": light_of(b.driver, today=today),
            "mine": b.driver.user_id == request.actor.user_id,
            "to_answer": b.agreed_at is None
            and (b.asked_by == BindingSide.VEHICLE) == (b.driver.user_id == request.actor.user_id),
        }
        for b in own_bindings(actor=request.actor)
    ]
    context = {
        "courier": courier,
        "light": light_of(courier, today=today) if courier else None,
        "bindings": bindings,
        "owned": lit(Part.VEHICLE, own_vehicles(actor=request.actor), today=today),
        "form": form,
    }
    return render(request, "firms/my_vehicles.html", context, status=status)


@signed_in
@require_POST
def my_vehicle_ask(request):
    form = PlateForm(request.POST)
    courier = own_courier(actor=request.actor)
    if not form.is_valid():
        return _mine(request, form, 400)
    try:
        ask(
            plate=form.cleaned_data["plate"],
            driver_code=courier.code if courier else "",
            actor=request.actor,
            now=now(),
        )
    except DomainError as error:
        show(form, error)
        return _mine(request, form, error.status)
    messages.success(request, _("已请对方同意。同意后才生效。"))
    return redirect("my_vehicles")


@signed_in
@require_POST
def my_vehicle_agree(request, binding_id: uuid.UUID):
    agree(binding_id=binding_id, actor=request.actor, now=now())
    messages.success(request, _("已同意，绑定生效。"))
    return redirect("my_vehicles")


@signed_in
@require_POST
def my_vehicle_end(request, binding_id: uuid.UUID):
    end(binding_id=binding_id, actor=request.actor, now=now())
    messages.success(request, _("已解除，即时生效。"))
    return redirect("my_vehicles")

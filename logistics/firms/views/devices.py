"""Terminals of the enterprise and of the stations it operates. A secret is shown in one answer and kept nowhere."""

from __future__ import annotations

import segno
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from logistics.firms.forms import DeviceForm, WhyForm
from logistics.firms.selectors.firm import stations_of
from logistics.firms.selectors.people import own_terminal, terminals
from logistics.firms.views.common import page_of, show
from logistics.registry.services.devices import issue_device, revoke_device, rotate_device
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import DomainError


@needs(Permission.DEVICE_MANAGE)
@never_cache
@require_GET
def devices(request, firm: str):
    context = page_of(request, firm, "firm_devices")
    return _page(request, context, DeviceForm(firm=context["firm"], stations=stations_of(firm=context["firm"])))


def _page(request, context: dict, form, status: int = 200):
    context |= {"terminals": terminals(firm=context["firm"]), "form": form}
    return render(request, "firms/devices.html", context, status=status)


@needs(Permission.DEVICE_MANAGE)
@never_cache
@require_POST
def device_issue(request, firm: str):
    context = page_of(request, firm, "firm_devices")
    row = context["firm"]
    stations = list(stations_of(firm=row))
    form = DeviceForm(request.POST, firm=row, stations=stations)
    if not form.is_valid():
        return _page(request, context, form, 400)
    place = next((s for s in stations if s.code == form.cleaned_data["place"]), row)
    try:
        issued = issue_device(
            actor=request.actor, at=place, profile=form.profile(), name=form.cleaned_data["name"], now=now()
        )
    except DomainError as error:
        show(form, error)
        return _page(request, context, form, error.status)
    return _secret(request, context, issued)


@needs(Permission.DEVICE_MANAGE)
@never_cache
@require_POST
def device_rotate(request, firm: str, device_id: int):
    """The old secret goes on for a while, so that no scan is lost on the way."""
    context = page_of(request, firm, "firm_devices")
    own_terminal(firm=context["firm"], device_id=device_id)
    return _secret(request, context, rotate_device(actor=request.actor, device_id=device_id, now=now()))


@needs(Permission.DEVICE_MANAGE)
@require_POST
def device_revoke(request, firm: str, device_id: int):
    row = page_of(request, firm, "firm_devices")["firm"]
    own_terminal(firm=row, device_id=device_id)
    form = WhyForm(request.POST)
    why = form.cleaned_data["why"] if form.is_valid() else _("由企业停用")
    revoke_device(actor=request.actor, device_id=device_id, why=why, now=now())
    messages.success(request, _("终端已停用，即时生效。"))
    return redirect("firm_devices", firm=firm)


def _secret(request, context: dict, issued):
    """In this answer only. The picture of the code is inside the page, so that no address ever carries it."""
    credential = f"{issued.device.code}:{issued.secret}"
    context |= {"issued": issued, "picture": segno.make(credential, error="m").png_data_uri(scale=6, border=4)}
    response = render(request, "firms/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response

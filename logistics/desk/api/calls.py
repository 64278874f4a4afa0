"""Calling somebody about a parcel: one touch, written down with its purpose."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from logistics.desk.api.base import reply
from logistics.parcels.selectors import parcel_by_number
from logistics.parcels.selectors_work import dialling_of
from logistics.parcels.services.looks import Purpose, look_at_people
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import NotFound


class NoPhone(NotFound):
    code = "no_phone"
    message = _("没有登记收件人的电话。")
    hint = _("面单上的号码看得全就打电话，看不全就当面通知。")


@needs(Permission.PARCEL_VIEW_PERSONAL)
@require_POST
def call(request, waybill: str):
    """{"dial": what a phone dials, "phone": as one reads it}. Logged as a look with the purpose of a call."""
    parcel = parcel_by_number(actor=request.actor, number=waybill, permission=Permission.PARCEL_VIEW_PERSONAL)
    dialled = dialling_of(parcel)
    if dialled is None:
        raise NoPhone()
    look_at_people(parcel=parcel, purpose=Purpose.CALL, actor=request.actor, now=now())
    return reply({"dial": dialled.dial, "phone": dialled.shown})

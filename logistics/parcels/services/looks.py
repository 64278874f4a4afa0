"""Looking at a person's full name, phone and address: allowed to few, for a purpose, and written down."""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.models import Parcel
from logistics.parcels.selectors_work import Person, contacts_of, may_look, unmasked
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput


class Purpose(models.TextChoices):
    CALL = "call", _("联系收件人或寄件人")
    IDENTITY = "identity", _("取件时核对身份")
    ISSUE = "issue", _("处理异常件")
    COMPLAINT = "complaint", _("处理投诉")


class PurposeMissing(BadInput):
    code = "purpose_missing"
    message = _("请选择查看的用途。")
    hint = _("查看收寄件人信息会记入操作记录。")


@transaction.atomic
def look_at_people(*, parcel: Parcel, purpose: str, actor: Actor, now: dt.datetime) -> list[Person]:
    """Sender and recipient unmasked; the look is logged with its purpose, not with what was seen.

    Needs PARCEL_VIEW_PERSONAL over this parcel. Raises PurposeMissing, ParcelNotFound.
    """
    if not may_look(actor=actor, parcel=parcel):
        raise ParcelNotFound()
    if purpose not in Purpose.values:
        raise PurposeMissing()
    record(actor=actor, now=now, action="parcel.looked", target=parcel, why=str(Purpose(purpose).label))
    return [unmasked(contact) for contact in contacts_of(parcel)]

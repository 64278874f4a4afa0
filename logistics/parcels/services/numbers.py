"""Numbers that find a parcel after another carrier took it over (转投: in remote areas often the post)."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.events import normalise_number
from logistics.parcels.models import Parcel, ParcelNumber
from logistics.parcels.services.guards import append, event, lock_one, require_open, require_parcels
from logistics.parcels.states import Act, NumberKind
from logistics.registry.models import Enterprise
from logistics.registry.states import EnterpriseKind
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict

_FORM = re.compile(r"[0-9A-Z-]{6,40}")


class BadNumber(BadInput):
    code = "bad_number"
    message = _("单号应为 6 至 40 位数字、字母或短横线。")
    hint = _("请对照新面单重新输入。")


class NotACarrier(BadInput):
    code = "not_a_carrier"
    message = _("所选企业不是快递企业。")
    hint = _("请选择接手的快递企业。")


class NumberTaken(Conflict):
    code = "number_taken"
    message = _("这个单号已经属于另一个包裹。")
    hint = _("请核对新面单和承运企业。")


@transaction.atomic
def add_successor_number(
    *, parcel: Parcel, carrier: Enterprise, number: str, actor: Actor, now: dt.datetime
) -> ParcelNumber:
    """`carrier` carries on under `number`; old and new number find the parcel from now on.

    Records FORWARDED once; the same number again changes nothing. Needs EVENT_RECORD over the parcel. Raises
    BadNumber, NotACarrier, NumberTaken, ParcelClosed.
    """
    require_parcels(actor=actor, permission=Permission.EVENT_RECORD, parcels=[parcel])
    number = normalise_number(number)
    if not _FORM.fullmatch(number):
        raise BadNumber()
    if carrier.kind != EnterpriseKind.CARRIER:
        raise NotACarrier()
    parcel = lock_one(parcel)
    # The unique index waits for another transaction that adds the same number, and then it is theirs.
    row, made = ParcelNumber.objects.get_or_create(
        number=number,
        carrier=carrier,
        generation=0,
        defaults={"kind": NumberKind.SUCCESSOR, "parcel": parcel, "added_at": now},
    )
    if row.parcel_id != parcel.pk:
        raise NumberTaken()
    if made:
        require_open([parcel])
        append(events=[event(parcel, Act.FORWARDED, now=now, reason=carrier.code)], actor=actor, now=now)
        record(actor=actor, now=now, action="number.added", target=parcel, after={"carrier": carrier.code})
    return row

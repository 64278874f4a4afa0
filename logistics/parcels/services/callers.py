"""Finding what somebody on the telephone asks about: their parcels by the number they call from, for a purpose."""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.lookup import OPEN_AFTER_END
from logistics.parcels.models import Parcel, ParcelContact
from logistics.parcels.selectors import visible_parcels
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput
from portal.core.limits import Limit
from portal.core.phones import to_e164

MOST = 50  # parcels of one caller, the newest
# An agent takes some tens of calls an hour; who asks for more is trying phones out.
CALLERS = Limit("callers", tries=40, every=60)


class CallPurpose(models.TextChoices):
    WHERE = "where", _("问包裹到哪了")
    COLLECT = "collect", _("问怎样取件")
    COMPLAINT = "complaint", _("投诉")
    OTHER = "other", _("其他来电")


class CallPurposeMissing(BadInput):
    code = "call_purpose_missing"
    message = _("请选择来电的事由。")
    hint = _("按手机号查找会连同事由记入操作记录。")


@transaction.atomic
def find_callers_parcels(*, phone: str, purpose: str, actor: Actor, now: dt.datetime) -> list[Parcel]:
    """Parcels to or from this whole phone number within the actor's area, open or ended within 30 days, newest first.

    Written into the trail with its purpose and how many were found, never with the number. Needs PARCEL_EXPLAIN.
    Raises BadInput for what is no whole number, CallPurposeMissing, TooMany.
    """
    actor.require(Permission.PARCEL_EXPLAIN)
    number = to_e164(phone)
    if purpose not in CallPurpose.values:
        raise CallPurposeMissing()
    CALLERS.take(actor.id)
    mine = ParcelContact.objects.filter(phone=number).values("parcel")
    rows = visible_parcels(actor=actor, permission=Permission.PARCEL_EXPLAIN).filter(pk__in=mine)
    rows = rows.filter(models.Q(closed_at=None) | models.Q(closed_at__gte=now - OPEN_AFTER_END))
    found = list(rows.order_by("-pk")[:MOST])
    record(
        actor=actor, now=now, action="caller.found", target=("parcels.parcel", ""), after={"parcels": len(found)},
        why=str(CallPurpose(purpose).label),
    )  # fmt: skip
    return found

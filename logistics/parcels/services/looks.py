"""Looking at a person's full name, phone and address: allowed to few, for a purpose, and written down."""

from __future__ import annotations

import datetime as dt

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.models import Parcel
from logistics.parcels.selectors_county import day_start
from logistics.parcels.selectors_looks import LOOKED, LOOKS_MOST, LOOKS_TOLD, looks_today, overseers_of
from logistics.parcels.selectors_work import Person, contacts_of, may_look, unmasked
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, TooMany
from portal.notify.services import send

_ONE_AFTER_ANOTHER = "SELECT pg_advisory_xact_lock(hashtext('looks'), hashtext(%s))"  # else two looks count the same


class Purpose(models.TextChoices):
    CALL = "call", _("联系收件人或寄件人")
    IDENTITY = "identity", _("取件时核对身份")
    ISSUE = "issue", _("处理异常件")
    COMPLAINT = "complaint", _("处理投诉")


class PurposeMissing(BadInput):
    code = "purpose_missing"
    message = _("请选择查看的用途。")
    hint = _("查看收寄件人信息会记入操作记录。")


class TooManyLooks(TooMany):
    code = "too_many_looks"
    message = _("您今天查看完整收寄件人信息的次数已到上限。")
    hint = _("明天零点恢复。今天还要查看，请由同事查看，或联系县级中心。")


@transaction.atomic
def look_at_people(*, parcel: Parcel, purpose: str, actor: Actor, now: dt.datetime) -> list[Person]:
    """Sender and recipient unmasked; the look is logged with its purpose, not with what was seen.

    Needs PARCEL_VIEW_PERSONAL over this parcel. The officials of the county are told of whoever looks at LOOKS_TOLD
    parcels a day; after LOOKS_MOST there is no more that day (county time). Raises PurposeMissing, ParcelNotFound,
    TooManyLooks.
    """
    if not may_look(actor=actor, parcel=parcel):
        raise ParcelNotFound()
    if purpose not in Purpose.values:
        raise PurposeMissing()
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AFTER_ANOTHER, [actor.id])
    before = looks_today(person=actor.id, now=now)
    if before >= LOOKS_MOST:
        raise TooManyLooks(retry_after=int((day_start(now) + dt.timedelta(days=1) - now).total_seconds()) + 1)
    record(actor=actor, now=now, action=LOOKED, target=parcel, why=str(Purpose(purpose).label))
    if before + 1 >= LOOKS_TOLD:  # told once: by the key of the message
        _tell_officials(actor=actor, area=parcel.area, now=now)
    return [unmasked(contact) for contact in contacts_of(parcel)]


def _tell_officials(*, actor: Actor, area: str, now: dt.datetime) -> None:
    """Once a person and day: to the county's officials, without a name; the trail and the home page have it."""
    for official in overseers_of(area=area):
        if official.pk != actor.user_id:
            send(
                template="many_looks", recipient=official.phone, parameters={"person": str(actor.user_id),
                "count": str(LOOKS_TOLD)}, dedupe_key=f"looks:{actor.id}:{day_start(now):%Y%m%d}:{official.pk}",
                now=now, area=area,
            )  # fmt: skip

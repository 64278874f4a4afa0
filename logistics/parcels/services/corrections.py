"""Taking back what was recorded by mistake. The record stays; a correcting event stands beside it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import clock, spoken
from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, Parcel, ParcelPiece, Pickup
from logistics.parcels.services.door import reopen_door
from logistics.parcels.services.evidence import resting_on, taken_back
from logistics.parcels.services.guards import append, lock_one, require_parcels
from logistics.parcels.services.guards import event as stated
from logistics.parcels.services.pickup.codes import reopen_code, void_code
from logistics.parcels.states import EVENT_LABELS, Act, CorrectionReason, Stage
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict

WHY_LENGTH = (4, 300)


class WhyMissing(BadInput):
    code = "why_missing"
    message = _("请写明更正的理由，至少四个字。")
    hint = _("理由会记入操作记录，请不要写姓名和电话。")


class BadReason(BadInput):
    code = "bad_correction_reason"
    message = _("更正原因只能是“没有发生”或“数据有误”。")
    hint = _("扫错包裹选“没有发生”；站点、时间等有误选“数据有误”并给出正确的记录。")


class ReplacementMismatch(BadInput):
    code = "replacement_mismatch"
    message = _("“数据有误”要给出正确的记录，“没有发生”不能带新的记录。")
    hint = _("请检查更正原因与新的记录是否一致。")


class NotCorrectable(Conflict):
    code = "not_correctable"
    message = _("更正记录本身不能再更正。")
    hint = _("如更正有误，请补录实际发生的事件。")


class AlreadyCorrected(Conflict):
    code = "already_corrected"


@transaction.atomic
def correct_event(
    *, event: Event, reason: str, actor: Actor, now: dt.datetime, why: str, replacement: NewEvent | None = None
) -> Parcel:
    """Takes `event` back by a VOID event and, for incorrect data, records `replacement` in its place.

    The replacement is of the same parcel whatever number it carries. Taking back the delivery reopens the pickup:
    the parcel waits again under its old code. Taking back the arrival voids the code. Audited with `why`.
    With a handover falls what was concluded from it. Returns the parcel as it stands afterwards. Needs
    PARCEL_CORRECT over the parcel. Raises WhyMissing, BadReason, ReplacementMismatch, NotCorrectable,
    AlreadyCorrected, EventNotTaken for a replacement that the log refuses.
    """
    require_parcels(actor=actor, permission=Permission.PARCEL_CORRECT, parcels=[event.parcel])
    _require_sense(event, reason, why, replacement)
    parcel = lock_one(event.parcel)
    require_standing(event, parcel)
    before = parcel.stage
    void = stated(
        parcel, Act.VOID, now=now, reason=reason, corrects=event.source_event_id, corrects_source=event.source.code
    )
    fallen = taken_back(resting_on(parcel, [event]), at=now.isoformat(), reason=reason)
    append(events=[void, *fallen, *_replacing(parcel, replacement, now)], actor=actor, now=now)
    parcel.refresh_from_db()
    follow_up(parcel, event, now)
    record(
        actor=actor, now=now, action="event.corrected", target=parcel,
        before={"event": str(event.pk), "code": event.code, "stage": before},
        after={"reason": reason, "replacement": replacement.code if replacement else None, "stage": parcel.stage},
        why=why,
    )  # fmt: skip
    return parcel


def _require_sense(event: Event, reason: str, why: str, replacement: NewEvent | None) -> None:
    require_why(why)
    if reason not in CorrectionReason.values:
        raise BadReason()
    if (reason == CorrectionReason.INCORRECT_DATA) != (replacement is not None):
        raise ReplacementMismatch()
    if event.code == Act.VOID or (replacement is not None and replacement.code == Act.VOID):
        raise NotCorrectable()


def require_why(why: str, missing: type[WhyMissing] = WhyMissing) -> None:
    """Raises `missing` unless a reason is given, in four characters at least."""
    if not WHY_LENGTH[0] <= len(why.strip()) <= WHY_LENGTH[1]:
        raise missing()


def require_standing(event: Event, parcel: Parcel) -> None:
    """Under the lock: of two officials who correct one event, the second learns of the first."""
    voids = Event.objects.filter(
        parcel=parcel, code=Act.VOID, corrects_source=event.source_id, corrects_event=event.source_event_id
    )
    if (void := voids.first()) is not None:
        facts = {"when": clock(void.recorded_at), "who": spoken(void.actor), "event": EVENT_LABELS[event.code]}
        raise AlreadyCorrected(gettext("“%(event)s”已于 %(when)s 由%(who)s更正。") % facts)


def _replacing(parcel: Parcel, replacement: NewEvent | None, now: dt.datetime) -> list[NewEvent]:
    if replacement is None:
        return []
    replacement.number, replacement.carrier = parcel.waybill, ""
    replacement.id = replacement.id or stated(parcel, replacement.code, now=now).id
    return [replacement]


def follow_up(parcel: Parcel, event: Event, now: dt.datetime) -> None:
    if event.code == Stage.DELIVERED and parcel.stage != Stage.DELIVERED:
        whole = Pickup.objects.filter(parcel=parcel, undone_at=None, partial=False).first()
        if whole is not None:
            Pickup.objects.filter(pk=whole.pk).update(undone_at=now)
            reopen_code(parcel=parcel, now=now)
            if parcel.pieces > 1:  # those given out before stay given out
                ParcelPiece.objects.filter(pickup=whole).update(given_at=None, pickup=None)
        reopen_door(parcel=parcel, now=now)
    elif event.code == Stage.READY_FOR_PICKUP and parcel.ready_at is None:
        void_code(parcel=parcel, now=now)
        if parcel.pieces > 1:
            ParcelPiece.objects.filter(parcel=parcel, given_at=None).delete()

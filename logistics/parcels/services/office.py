"""What officials do to parcels from their desk: give one up for lost, and take back what a bulk action did."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Event, Parcel, PickupCode
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.guards import append, event, lock_one, require_open, require_parcels
from logistics.parcels.services.pickup.codes import issue_code, void_code
from logistics.parcels.states import Act, CorrectionReason, Stage
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import Conflict

LOST_AFTER = dt.timedelta(days=7)  # younger news may still turn up by itself


class TooFresh(Conflict):
    code = "too_fresh_for_lost"
    message = _("最近 7 天内还有消息，不能认定丢失。")
    hint = _("请先查找、盘点；满 7 天仍没有消息时再认定。")


class NothingToTakeBack(Conflict):
    code = "nothing_to_take_back"
    message = _("找不到要撤销的记录。")
    hint = _("可能已经有人更正，请刷新后查看。")


def silent_since(parcel: Parcel, now: dt.datetime) -> bool:
    """Whether nothing was heard of the parcel for LOST_AFTER."""
    return (parcel.last_event_at or parcel.created_at) <= now - LOST_AFTER


@transaction.atomic
def mark_lost(*, parcel: Parcel, actor: Actor, now: dt.datetime, why: str) -> Parcel:
    """Gives a parcel up: LOST ends its journey and voids its pickup code. `take_back` finds it again.

    Needs PARCEL_CORRECT over the parcel, and a week without news. Raises TooFresh, ParcelClosed, ParcelNotFound.
    """
    require_parcels(actor=actor, permission=Permission.PARCEL_CORRECT, parcels=[parcel])
    parcel = lock_one(parcel)
    require_open([parcel])
    if not silent_since(parcel, now):
        raise TooFresh()
    void_code(parcel=parcel, now=now)
    append(events=[event(parcel, Stage.LOST, station=parcel.station, now=now)], actor=actor, now=now)
    before = parcel.stage
    parcel.refresh_from_db()
    record(actor=actor, now=now, action="parcel.lost", target=parcel, before={"stage": before}, why=why)
    return parcel


@transaction.atomic
def take_back(
    *, parcel: Parcel, code: str, actor: Actor, now: dt.datetime, why: str, issue: str = "", since: dt.datetime
) -> Parcel:
    """Takes back the last event `code` (of `issue`) that the actor's office recorded at `since` or later.

    By a correcting event; a parcel that waits for pickup again gets a live code again. Needs PARCEL_CORRECT.
    Raises NothingToTakeBack and what correct_event raises.
    """
    taken_back = Event.objects.filter(parcel=parcel, code=Act.VOID).values_list("corrects_source", "corrects_event")
    gone = set(taken_back)
    rows = Event.objects.filter(parcel=parcel, code=code, issue=issue, recorded_at__gte=since).order_by("-recorded_at")
    found = next((e for e in rows if (e.source_id, e.source_event_id) not in gone), None)
    if found is None:
        raise NothingToTakeBack()
    after = correct_event(event=found, reason=CorrectionReason.DID_NOT_OCCUR, actor=actor, now=now, why=why)
    _reopen(after, now)
    return after


def _reopen(parcel: Parcel, now: dt.datetime) -> None:
    if parcel.stage != Stage.READY_FOR_PICKUP:
        return
    row = PickupCode.objects.select_related("station").filter(parcel=parcel, voided_at__isnull=False).first()
    if row is not None:
        issue_code(parcel=parcel, station=row.station, now=now)

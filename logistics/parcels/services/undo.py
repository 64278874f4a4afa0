"""Taking back one's own scan within minutes: the same compensating events as a correction, for less.

A correction (services/corrections.py) is the county's and takes back anything. A keeper takes back only what they
scanned themselves, only while nothing has been built on it, and only as something that did not happen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound, spoken
from logistics.parcels.models import BagItem, Event, HandoverItem, Parcel
from logistics.parcels.services.corrections import AlreadyCorrected, follow_up, require_standing
from logistics.parcels.services.guards import append, event, lock_one
from logistics.parcels.services.pickup.arrival import untell_recipient
from logistics.parcels.states import EVENT_LABELS, Act, CorrectionReason, Stage
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import Conflict

__all__ = ["AlreadyCorrected", "BuiltUpon", "take_back"]


class BuiltUpon(Conflict):
    """Something happened since that rests on what should be taken back."""

    code = "built_upon"
    hint = _("不能再撤销；记录有误请联系县级中心更正。")


@transaction.atomic
def take_back(*, parcel: Parcel, event_ids: Sequence[str], actor: Actor, now: dt.datetime) -> Parcel:
    """Takes back what one scan of the actor recorded: `event_ids` are its events' ids at the actor's own source.

    A delivery taken back reopens the pickup under its old code; an arrival taken back voids the code, and its message
    is not sent if it still waits. Raises ParcelNotFound for events that are not the actor's own, AlreadyCorrected, and
    BuiltUpon when the parcel was bagged, handed over, given out or scanned on meanwhile.
    """
    actor.require(Permission.SCAN_UNDO)
    parcel = lock_one(parcel)
    since = parcel.first_event_at or parcel.created_at
    rows = list(Event.objects.select_related("source").filter(parcel=parcel, occurred_at__gte=since).order_by("id"))
    own = [e for e in rows if e.source_event_id in set(event_ids) and e.actor == actor.id]
    if not own or len(own) != len(set(event_ids)):
        raise ParcelNotFound()
    for taken in own:
        require_standing(taken, parcel)
    _require_nothing_since(parcel, rows, own)
    voids = [
        event(
            parcel, Act.VOID, now=now, reason=CorrectionReason.DID_NOT_OCCUR.value, corrects=e.source_event_id,
            corrects_source=e.source.code,
        )
        for e in own
    ]  # fmt: skip
    append(events=voids, actor=actor, now=now)
    parcel.refresh_from_db()
    for taken in own:
        _after(parcel, taken, now)
    codes = sorted({e.code for e in own})
    record(actor=actor, now=now, action="scan.undone", target=parcel, before={"events": codes})
    return parcel


def _after(parcel: Parcel, taken: Event, now: dt.datetime) -> None:
    follow_up(parcel, taken, now)
    if taken.code == Stage.READY_FOR_PICKUP and parcel.ready_at is None:
        Parcel.objects.filter(pk=parcel.pk).update(shelf="")
        untell_recipient(parcel=parcel, now=now)


def _require_nothing_since(parcel: Parcel, rows: Sequence[Event], own: Sequence[Event]) -> None:
    """Stages and handovers recorded after our events, bags and open handovers: each rests on the scan before."""
    last = max(e.recorded_at for e in own)
    ours = {e.pk for e in own}
    taken_back = {(e.corrects_source, e.corrects_event) for e in rows if e.code == Act.VOID}
    for later in rows:
        counts = later.code in Stage.values or later.code == Act.CUSTODY
        if counts and later.recorded_at >= last and later.pk not in ours:
            if (later.source_id, later.source_event_id) in taken_back:
                continue
            facts = {"event": EVENT_LABELS[later.code], "who": spoken(later.actor)}
            raise BuiltUpon(gettext("之后%(who)s又记录了“%(event)s”。") % facts)
    item = BagItem.objects.select_related("bag").filter(parcel=parcel, removed_at=None).first()
    if item is not None:
        raise BuiltUpon(
            gettext("这个包裹已装入 %(bag)s 号袋。") % {"bag": item.bag.number},
            hint=gettext("请先从袋中取出，再撤销。"),
        )
    if HandoverItem.objects.filter(parcel=parcel, open=True, expected=True).exists():
        raise BuiltUpon(gettext("这个包裹在一张未确认的交接单上。"), hint=gettext("请先撤回交接单，再撤销扫描。"))

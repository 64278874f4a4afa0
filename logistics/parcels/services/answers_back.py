"""Taking back one's own answer to a handover within minutes: what it recorded is voided, as undo does with a scan."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import spoken
from logistics.parcels.models import Event, Handover, HandoverItem, Parcel
from logistics.parcels.selectors_handovers import ANSWER_BACK_WITHIN, answered_by_me
from logistics.parcels.services.evidence import CUSTODY, key, taken_back
from logistics.parcels.services.guards import append, lock
from logistics.parcels.services.parties import HandoverNotFound
from logistics.parcels.services.undo import BuiltUpon
from logistics.parcels.states import EVENT_LABELS, Act, BagState, HandoverState, Stage
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import Conflict


class TooLateToTakeBack(Conflict):
    code = "too_late_to_take_back"
    message = _("只能撤销三十分钟内的确认。")
    hint = _("记录有误请联系县级中心更正。")


@transaction.atomic
def take_answer_back(*, handover: Handover, actor: Actor, now: dt.datetime) -> Handover:
    """The goods are the giver's again, and stand where they stood before the answer; the handover ends as withdrawn.

    Of one's own answer, for half an hour, while nothing rests on it. Raises HandoverNotFound for the answer of
    somebody else, TooLateToTakeBack, BuiltUpon.
    """
    demand(actor).require(Permission.HANDOVER_TAKE)
    rows = Handover.objects.select_for_update(of=("self",)).select_related("station")
    handover = rows.get(pk=handover.pk)
    if not answered_by_me(actor, handover):
        raise HandoverNotFound()
    if now - (handover.answered_at or now) > ANSWER_BACK_WITHIN:
        raise TooLateToTakeBack()
    items = list(handover.items.filter(expected=True).select_related("parcel", "bag"))
    parcels = lock([item.parcel for item in items])
    events = _recorded(parcels)
    names = {key(kind, handover.pk, p) for kind in ("custody", "handover", "missing") for p in parcels}
    own = [e for e in events if e.source_event_id in names and e.source.code == CUSTODY.id]
    _require_nothing_since(items, events, own)
    append(events=taken_back(own, at=now.isoformat()), actor=actor, now=now, through=CUSTODY)
    handover.items.filter(expected=True).update(scanned=False)
    before = {"state": handover.state}
    handover.state, handover.scanned, handover.answered_at = HandoverState.WITHDRAWN, None, now
    handover.save()
    record(actor=actor, now=now, action="handover.taken_back", target=handover, before=before)
    return handover


def _recorded(parcels: list[Parcel]) -> list[Event]:
    """All standing events of the parcels, in the order in which they reached us."""
    begun = [p.first_event_at for p in parcels if p.first_event_at]
    if not begun:
        return []
    rows = Event.objects.select_related("source", "parcel").filter(parcel__in=parcels, occurred_at__gte=min(begun))
    events = list(rows.order_by("recorded_at", "id"))
    voided = {(e.corrects_source, e.corrects_event) for e in events if e.code == Act.VOID}
    return [e for e in events if e.code != Act.VOID and (e.source_id, e.source_event_id) not in voided]


def _require_nothing_since(items: list[HandoverItem], events: list[Event], own: list[Event]) -> None:
    ours, since = {e.pk for e in own}, min((e.recorded_at for e in own), default=None)
    for later in events:
        counts = later.code in Stage.values or later.code == Act.CUSTODY
        if counts and since is not None and later.recorded_at >= since and later.pk not in ours:
            facts = {"event": EVENT_LABELS[later.code], "who": spoken(later.actor)}
            raise BuiltUpon(gettext("之后%(who)s又记录了“%(event)s”。") % facts)
    for item in items:
        if item.bag is not None and item.bag.state == BagState.OPENED:
            raise BuiltUpon(gettext("%(bag)s 号袋已经拆封清点。") % {"bag": item.bag.number})
    if HandoverItem.objects.filter(parcel__in=[i.parcel_id for i in items], open=True, expected=True).exists():
        raise BuiltUpon(gettext("有包裹已在另一张未确认的交接单上。"))

"""Setting out with a parcel: the recipient is told, and the parcel is out for delivery."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.facts import facts_of
from logistics.desk.services.finding import find_parcel
from logistics.desk.services.repeats import repeated
from logistics.parcels.models import Event, Parcel
from logistics.parcels.models.events import CurrentTransaction
from logistics.parcels.services.door import FAILED, start_delivery
from logistics.parcels.services.guards import lock_one
from logistics.parcels.states import Stage


def load(call: Call) -> Outcome:
    """OUT_FOR_DELIVERY through the service of the doorstep, once an attempt."""
    parcel = find_parcel(call)
    before = lock_one(parcel)
    if before.stage == Stage.OUT_FOR_DELIVERY and not FAILED & set(before.issues):
        return repeated(call, parcel, before.headline_at or call.now, call.actor.id)
    start_delivery(parcel=parcel, actor=call.actor, now=call.now)
    answer = Answer(
        word=str(words.DONE[call.task]),
        message=gettext("已装车，派送中。"),
        number=parcel.waybill,
        facts=facts_of(parcel, call.station),
        undo=True,
    )
    return Outcome(answer, parcel, _recorded(call, parcel))


def _recorded(call: Call, parcel: Parcel) -> list[str]:
    """The ids, at their source, of what this very transaction recorded, all of it dated by the moment of the scan."""
    rows = Event.objects.filter(parcel=parcel, occurred_at=call.now, log_txid=CurrentTransaction())
    return list(rows.order_by("id").values_list("source_event_id", flat=True))

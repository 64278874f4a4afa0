"""A delivered parcel that its carrier brings back: the same number goes on as a return shipment linked to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, EventSource, Parcel, ParcelNumber
from logistics.parcels.services.generations import give_out_anew
from logistics.parcels.services.record import record_events
from logistics.parcels.services.returns import create_return_shipment
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import NumberKind, SourceKind, Stage
from portal.core.actor import system_actor
from portal.core.errors import DomainError

BACK = system_actor("ways_back")
LATE = dt.timedelta(days=30)  # a log that is read from its beginning opens no returns of long ago
_WAY_BACK = frozenset({Stage.RETURNING, Stage.RETURNED})
_CARRIERS = (SourceKind.FEED, SourceKind.FILE)


def open_ways_back(events: list[Event], now: dt.datetime) -> None:
    """Consumer effect: what a carrier says of the way back after the delivery opens the return, once a parcel.

    It keeps the carrier's number from then on, so that all that follows is told of the return. The delivery stays.
    """
    said = [e for e in events if e.code in _WAY_BACK and now - e.recorded_at <= LATE]
    by_carriers = _of_carriers(said)
    for event in said:
        parcel, ended = event.parcel, event.parcel.closed_at
        if parcel.stage != Stage.DELIVERED or ended is None or event.source_id not in by_carriers:
            continue
        if event.occurred_at > ended:
            _bring_back(parcel, event, now)


def _of_carriers(events: Iterable[Event]) -> set[int]:
    sources = EventSource.objects.filter(pk__in={e.source_id for e in events}, kind__in=_CARRIERS)
    return set(sources.values_list("pk", flat=True))


def _bring_back(parcel: Parcel, event: Event, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            back = Parcel.objects.filter(return_of=parcel).first()
            if back is None:
                back = create_return_shipment(parcel=parcel, actor=BACK, now=now)
                _pass_number(parcel, back, now)
    except DomainError:  # a way back that we cannot describe, e.g. without a place to come from: the line stays
        return
    told = NewEvent(
        id=f"back:{event.pk.hex}", number=back.waybill, code=event.code, at=event.occurred_at.isoformat(),
        reason=event.reason, text=event.text,
    )  # fmt: skip
    record_events(events=[told], source=source_for(actor=BACK, now=now), actor=BACK, now=now, vouched=True)


def _pass_number(parcel: Parcel, back: Parcel, now: dt.datetime) -> None:
    if not parcel.carrier_number:
        return
    give_out_anew([(parcel.pk, parcel.carrier_number)])
    ParcelNumber.objects.create(
        number=parcel.carrier_number, kind=NumberKind.CARRIER, carrier=parcel.carrier, parcel=back, added_at=now
    )
    Parcel.objects.filter(pk=back.pk).update(carrier=parcel.carrier, carrier_number=parcel.carrier_number)

"""Carriers often push tracking before they announce the parcel: those events wait among the refused ones."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import msgspec

from logistics.parcels.events import NewEvent
from logistics.parcels.models import EventSource, Parcel, RefusedEvent
from logistics.parcels.services.record import record_events
from logistics.parcels.states import Refusal
from portal.core.actor import system_actor


def take_waiting_events(*, parcels: list[Parcel], now: dt.datetime) -> int:
    """Record what a carrier's feed or file said about these parcels before they were registered.

    Only the parcel's own carrier is believed: a terminal or person scans again instead. Returns how many were taken.
    """
    by_number = {p.carrier_number: p for p in parcels if p.carrier_number}
    waiting = RefusedEvent.objects.filter(
        code=Refusal.UNKNOWN_PARCEL,
        settled_at__isnull=True,
        source__enterprise__isnull=False,
        raw__number__in=list(by_number),
    ).select_related("source")
    batches: dict[EventSource, list[NewEvent]] = defaultdict(list)
    for refused in waiting:
        if refused.source.enterprise_id == by_number[refused.raw["number"]].carrier_id:
            event = msgspec.convert(refused.raw, NewEvent)
            event.id = refused.source_event_id
            batches[refused.source].append(event)
    taken = 0
    for source, events in batches.items():
        result = record_events(events=events, source=source, actor=system_actor("waiting"), now=now, ids_of_sender=True)
        taken += result.accepted
    return taken

"""Shorthand for making parcels and events in tests of the spine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from logistics.parcels.events import NewEvent
from logistics.parcels.models import EventSource, Parcel
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from portal.core.actor import system_actor

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
START = NOW - dt.timedelta(days=3)
COUNTY = system_actor("test")


def at(hours: float) -> str:
    """ISO time `hours` after START, in county time."""
    moment = START + dt.timedelta(hours=hours)
    return moment.astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat()


@dataclass
class Spine:
    source: EventSource
    other_source: EventSource
    counter: int = 0

    def parcel(self, world, direction="DOWN", **more) -> Parcel:
        self.counter += 1
        draft = {
            "direction": direction,
            "carrier": world.carrier.code,
            "carrier_number": f"7800{self.counter:09d}",
            "recipient_name": "王小明",
            "recipient_phone": "13800138000",
        }
        draft |= (
            {"destination_station": world.village.code}
            if direction == "DOWN"
            else {"origin_station": world.village.code}
        )
        return create_parcel(draft=ParcelDraft(**(draft | more)), actor=COUNTY, now=START)

    def record(self, *events: NewEvent, source=None, actor=COUNTY, now=NOW, **more):
        return record_events(
            events=list(events),
            source=source or self.source,
            actor=actor,
            now=now,
            vouched=more.pop("vouched", True),
            **more,
        )


@pytest.fixture
def spine(db) -> Spine:
    return Spine(
        source_for(actor=system_actor("spine"), now=START), source_for(actor=system_actor("spine-two"), now=START)
    )

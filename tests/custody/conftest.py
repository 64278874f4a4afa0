"""Shorthand for the counter: a parcel bound for the keeper's village station, and what happens to it there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, Parcel, PickupCode
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.pickup import station_inbound
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from portal.core.actor import system_actor
from tests.world import World

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
START = NOW - dt.timedelta(days=3)
COUNTY = system_actor("test")
RECIPIENT_PHONE = "+8613809331001"  # the villager persona
SENDER_PHONE = "+8613809331099"


@dataclass
class Counter:
    world: World
    made: int = 0

    def parcel(self, **more) -> Parcel:
        self.made += 1
        draft = {
            "carrier": self.world.carrier.code,
            "carrier_number": f"7800{self.made:09d}",
            "destination_station": self.world.village.code,
            "recipient_name": "王小明",
            "recipient_phone": RECIPIENT_PHONE,
            "recipient_address": "何马村3社12号",
            "sender_name": "陈发货",
            "sender_phone": SENDER_PHONE,
        }
        return create_parcel(draft=ParcelDraft(**(draft | more)), actor=COUNTY, now=START)

    def scan(self, parcel: Parcel, code: str, *, hours: float = 0, station=None, actor=COUNTY, **more) -> None:
        """Something else happened to the parcel, `hours` after START."""
        moment = START + dt.timedelta(hours=hours)
        event = NewEvent(
            number=parcel.waybill,
            code=str(code),
            at=moment.isoformat(),
            station=station.code if station else "",
            **more,
        )
        result = record_events(
            events=[event], source=source_for(actor=actor, now=NOW), actor=actor, now=NOW, vouched=True
        )
        assert not result.refused, result.refused
        parcel.refresh_from_db()

    def waiting(self, keeper, now=NOW, **more) -> tuple[Parcel, PickupCode]:
        """A parcel on the keeper's shelf since `now`, and its code."""
        parcel = self.parcel(**more)
        give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=now)
        code = self.inbound(parcel, keeper, now=now)
        parcel.refresh_from_db()
        return parcel, code

    def inbound(self, parcel, keeper, shelf="3-2", now=NOW) -> PickupCode:
        return station_inbound(parcel=parcel, station=self.world.village, shelf=shelf, actor=keeper.actor(), now=now)


def codes_of(parcel: Parcel) -> list[str]:
    return list(Event.objects.filter(parcel=parcel).order_by("recorded_at", "id").values_list("code", flat=True))


def fresh(parcel: Parcel) -> Parcel:
    return Parcel.objects.get(pk=parcel.pk)


@pytest.fixture
def counter(world) -> Counter:
    return Counter(world)

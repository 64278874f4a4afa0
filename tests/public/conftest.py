"""A parcel with every personal value a parcel can have, so that tests can search pages for each of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Parcel
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.pickup import station_inbound
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import ConsentChannel
from portal.core.actor import system_actor
from portal.core.limits.buckets import forget_here
from portal.public import limits, ready

COUNTY = system_actor("test")
RECIPIENT, SENDER = "13809331001", "13911112222"  # the recipient is the villager of tests/personas.py
DIGITS, SENDER_DIGITS = "1001", "2222"
SECRETS_AT_0 = (
    "王小明", "钱寄件", RECIPIENT, SENDER, "1001", "2222", "何马三社12号", "义乌市小商品城", "何马村委会",
    "0933-6620000", "马站长", "13893300009", "赵快递", "原文", "A-7",
)  # fmt: skip


@dataclass
class Desk:
    """Makes parcels and scans for the tests of the lookup."""

    world: object
    now: dt.datetime
    made: int = 0

    def parcel(self, **more) -> Parcel:
        self.made += 1
        draft = {
            "direction": "DOWN", "carrier": self.world.carrier.code, "carrier_number": f"7800{self.made:09d}",
            "destination_station": self.world.village.code, "recipient_name": "王小明", "recipient_phone": RECIPIENT,
            "recipient_address": "何马三社12号", "sender_name": "钱寄件", "sender_phone": SENDER,
            "sender_address": "义乌市小商品城",
        }  # fmt: skip
        start = self.now - dt.timedelta(days=3)
        return create_parcel(draft=ParcelDraft(**(draft | more)), actor=COUNTY, now=start)

    def scan(self, parcel: Parcel, code: str, days_ago: float, station="", **more) -> None:
        event = NewEvent(
            number=parcel.waybill,
            code=code,
            at=(self.now - dt.timedelta(days=days_ago)).isoformat(),
            station=station,
            **more,
        )
        source = source_for(actor=COUNTY, now=self.now)
        result = record_events(events=[event], source=source, actor=COUNTY, now=self.now, vouched=True)
        assert result.accepted == 1, result.refused

    def travelled(self, **more) -> Parcel:
        """On its way to the village: collected, at the hub, at the township station."""
        parcel = self.parcel(**more)
        self.scan(parcel, "COLLECTED", 2.9, text="原文:快递员赵快递已揽收,电话13893300009")
        self.scan(parcel, "AT_COUNTY", 1.5, self.world.hub.code)
        self.scan(parcel, "AT_TOWN", 0.5, self.world.township_station.code)
        return Parcel.objects.get(pk=parcel.pk)

    def waiting(self, **more) -> Parcel:
        """At the village station, with consent, shelf and pickup code."""
        parcel = self.travelled(**more)
        give_consent(actor=COUNTY, now=self.now, parcel=parcel, channel=ConsentChannel.PHONE)
        station_inbound(parcel=parcel, station=self.world.village, shelf="A-7", actor=COUNTY, now=self.now)
        return Parcel.objects.get(pk=parcel.pk)

    def ended(self, days_ago: float) -> Parcel:
        parcel = self.parcel()
        Parcel.objects.filter(pk=parcel.pk).update(created_at=self.now - dt.timedelta(days=days_ago + 5))
        self.scan(parcel, "COLLECTED", days_ago + 2)
        self.scan(parcel, "DELIVERED", days_ago, self.world.village.code, variant="SELF")
        return Parcel.objects.get(pk=parcel.pk)


@pytest.fixture
def desk(world) -> Desk:
    return Desk(world, timezone.now())


@pytest.fixture
def browser_of():
    """A visitor without login, from an address of their own."""
    return lambda address="10.1.1.1", **more: Client(REMOTE_ADDR=address, **more)


@pytest.fixture
def visitor(browser_of) -> Client:
    return browser_of()


@pytest.fixture(autouse=True)
def nothing_kept():
    """Ready-made pages and known walkers live in the process: each test starts without any."""
    ready.store.clear()
    limits._walkers.clear()
    forget_here()

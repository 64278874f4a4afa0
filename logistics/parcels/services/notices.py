"""Telling recipients what the event log says: arrivals, each parcel once, and reminders."""

from __future__ import annotations

import datetime as dt

from logistics.parcels.models import Event, Parcel, PickupCode
from logistics.parcels.selectors_waiting import county_keeps
from logistics.parcels.services.guards import phone_of
from logistics.parcels.services.pickup.arrival import remind_recipient, tell_recipient
from logistics.parcels.services.pickup.codes import issue_code
from logistics.parcels.states import ContactRole, Stage


def announce_arrivals(events: list[Event], now: dt.datetime) -> None:
    """Consumer effect: a parcel that was scanned in at one of our stations gets its pickup code and its message.

    Arrivals entered through `station_inbound` have both already and stay as they are; this serves terminals and
    files that send READY_FOR_PICKUP by themselves. An arrival that names no station of ours gets no code of ours.
    """
    arrived = {e.parcel_id for e in events if e.code == Stage.READY_FOR_PICKUP and e.station_id}
    waiting = (
        Parcel.objects.filter(pk__in=arrived, stage=Stage.READY_FOR_PICKUP, pickup_code__isnull=True)
        .select_related("station")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    hours = county_keeps()
    for parcel in waiting:
        station = parcel.station
        if station is not None:
            code = issue_code(parcel=parcel, station=station, now=now)
            tell_recipient(
                parcel=parcel, station=station, code=code.code, now=now, since=parcel.ready_at or now, hours=hours,
                phone=phone_of(parcel, ContactRole.RECIPIENT),
            )  # fmt: skip


def remind(*, parcel: Parcel, key: str, now: dt.datetime) -> bool:
    """Send reminder `key` for a parcel on the shelf; False when it has no live code or no phone."""
    code = PickupCode.objects.select_related("station").filter(parcel=parcel, used_at=None, voided_at=None).first()
    if code is None:
        return False
    return remind_recipient(parcel=parcel, station=code.station, code=code.code, which=key, now=now)

"""When a scan happened that waited on the phone for a line."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from logistics.desk.services.call import Call
from logistics.parcels.models import Event, Parcel

QUEUED = dt.timedelta(minutes=2)  # a younger scan is dated by its arrival: the difference says nothing
BELIEVED = dt.timedelta(hours=72)


def happened_at(*, at: dt.datetime | None, sent: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """The moment of a scan, by our clock: as long ago as it lay on the phone.

    `at` and `sent` are the phone's clock when the barcode was read and when the scan was sent. Their difference is
    right even where the clock is wrong; without both, and for what can't be (sent before it was read, older than
    BELIEVED), the scan is dated by its arrival.
    """
    if at is None or sent is None:
        return now
    age = sent - at
    return now - age if QUEUED <= age <= BELIEVED else now


def moment_for(call: Call, parcel: Parcel) -> dt.datetime:
    """When the scan of this very parcel happened: never before what the same person scanned of it already."""
    if call.at == call.now:
        return call.now
    since = parcel.first_event_at or parcel.created_at
    own = Event.objects.filter(parcel=parcel, occurred_at__gte=since, actor=call.actor.id)
    last = own.aggregate(last=Max("occurred_at"))["last"]
    return call.now if last is not None and last >= call.at else call.at

"""Messages of a parcel at the station: where, code, hours, whom to call, a signed link; no goods, no names."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from logistics.parcels.models import Parcel
from logistics.parcels.services.guards import phone_of
from logistics.parcels.services.pickup.codes import code_hash, spaced
from logistics.parcels.services.pickup.links import make_link_token
from logistics.parcels.states import ContactRole
from logistics.registry.models import Station
from portal.notify.services import send

TEMPLATE = "parcel_arrived"
REMINDER = "parcel_waiting"
NUMBER_TAIL = 4
POSTED = "见站点公示"  # text messages are Chinese unless their reader chose otherwise


def tell_recipient(*, parcel: Parcel, station: Station, code: str, now: dt.datetime) -> bool:
    """Writes the arrival message in the caller's transaction; False when no phone is known.

    Once for a parcel and its code: a repeated inbound stays silent, a new code after a change of station is told.
    """
    key = f"arrival:{parcel.pk}:{station.pk}:{code_hash(code)[:12]}"
    return _tell(TEMPLATE, key, parcel=parcel, station=station, code=code, now=now)


def remind_recipient(*, parcel: Parcel, station: Station, code: str, which: str, now: dt.datetime) -> bool:
    """Writes the reminder `which` (first, second …) of one stay at the shelf; False when no phone is known."""
    stay = int(parcel.ready_at.timestamp()) if parcel.ready_at else 0
    return _tell(REMINDER, f"{which}:{parcel.pk}:{stay}", parcel=parcel, station=station, code=code, now=now)


def _tell(template: str, key: str, *, parcel: Parcel, station: Station, code: str, now: dt.datetime) -> bool:
    phone = phone_of(parcel, ContactRole.RECIPIENT)
    if not phone:
        return False
    send(
        template=template,
        recipient=phone,
        parameters={
            "station": station.name,
            "code": spaced(code),
            "hours": station.hours or POSTED,
            "hotline": station.phone or POSTED,
            "link": f"{settings.PUBLIC_URL}/l/{make_link_token(parcel=parcel, now=now)}",
            "tail": (parcel.carrier_number or parcel.waybill)[-NUMBER_TAIL:],
        },
        dedupe_key=key,
        now=now,
        area=parcel.area,
    )
    return True

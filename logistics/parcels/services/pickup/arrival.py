"""Messages of a parcel at the station: where, code, hours, whom to call, a signed link; no goods, no names.

Parcels of one phone that arrive at one station within ARRIVAL_WINDOW_SECONDS are told in one message, reminders
likewise (docs/decisions/arrival-batching.md). What is not sent yet is taken back when it is no longer so.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from logistics.parcels.models import Parcel
from logistics.parcels.pickup_text import (
    ARRIVED,
    ARRIVED_ON,
    WAITING,
    WAITING_ON,
    plain,
)
from logistics.parcels.selectors_pieces import pieces_of
from logistics.parcels.selectors_waiting import county_keeps, returns_due
from logistics.parcels.services.guards import phone_of
from logistics.parcels.services.pickup.codes import code_hash, spaced
from logistics.parcels.services.pickup.links import make_link_token, subject_of
from logistics.parcels.states import ContactRole
from logistics.registry.models import Station
from portal.core.clock import county_day
from portal.core.phones import is_mobile
from portal.notify.services import add_line, withdraw
from portal.notify.templates import Template

NUMBER_TAIL = 4
POSTED = "见站点公示"  # text messages are Chinese unless their reader chose otherwise


def arrival_key(*, parcel: Parcel, station: Station, code: str) -> str:
    """What makes an arrival the same arrival: the parcel, the station and the code."""
    return f"arrival:{parcel.pk}:{station.pk}:{code_hash(code)[:12]}"


def tell_recipient(
    *,
    parcel: Parcel,
    station: Station,
    code: str,
    now: dt.datetime,
    phone: str,
    since: dt.datetime,
    hours: int | None,
) -> bool:
    """Writes the arrival into the recipient's message in the caller's transaction; False without a mobile number.

    Once for a parcel and its code: a repeated inbound stays silent, a new code after a change of station is told.
    `phone` is the recipient's. Since `since` it is kept for `hours`, None where it does not go back by the clock.
    """
    key = arrival_key(parcel=parcel, station=station, code=code)
    return _tell_arrived(key, phone, _after(since, hours), parcel=parcel, station=station, code=code, now=now)


def untell_recipient(*, parcel: Parcel, now: dt.datetime) -> bool:
    """Takes back what the recipient was not sent yet about this parcel: it was taken out again, or is gone.

    True when something was taken back. Too late once the message is with the provider.
    """
    return withdraw(subject=subject_of(parcel), now=now) > 0


def tell_again(*, parcel: Parcel, station: Station, code: str, now: dt.datetime, complete: bool) -> None:
    """The number of pieces here has changed: what was not sent yet tells the new one.

    Once it was sent the recipient hears only that now all pieces are here (`complete`), and of the first piece that
    came after others were collected.
    """
    key, phone = arrival_key(parcel=parcel, station=station, code=code), phone_of(parcel, ContactRole.RECIPIENT)
    counted = pieces_of(parcel)
    if counted and counted.given:
        key = f"{key}:after{counted.given}"
    first = counted is not None and counted.given > 0 and len(counted.shelves) == 1
    if not untell_recipient(parcel=parcel, now=now) and not first:
        if not complete:
            return
        key = f"{key}:all"
    _tell_arrived(key, phone, _kept_until(parcel, now), parcel=parcel, station=station, code=code, now=now)


def remind_recipient(*, parcel: Parcel, station: Station, code: str, which: str, now: dt.datetime) -> bool:
    """Writes the reminder `which` (first, second …) of one stay at the shelf; False when no phone is known."""
    stay = int(parcel.ready_at.timestamp()) if parcel.ready_at else 0
    days = {"since": county_day(parcel.ready_at or now).isoformat()}
    until = _kept_until(parcel, now)
    if until is not None:
        days["until"] = county_day(until).isoformat()
    template = WAITING_ON if until is None else WAITING
    phone = phone_of(parcel, ContactRole.RECIPIENT)
    key = f"{which}:{parcel.pk}:{stay}"
    return _tell(template, key, days, phone, parcel=parcel, station=station, code=code, now=now)


def _kept_until(parcel: Parcel, now: dt.datetime) -> dt.datetime | None:
    """What its timer says; the county may have changed its hours since. Before the timer runs, what it will say."""
    return returns_due([parcel.pk]).get(parcel.pk) or _after(parcel.ready_at or now, county_keeps())


def _after(since: dt.datetime, hours: int | None) -> dt.datetime | None:
    return None if hours is None else since + dt.timedelta(hours=hours)


def _tell_arrived(
    key: str, phone: str, until: dt.datetime | None, *, parcel: Parcel, station: Station, code: str, now: dt.datetime
) -> bool:
    template, days = (ARRIVED_ON, {}) if until is None else (ARRIVED, {"until": county_day(until).isoformat()})
    return _tell(template, key, days, phone, parcel=parcel, station=station, code=code, now=now)


def _tell(
    template: Template,
    key: str,
    days: dict[str, str],
    phone: str,
    *,
    parcel: Parcel,
    station: Station,
    code: str,
    now: dt.datetime,
) -> bool:
    if not is_mobile(phone):
        return False
    add_line(
        template=template.name,
        recipient=phone,
        parameters={
            "station": plain(station.name),
            "hours": plain(station.hours or POSTED),
            "hotline": plain(station.phone or POSTED),
            **days,
        },
        line={
            "tail": tail_of(parcel) + _pieces_told(parcel),
            "code": spaced(code),
            "link": f"{settings.PUBLIC_URL}/l/{make_link_token(parcel=parcel, now=now)}",
        },
        merge_key=":".join([str(station.pk), key.partition(":")[0], *days.values()]),  # one text, the same days
        dedupe_key=key,
        subject=subject_of(parcel),
        window=dt.timedelta(seconds=settings.ARRIVAL_WINDOW_SECONDS),
        now=now,
        area=parcel.area,
    )
    return True


def _pieces_told(parcel: Parcel) -> str:
    """`(1/3)` where one of three pieces is here; a parcel of one piece says nothing."""
    counted = pieces_of(parcel)
    return f"({counted.told})" if counted else ""


def tail_of(parcel: Parcel) -> str:
    """The end of the number that stands on the parcel."""
    return parcel.printed_number[-NUMBER_TAIL:]

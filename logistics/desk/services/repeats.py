"""The same barcode again: nothing happens twice, and the page says when it happened and through whom."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.models import Scan
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.facts import facts_of
from logistics.desk.states import Result
from logistics.parcels.errors import clock, spoken
from logistics.parcels.models import Event, Parcel
from logistics.parcels.services.evidence import concluded
from logistics.parcels.states import Act
from logistics.registry.models import Station


def standing_event(parcel: Parcel, code: str, station: Station, *, since: dt.datetime | None = None) -> Event | None:
    """The last event `code` of the parcel at the station that nobody took back, `since` then."""
    begun = since or parcel.first_event_at
    if begun is None:
        return None
    rows = Event.objects.filter(parcel=parcel, occurred_at__gte=begun, code__in=[code, Act.VOID])
    events = list(rows.order_by("-occurred_at"))
    taken_back = {(e.corrects_source, e.corrects_event) for e in events if e.code == Act.VOID}
    for found in events:
        standing = (found.source_id, found.source_event_id) not in taken_back
        if found.code == code and found.station_id == station.pk and standing:
            return found
    return None


def came_in_unseen(call: Call, parcel: Parcel, arrived: Event) -> bool:
    """Whether the arrival was concluded from a handover or a bag, and this is the first scan of the parcel itself: it
    is told its way, and the log has its arrival already."""
    if not concluded(arrived):
        return False
    return last_scan(call, parcel, since=arrived.recorded_at, own=False) is None


def last_scan(call: Call, parcel: Parcel, *, since: dt.datetime, own: bool = True) -> Scan | None:
    """The last scan of the parcel for this task at this station that did something and was not undone."""
    rows = Scan.objects.filter(
        parcel=parcel, station=call.station, task=call.task, result=Result.OK, undone_at=None, recorded_at__gte=since
    ).exclude(pk=call.id)
    if own:
        rows = rows.filter(actor=call.actor.id)
    return rows.order_by("-recorded_at").first()


def repeated(call: Call, parcel: Parcel | None, when: dt.datetime, who: str, *, facts: dict | None = None) -> Outcome:
    """The answer to a barcode that has had its effect already."""
    told = {"when": clock(when), "who": spoken(who)}
    if who == call.actor.id:
        message = gettext("您已于 %(when)s 扫过，不用再扫。") % told
    else:
        message = gettext("已由%(who)s于 %(when)s 扫过，不用再扫。") % told
    answer = Answer(
        result=Result.REPEAT.value,
        code="repeat",
        word=str(words.REPEAT),
        message=message,
        hint=gettext("请扫下一件。"),
        number=parcel.waybill if parcel else call.barcode.kept,
        facts=facts if facts is not None else facts_of(parcel, call.station) if parcel else {},
    )
    return Outcome(answer, parcel)

"""Waiting as rows: 48 h without news, pickup reminders, return after a week. The county sets the hours.

Timers are armed by a consumer of the event log and fired by a task. Firing re-reads the parcel under its lock, so
that a timer that is late, doubled or overtaken by events does nothing wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, Parcel, ParcelPiece, Timer, TimerRule
from logistics.parcels.services.notices import remind
from logistics.parcels.services.pickup.codes import void_code
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import DEFAULT_TIMER_HOURS, Act, Issue, Stage, TimerKind
from portal.core.actor import system_actor

CLOCK = system_actor("timers")
PICKUP_KINDS = (TimerKind.REMIND_FIRST, TimerKind.REMIND_SECOND, TimerKind.RETURN)

# One running timer of a kind a parcel. A NO_UPDATE timer is not moved at every scan: when due it looks at the last
# news and, if that is younger, starts again from there.
_ARM = """
INSERT INTO parcels_timer (parcel_id, kind, anchor_at, due_at)
SELECT t.parcel, t.kind, t.anchor, t.due
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS t (parcel, kind, anchor, due)
WHERE NOT EXISTS (SELECT 1 FROM parcels_timer o
                  WHERE o.parcel_id = t.parcel AND o.kind = t.kind AND o.anchor_at = t.anchor AND o.kind <> 'no_update')
ORDER BY t.parcel, t.kind
ON CONFLICT DO NOTHING
"""


def hours() -> dict[str, int]:
    """Hours by kind; kinds that are switched off are missing."""
    rules = {rule.kind: rule for rule in TimerRule.objects.all()}
    wanted = {
        kind.value: rules[kind].hours if kind in rules else default for kind, default in DEFAULT_TIMER_HOURS.items()
    }
    return {kind: h for kind, h in wanted.items() if kind not in rules or rules[kind].enabled}


def arm(events: list[Event], now: dt.datetime) -> None:
    """Consumer effect: bring the timers of the touched parcels in line with where the parcels now are."""
    parcels = {event.parcel_id: event.parcel for event in events}
    limits, held = hours(), held_since(parcels.values())
    rows: list[tuple[int, str, dt.datetime, dt.datetime]] = []
    for parcel in parcels.values():
        rows += _wanted(parcel, limits, held.get(parcel.pk))
    idle = [p.pk for p in parcels.values() if p.stage != Stage.READY_FOR_PICKUP]
    closed = [p.pk for p in parcels.values() if p.is_closed]
    running = Timer.objects.filter(fired_at__isnull=True, cancelled_at__isnull=True)
    running.filter(parcel__in=idle, kind__in=PICKUP_KINDS).update(cancelled_at=now)
    running.filter(parcel__in=closed).update(cancelled_at=now)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_ARM, [list(column) for column in zip(*rows, strict=True)])


def held_since(parcels: Iterable[Parcel]) -> dict[int, dt.datetime]:
    """Parcels ready at our own stations, and since when. What a carrier's station holds is its own to tell of."""
    ready = {p.pk: p for p in parcels if p.stage == Stage.READY_FOR_PICKUP and p.ready_at}
    if not ready:
        return {}
    since = min(p.ready_at for p in ready.values() if p.ready_at)
    here = Event.objects.filter(parcel__in=ready, code=Stage.READY_FOR_PICKUP, occurred_at__gte=since)
    voids = Event.objects.filter(parcel__in=ready, code=Act.VOID, occurred_at__gte=since)
    taken_back = set(voids.values_list("corrects_source", "corrects_event"))
    found: dict[int, dt.datetime] = {}
    for parcel, at, *name in (
        here.exclude(station=None)
        .order_by("occurred_at")
        .values_list("parcel_id", "occurred_at", "source_id", "source_event_id")
    ):
        if tuple(name) not in taken_back:
            found.setdefault(parcel, at)
    return found


def _wanted(
    parcel: Parcel, limits: dict[str, int], held: dt.datetime | None
) -> list[tuple[int, str, dt.datetime, dt.datetime]]:
    if parcel.is_closed:
        return []
    anchors = {}
    if parcel.last_event_at and parcel.stage != Stage.READY_FOR_PICKUP:  # at a shelf no news is no news
        anchors[TimerKind.NO_UPDATE] = parcel.last_event_at
    if held:
        anchors = dict.fromkeys(PICKUP_KINDS, held)
    return [
        (parcel.pk, kind.value, anchor, anchor + dt.timedelta(hours=limits[kind]))
        for kind, anchor in anchors.items()
        if kind in limits
    ]


def fire_due(*, now: dt.datetime, limit: int = 500) -> int:
    """Fire timers that are due, each in its own transaction. Returns how many."""
    due = list(
        Timer.objects.filter(due_at__lte=now, fired_at__isnull=True, cancelled_at__isnull=True)
        .order_by("due_at")
        .values_list("pk", flat=True)[:limit]
    )
    return sum(_fire(pk, now) for pk in due)


@transaction.atomic
def _fire(pk: int, now: dt.datetime) -> bool:
    timer = (
        Timer.objects.select_for_update(skip_locked=True)
        .filter(pk=pk, fired_at__isnull=True, cancelled_at__isnull=True)
        .first()
    )
    if timer is None:
        return False
    parcel = Parcel.objects.select_for_update(no_key=True).get(pk=timer.parcel_id)
    if not _still_waiting(timer, parcel):
        timer.cancelled_at = now
        timer.save(update_fields=["cancelled_at"])
        return False
    news = parcel.last_event_at
    if timer.kind == TimerKind.NO_UPDATE and news is not None and news > timer.anchor_at:
        return _start_again(timer, news, now)
    if timer.kind in PICKUP_KINDS and (lies := _lies_since(timer, parcel, now)) > timer.anchor_at:
        return _start_again(timer, lies, now)
    timer.fired_at = now
    timer.save(update_fields=["fired_at"])
    _EFFECTS[TimerKind(timer.kind)](timer, parcel, now)
    return True


def _still_waiting(timer: Timer, parcel: Parcel) -> bool:
    if parcel.is_closed:
        return False
    at_shelf = parcel.stage == Stage.READY_FOR_PICKUP
    return not at_shelf if timer.kind == TimerKind.NO_UPDATE else bool(held_since([parcel]))


def _start_again(timer: Timer, news: dt.datetime, now: dt.datetime) -> bool:
    """There was news since: wait from there."""
    span = timer.due_at - timer.anchor_at
    timer.anchor_at, timer.due_at = news, news + span
    timer.save(update_fields=["anchor_at", "due_at"])
    return False if timer.due_at > now else _fire(timer.pk, now)


def _lies_since(timer: Timer, parcel: Parcel, now: dt.datetime) -> dt.datetime:
    """Since when the oldest piece lies here, of a parcel of which some were collected; else since it is counted from.

    While none lies here there is nothing to collect or to send back. When the time to keep it has passed and the rest
    has not come, the count is told as wrong, and waiting starts again.
    """
    if parcel.pieces == 1 or not ParcelPiece.objects.filter(parcel=parcel, given_at__isnull=False).exists():
        return timer.anchor_at
    oldest = ParcelPiece.objects.filter(parcel=parcel, given_at=None).order_by("arrived_at").first()
    if oldest is not None:
        return oldest.arrived_at
    if timer.kind == TimerKind.RETURN and Issue.COUNT_MISMATCH not in parcel.issues:
        _report(timer, parcel, Issue.COUNT_MISMATCH, now)
    return now


def _no_update(timer: Timer, parcel: Parcel, now: dt.datetime) -> None:
    _report(timer, parcel, Issue.NO_UPDATE, now)


def _remind(timer: Timer, parcel: Parcel, now: dt.datetime) -> None:
    remind(parcel=parcel, key=timer.kind, now=now)


def _return(timer: Timer, parcel: Parcel, now: dt.datetime) -> None:
    """A week on the shelf: the issue tells everyone, the code is void, and the way back begins."""
    void_code(parcel=parcel, now=now)
    _report(timer, parcel, Issue.PICKUP_OVERDUE, now)
    _report(timer, parcel, Stage.RETURNING, now)


def _report(timer: Timer, parcel: Parcel, code: str, now: dt.datetime) -> None:
    event = NewEvent(
        number=parcel.waybill,
        code=str(getattr(code, "value", code)),
        at=timer.due_at.isoformat(),
        id=f"{code}:{parcel.pk}:{int(timer.anchor_at.timestamp())}",
        reason=timer.kind,
    )
    record_events(events=[event], source=source_for(actor=CLOCK, now=now), actor=CLOCK, now=now, vouched=True)


_EFFECTS = {
    TimerKind.NO_UPDATE: _no_update,
    TimerKind.REMIND_FIRST: _remind,
    TimerKind.REMIND_SECOND: _remind,
    TimerKind.RETURN: _return,
}

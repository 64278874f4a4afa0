"""The figures of one station today, for the people who work there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from logistics.desk.models import Scan
from logistics.desk.selectors import work_station
from logistics.desk.selectors_asked import numbers_to_ask
from logistics.desk.states import Result, Task
from logistics.parcels.models import Handover, Parcel
from logistics.parcels.selectors import stations_and_below
from logistics.parcels.selectors_handovers import my_side
from logistics.parcels.selectors_pieces import none_left
from logistics.parcels.states import RANKS, Direction, HandoverState, Issue, Stage
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import public_carriers
from logistics.registry.states import State, StationKind
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.clock import COUNTY_TIME

# From this rank on a parcel going down has arrived at a station of the kind.
_ARRIVED = {
    StationKind.HUB: Stage.AT_COUNTY,
    StationKind.TOWNSHIP: Stage.AT_TOWN,
    StationKind.VILLAGE: Stage.READY_FOR_PICKUP,
    StationKind.LOCKER: Stage.READY_FOR_PICKUP,
}


@dataclass(frozen=True, slots=True)
class Today:
    """Counts of parcels, handovers and, by task, of the scans that worked today."""

    expected: int = 0
    shelf: int = 0
    overdue: int = 0
    to_answer: int = 0
    to_ask: int = 0
    scans: dict[str, int] = field(default_factory=dict)


def station_today(*, actor: Actor, station: Station, now: dt.datetime) -> Today:
    """What is on its way to `station`, what lies there, what waits for its answer. Raises NotYourStation.

    Expected are announced parcels going down that have not arrived at a station of this kind: at the hub those of
    its county that no station has scanned yet, elsewhere those that are in the county's network already.
    """
    station = work_station(actor=actor, permission=Permission.HANDOVER_TAKE, code=station.code)
    lying = Parcel.objects.filter(station=station, stage=Stage.READY_FOR_PICKUP, closed_at=None)
    lying = lying.exclude(none_left()).aggregate(
        shelf=Count("pk"), overdue=Count("pk", filter=Q(issues__contains=[Issue.PICKUP_OVERDUE]))
    )
    return Today(
        expected=_expected(station).count(),
        shelf=lying["shelf"],
        overdue=lying["overdue"],
        to_answer=Handover.objects.filter(my_side(actor=actor, giving=False), state=HandoverState.PENDING).count(),
        to_ask=len(numbers_to_ask(station=station, now=now)),
        scans=_scans(station, now),
    )


def _expected(station: Station) -> QuerySet[Parcel]:
    down = Parcel.objects.filter(direction=Direction.DOWN, closed_at=None).exclude(stage=Stage.RETURNING)
    arrived = RANKS[Direction.DOWN][_ARRIVED[StationKind(station.kind)]]
    if station.kind == StationKind.HUB:
        # No station yet: the partial index over open parcels by station answers this whatever the county's history.
        return down.filter(station=None, area__startswith=station.division_id[:6], stage_rank__lt=arrived)
    at_county = RANKS[Direction.DOWN][Stage.AT_COUNTY]
    served = stations_and_below(frozenset({station.pk}))
    return down.filter(destination_station__in=served, stage_rank__gte=at_county, stage_rank__lt=arrived)


def _scans(station: Station, now: dt.datetime) -> dict[str, int]:
    midnight = now.astimezone(COUNTY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    # Tasks are named one by one, so that the index by station, task and time is read from its end.
    worked = Scan.objects.filter(
        station=station, task__in=Task.values, recorded_at__gte=midnight, result=Result.OK, undone_at=None
    )
    return dict(worked.values_list("task").annotate(n=Count("pk")).order_by("task"))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """To whom a station hands over: the one above it, those below it, and the county's carriers."""

    above: Station | None
    below: list[Station]
    carriers: list[Enterprise]


def neighbours_of(*, actor: Actor, station: Station) -> Neighbours:
    """Who may take over from `station`. Raises NotYourStation."""
    station = work_station(actor=actor, permission=Permission.HANDOVER_GIVE, code=station.code)
    below = Station.objects.filter(parent=station, state=State.ACTIVE).order_by("code")
    return Neighbours(above=station.parent, below=list(below), carriers=list(public_carriers()))

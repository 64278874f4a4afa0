"""The county in figures, for the home of the officials' site and its map: two statements, whatever its size.

Flow is counted in the log of today, a few tens of thousands of rows, found by the ids of events, which are in the
order of their writing (UUIDv7): an event of today was not written before today. Stock and issues come from the tally
that the table of parcels keeps (models/tally.py), a few thousand rows. Both are cut to divisions, by prefix. The
conditions are given out as querysets too, so that the list behind a figure holds exactly what was counted.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from logistics.parcels.models import DoorDelivery, Event, Parcel
from logistics.parcels.states import Act, Direction, Issue, Stage
from logistics.registry.models import Station
from logistics.registry.states import StationKind
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.clock import COUNTY_TIME
from portal.regions.models import Division
from portal.regions.states import Level

STOCK_STAGES = (Stage.COLLECTED, Stage.AT_COUNTY, Stage.BAGGED, Stage.AT_TOWN, Stage.READY_FOR_PICKUP)
DAY = dt.timedelta(days=1)
OVERDUE = (Issue.PICKUP_OVERDUE, Issue.OVERDUE_UNSIGNED, Issue.NO_UPDATE)

# What happened today, by a name the pages use: which event, in which direction. A parcel on the way down that was
# delivered was given out by one of our stations, taken to the door with our proof, or a carrier said that it is signed
# for. One on the way up is signed for in another city: nobody here gave it out.
FLOWS: dict[str, tuple[str, str]] = {
    "arrived": (Stage.AT_COUNTY, Direction.DOWN),
    "sent_down": (Stage.TO_TOWN, Direction.DOWN),
    "shelved": (Stage.READY_FOR_PICKUP, ""),
    "given_out": (Stage.DELIVERED, Direction.DOWN),
    "at_doors": (Stage.DELIVERED, Direction.DOWN),
    "signed": (Stage.DELIVERED, Direction.DOWN),
    "upstream": (Stage.COLLECTED, Direction.UP),
}
_CODES = sorted({str(code) for code, _direction in FLOWS.values()})

# Today's events first, then each of their parcels once by its id: with OFFSET 0 the planner does not read all parcels
# instead, nor all corrections of all months for the few that count here.
_FLOW = """
WITH today AS MATERIALIZED (
    SELECT e.parcel_id, e.code, e.source_id, e.source_event_id, e.station_id
    FROM parcels_event e
    WHERE e.occurred_at >= %(since)s AND e.occurred_at < %(until)s AND e.id >= %(floor)s AND e.code = ANY(%(codes)s)
), moved AS MATERIALIZED (
    SELECT p.*
    FROM (SELECT DISTINCT parcel_id FROM today) t, LATERAL (
        SELECT id, left(area, %(digits)s) AS part, direction, corrected
        FROM parcels_parcel WHERE id = t.parcel_id AND area LIKE ANY(%(areas)s) OFFSET 0
    ) p
)
SELECT part, code, direction, delivered, count(*)
FROM (
    SELECT p.id, p.part, e.code, p.direction,
        CASE WHEN e.code <> 'DELIVERED' THEN '' WHEN bool_or(d.parcel_id IS NOT NULL) THEN 'at_doors'
             WHEN bool_or(e.station_id IS NOT NULL) THEN 'given_out' ELSE 'signed' END AS delivered
    FROM today e
    JOIN moved p ON p.id = e.parcel_id
    LEFT JOIN parcels_doordelivery d ON d.parcel_id = p.id AND d.undone_at IS NULL AND e.code = 'DELIVERED'
    WHERE NOT (p.corrected AND EXISTS (
          SELECT 1 FROM parcels_event v WHERE v.parcel_id = p.id AND v.code = 'VOID'
             AND v.corrects_source = e.source_id AND v.corrects_event = e.source_event_id OFFSET 0))
    GROUP BY 1, 2, 3, 4
) flowed
GROUP BY 1, 2, 3, 4
"""
_OPEN = """
SELECT left(area, %(digits)s), station_id, stage, direction, issues, sum(parcels)
FROM parcels_opentally
WHERE area LIKE ANY(%(areas)s)
GROUP BY 1, 2, 3, 4, 5
HAVING sum(parcels) <> 0
"""


@dataclass(slots=True)
class Part:
    """Figures of one part of the area (a township; a village of a township official), or of the whole."""

    flow: Counter = field(default_factory=Counter)  # name of FLOWS → parcels today
    stock: Counter = field(default_factory=Counter)  # kind of station → parcels lying there
    issues: Counter = field(default_factory=Counter)  # issue → open parcels
    on_the_way: int = 0
    overdue: int = 0

    @property
    def waiting(self) -> int:
        return sum(self.stock.values())

    @property
    def done(self) -> int:
        return self.flow["given_out"] + self.flow["at_doors"] + self.flow["signed"]


@dataclass(slots=True)
class County:
    """All figures of one area at `at`. `stations` counts what lies at each station, `stuck` what is late there."""

    at: dt.datetime
    whole: Part = field(default_factory=Part)
    parts: dict[str, Part] = field(default_factory=dict)  # division prefix → figures
    stations: Counter = field(default_factory=Counter)
    stuck: Counter = field(default_factory=Counter)


def day_start(now: dt.datetime) -> dt.datetime:
    return now.astimezone(COUNTY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)


def first_id(moment: dt.datetime) -> uuid.UUID:
    """The lowest UUIDv7 that an event written at `moment` or later can have."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def parts_of(areas: Iterable[str]) -> list[Division]:
    """What an area is compared by: the townships of a county, the villages of a township."""
    wanted = Q(pk__in=[])
    for area in areas:
        wanted |= Q(prefix__startswith=area, level=_digits([area]))
    return list(Division.objects.filter(wanted).order_by("code"))


def _digits(areas: Iterable[str]) -> int:
    return int(Level.TOWNSHIP if any(len(area) < int(Level.TOWNSHIP) for area in areas) else Level.VILLAGE)


def county_figures(*, actor: Actor, now: dt.datetime, permission: str = Permission.PARCEL_VIEW) -> County:
    """Figures of the divisions where the actor holds `permission`: three statements."""
    areas = sorted(demand(actor).scope(permission).divisions)
    kinds = dict(Station.objects.values_list("pk", "kind"))
    digits = _digits(areas)
    found = County(at=now)
    for prefix, code, direction, delivered, count in _rows(_FLOW, areas, digits, now):
        _add_flow(found, prefix, code, direction, delivered, count)
    for prefix, station, stage, direction, issues, count in _rows(_OPEN, areas, digits, now):
        lying = lies(stage, direction)
        late = bool(set(issues) & set(OVERDUE))
        for part in (found.whole, found.parts.setdefault(prefix, Part())):
            part.on_the_way += count
            part.overdue += count if late else 0
            part.issues.update(dict.fromkeys(issues, count))
            if lying and station in kinds:
                part.stock[_level(kinds[station])] += count
        if station is not None:
            found.stations[station] += count if lying else 0
            found.stuck[station] += count if late else 0
    return found


def lies(stage: str, direction: str) -> bool:
    """Whether a parcel in this stage lies at a station. Collected ones only on the way up: else a carrier has them."""
    return stage in STOCK_STAGES and (stage != Stage.COLLECTED or direction == Direction.UP)


def _level(kind: str) -> str:
    return StationKind.VILLAGE if kind == StationKind.LOCKER else kind


def _add_flow(found: County, prefix: str, code: str, direction: str, delivered: str, count: int) -> None:
    for name, (wanted, way) in FLOWS.items():
        if code == wanted and way in ("", direction) and delivered in ("", name):
            found.whole.flow[name] += count
            found.parts.setdefault(prefix, Part()).flow[name] += count


def _rows(statement: str, areas: Iterable[str], digits: int, now: dt.datetime) -> list[tuple]:
    since = day_start(now)
    values: dict[str, Any] = {
        "areas": [f"{area}%" for area in areas], "digits": digits, "since": since, "until": since + DAY,
        "floor": first_id(since), "codes": _CODES,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '32MB'")  # grouping a hundred thousand rows stays off the disk
        cursor.execute(statement, values)
        return cursor.fetchall()


# -- the lists behind the figures ---------------------------------------------------------------------------
def flowed_today(parcels: QuerySet[Parcel], name: str, now: dt.datetime) -> QuerySet[Parcel]:
    """Those of `parcels` that the figure `name` of FLOWS counts."""
    code, direction = FLOWS[name]
    since = day_start(now)
    events = Event.objects.filter(
        occurred_at__gte=since, occurred_at__lt=since + DAY, id__gte=first_id(since), code=code
    )
    if direction:
        parcels = parcels.filter(direction=direction)
    taken_back = Event.objects.filter(
        parcel=OuterRef("parcel"), code=Act.VOID, corrects_source=OuterRef("source_id"),
        corrects_event=OuterRef("source_event_id"),
    )  # fmt: skip
    events = events.filter(~Exists(taken_back))
    parcels = parcels.filter(pk__in=events.values("parcel"))
    return _delivered(parcels, events, name) if code == Stage.DELIVERED else parcels


def _delivered(parcels: QuerySet[Parcel], events: QuerySet[Event], name: str) -> QuerySet[Parcel]:
    at_door = Exists(DoorDelivery.objects.filter(parcel=OuterRef("pk"), undone_at=None))
    here = Q(pk__in=events.filter(station__isnull=False).values("parcel"))
    return parcels.filter(
        {"at_doors": Q(at_door), "given_out": ~Q(at_door) & here, "signed": ~Q(at_door) & ~here}[name]
    )


def lying_at(parcels: QuerySet[Parcel], level: str) -> QuerySet[Parcel]:
    """Those that lie at a station of this level; lockers count as village stations."""
    kinds = [level, StationKind.LOCKER] if level == StationKind.VILLAGE else [level]
    on_shelf = Q(stage__in=[s for s in STOCK_STAGES if s != Stage.COLLECTED])
    on_shelf |= Q(stage=Stage.COLLECTED, direction=Direction.UP)
    return parcels.filter(on_shelf, closed_at=None, station__kind__in=kinds)


def late(parcels: QuerySet[Parcel]) -> QuerySet[Parcel]:
    return parcels.filter(closed_at=None, issues__overlap=[str(issue) for issue in OVERDUE])


def with_issue(parcels: QuerySet[Parcel], issue: str) -> QuerySet[Parcel]:
    """Issues end with the journey, so only parcels on their way are looked at: they have an index of their own."""
    return parcels.filter(closed_at=None, issues__contains=[issue])

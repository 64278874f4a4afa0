"""What a confirmed handover or an opened bag proves of where parcels are, as events of the log.

A driver who confirms at a station leaves it with the load; a station that confirms has it; what is counted out of a bag
has arrived where the bag was opened. Why, and what is not concluded: docs/decisions/evidence-moves-the-stage.md.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, Parcel
from logistics.parcels.states import DEPARTURES, RANKS, Act, CorrectionReason, Direction, Stage
from logistics.registry.models import Station
from logistics.registry.states import StationKind
from portal.core.actor import system_actor

CUSTODY = system_actor("custody")  # one source of these events, so that their ids are unique whoever confirms
ARRIVALS = {StationKind.HUB.value: Stage.AT_COUNTY, StationKind.TOWNSHIP.value: Stage.AT_TOWN}
_ARRIVED = frozenset(ARRIVALS.values())


@dataclass(frozen=True, slots=True)
class Proven:
    """A parcel reached `stage` at `station`."""

    parcel: Parcel
    stage: Stage
    station: Station


def key(kind: str, of: uuid.UUID | int, parcel: Parcel) -> str:
    """The id of an event that follows from one handover or bag for one parcel: made once, whoever asks again."""
    return f"{kind}:{of.hex if isinstance(of, uuid.UUID) else of}:{parcel.pk}"


def concluded(event: Event) -> bool:
    """Whether the event follows from a handover or a bag, and nobody scanned the parcel itself."""
    return event.source_event_id.startswith(("handover:", "bag:")) and event.source.code == CUSTODY.id


def departure(parcel: Parcel, station: Station, bound_for: Station | None) -> Proven | None:
    """Where the parcel is going when a driver takes it over at `station`; `bound_for` is where its bag goes.

    None where a person takes it for another reason: to the door, back to the hub, to a carrier's depot.
    """
    if parcel.stage == Stage.RETURNING:
        return None
    up = parcel.direction == Direction.UP
    stage = _up_from(station, bound_for) if up else _down_from(parcel, station, bound_for)
    return Proven(parcel, stage, station) if stage else None


def _up_from(station: Station, bound_for: Station | None) -> Stage | None:
    if station.kind == StationKind.HUB:
        return None
    to = bound_for or station.parent
    through_town = station.kind != StationKind.TOWNSHIP and (to is None or to.kind == StationKind.TOWNSHIP)
    return Stage.TO_TOWN if through_town else Stage.TO_COUNTY


def _down_from(parcel: Parcel, station: Station, bound_for: Station | None) -> Stage | None:
    to = parcel.destination_station
    if to is not None and (to.pk == station.pk or station.pk not in chain_of(to)):
        return None
    if station.kind == StationKind.HUB:
        past_town = bound_for is not None and bound_for.kind not in ARRIVALS
        return Stage.TO_VILLAGE if past_town else Stage.TO_TOWN
    return Stage.TO_VILLAGE if station.kind == StationKind.TOWNSHIP and to is not None else None


def arrival(parcel: Parcel, station: Station, came_from: Station | None = None) -> Proven | None:
    """What it means that `station` holds the parcel now. None at a station that is not on its way: a scan asks there.

    At the village station the shelf, the consent and the code are still to come: that is the inbound scan's to say.
    """
    down = parcel.direction == Direction.DOWN and parcel.stage != Stage.RETURNING
    to = parcel.destination_station
    if down and to is not None and station.pk not in chain_of(to):
        return None
    if stage := ARRIVALS.get(station.kind):
        return Proven(parcel, stage, station)
    on_the_way = parcel.stage_rank >= RANKS[parcel.direction].get(Stage.TO_VILLAGE, 0)
    if not down or to is None or on_the_way:
        return None
    return Proven(parcel, Stage.TO_VILLAGE, came_from or station)


def chain_of(station: Station) -> list[int]:
    """The station and the two levels above it (township, hub)."""
    parent = station.parent
    above = parent.parent_id if parent is not None else None
    return [pk for pk in (station.pk, station.parent_id, above) if pk is not None]


def not_yet(proven: Iterable[Proven | None]) -> list[Proven]:
    """Those that the log does not say already of this stay at the station, by a scan, a departure or a handover.

    The parcels are locked. One statement.
    """
    wanted = [row for row in proven if row is not None]
    told = _told(wanted)
    return [row for row in wanted if not _is_told(row, told[row.parcel.pk])]


def _is_told(row: Proven, events: Sequence[Event]) -> bool:
    """Whether the last arrival or departure at this station is this one already, or a departure for further on.

    What comes back comes a second time.
    """
    since = row.parcel.stage_at if row.parcel.stage == Stage.RETURNING else None
    here = [e for e in events if e.station_id == row.station.pk and (since is None or e.occurred_at >= since)]
    if not here or (row.stage in DEPARTURES) != (here[-1].code in DEPARTURES):
        return False
    ranks = RANKS[row.parcel.direction]
    return ranks.get(row.stage, 0) <= ranks.get(here[-1].code, 0)


def _told(rows: Sequence[Proven]) -> dict[int, list[Event]]:
    """Standing arrivals and departures by parcel, in the order in which they happened."""
    begun = [at for row in rows if (at := row.parcel.first_event_at) is not None]
    found: dict[int, list[Event]] = defaultdict(list)
    if not begun:
        return found
    said = Event.objects.select_related("source", "parcel").filter(
        parcel__in=[row.parcel.pk for row in rows],
        occurred_at__gte=min(begun),
        code__in=_ARRIVED | DEPARTURES | {Act.VOID},
    )
    events = list(said.order_by("occurred_at", "id"))
    taken_back = {(e.corrects_source, e.corrects_event) for e in events if e.code == Act.VOID}
    for one in events:
        if one.code != Act.VOID and (one.source_id, one.source_event_id) not in taken_back:
            found[one.parcel_id].append(one)
    return found


def stated(rows: Iterable[Proven], *, kind: str, of: uuid.UUID | int, at: str) -> list[NewEvent]:
    """The events of `rows`, dated `at`, that follow from the handover or bag `of`."""
    return [
        NewEvent(
            id=key(kind, of, row.parcel), number=row.parcel.waybill, code=str(row.stage), at=at,
            station=row.station.code,
        )
        for row in rows
    ]  # fmt: skip


def resting_on(parcel: Parcel, events: Sequence[Event]) -> list[Event]:
    """Standing events that were concluded from custody events among `events`: they fall with them."""
    keys = {e.source_event_id.replace("custody:", "handover:", 1) for e in events if e.code == Act.CUSTODY}
    return _standing(parcel, [k for k in keys if k.startswith("handover:")])


def arrived_by_handover(parcels: Sequence[Parcel], station: Station) -> list[Event]:
    """Standing arrivals at `station` that nobody saw: the sealed bag was signed for there, with what is in it."""
    stage = ARRIVALS.get(station.kind)
    told = _told([Proven(p, stage, station) for p in parcels] if stage else [])
    here = [e for events in told.values() for e in events if e.code == stage and e.station_id == station.pk]
    return [e for e in here if e.source_event_id.startswith("handover:") and e.source.code == CUSTODY.id]


def _standing(parcel: Parcel, keys: Sequence[str]) -> list[Event]:
    if not keys or parcel.first_event_at is None:
        return []
    since = Event.objects.select_related("source").filter(parcel=parcel, occurred_at__gte=parcel.first_event_at)
    voids = since.filter(code=Act.VOID).values_list("corrects_source", "corrects_event")
    taken_back = set(voids)
    known = since.filter(source__code=CUSTODY.id, source_event_id__in=keys)
    return [e for e in known if (e.source_id, e.source_event_id) not in taken_back]


def taken_back(
    events: Iterable[Event], *, at: str, reason: str = CorrectionReason.DID_NOT_OCCUR.value
) -> list[NewEvent]:
    """Corrections of `events`. Of each one only, however often it is asked."""
    return [
        NewEvent(
            id=f"void:{e.pk.hex}", number=e.parcel.waybill, code=Act.VOID.value, at=at, reason=reason,
            corrects=e.source_event_id, corrects_source=e.source.code,
        )
        for e in events
    ]  # fmt: skip

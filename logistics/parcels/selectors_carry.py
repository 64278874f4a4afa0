"""Reads of what a person carries and brings to the door, cut to the actor."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.events import normalise_number
from logistics.parcels.models import Bag, BagItem, Handover, HandoverItem, Parcel, ParcelContact
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.selectors_handovers import names_of
from logistics.parcels.states import RANKS, BagState, ContactRole, Custodian, Direction, Stage
from logistics.registry.models import Station
from logistics.registry.selectors import stations_within
from logistics.registry.states import State
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.masking import mask_address, mask_name
from portal.regions.selectors import with_paths

MOST_STATIONS = 400  # a county's
_AT_STATION = RANKS[Direction.DOWN][Stage.READY_FOR_PICKUP]


# -- what I carry ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Carried:
    """A parcel in the actor's hands; `giver` and `since` are of the handover that put it there."""

    parcel: Parcel
    giver: str
    since: dt.datetime | None
    offered: bool  # it is on a handover that nobody has answered yet


@dataclass(slots=True)
class Load:
    """What goes to one place: sealed bags with their contents, and loose parcels."""

    station: Station | None
    bags: list[tuple[Bag, list[Carried]]] = field(default_factory=list)
    loose: list[Carried] = field(default_factory=list)

    @property
    def pieces(self) -> int:
        return len(self.loose) + sum(len(inside) for _bag, inside in self.bags)


def carried_parcels(*, actor: Actor) -> QuerySet[Parcel]:
    """Open parcels that the last handover put into the actor's own hands."""
    return Parcel.objects.filter(
        custody_kind=Custodian.PERSON, custody_ref=demand(actor).id, closed_at__isnull=True
    ).select_related("destination_station", "origin_station", "destination")


def my_load(*, actor: Actor) -> list[Load]:
    """What the actor carries, by the place it goes to. A fixed number of statements."""
    parcels = list(carried_parcels(actor=actor).order_by("pk"))
    ids = [p.pk for p in parcels]
    came = _came_from(actor, ids)
    open_items = HandoverItem.objects.filter(parcel__in=ids, open=True, expected=True)
    offered = set(open_items.values_list("parcel_id", flat=True))
    inside = BagItem.objects.filter(parcel__in=ids, removed_at=None, bag__state=BagState.SEALED)
    bag_of = {item.parcel_id: item.bag for item in inside.select_related("bag__destination")}
    hub = _hub_of(actor)
    loads: dict[int | None, Load] = {}
    in_bags: dict[Bag, list[Carried]] = defaultdict(list)
    for parcel in parcels:
        giver, since = came.get(parcel.pk, ("", None))
        carried = Carried(parcel, giver, since, parcel.pk in offered)
        bag = bag_of.get(parcel.pk)
        if bag is not None:
            in_bags[bag].append(carried)
            continue
        to = _bound_for(parcel, hub)
        loads.setdefault(to.pk if to else None, Load(to)).loose.append(carried)
    for bag, contents in in_bags.items():
        loads.setdefault(bag.destination_id, Load(bag.destination)).bags.append((bag, contents))
    return sorted(loads.values(), key=lambda load: load.station.code if load.station else "~")


def taker_stations(*, actor: Actor) -> list[Station]:
    """Stations that goods can be handed to: those within reach, and those above the actor's own."""
    scope = demand(actor).scope(Permission.HANDOVER_GIVE)
    above = Q(children__in=scope.stations) | Q(children__children__in=scope.stations)
    rows = Station.objects.filter(stations_within(scope) | above) if not scope.everything else Station.objects.all()
    return list(rows.exclude(state=State.CLOSED).distinct().order_by("code")[:MOST_STATIONS])


def _bound_for(parcel: Parcel, hub: Station | None) -> Station | None:
    if parcel.direction == Direction.DOWN and parcel.stage != Stage.RETURNING:
        return parcel.destination_station
    return hub


def _hub_of(actor: Actor) -> Station | None:
    """The county hub above the actor's first station: where parcels on their way out go."""
    scope = actor.scope(Permission.HANDOVER_TAKE)
    station = Station.objects.filter(pk__in=scope.stations).select_related("parent__parent").order_by("pk").first()
    while station is not None and station.parent is not None:
        station = station.parent
    return station


def _came_from(actor: Actor, ids: list[int]) -> dict[int, tuple[str, dt.datetime | None]]:
    """By parcel: who gave it to the actor last, and when."""
    rows = HandoverItem.objects.filter(
        parcel__in=ids, scanned=True, expected=True, handover__to_kind=Custodian.PERSON, handover__to_ref=actor.id
    )
    last: dict[int, Handover] = {}
    for item in rows.select_related("handover").order_by("handover__answered_at"):
        last[item.parcel_id] = item.handover
    names = names_of({(h.from_kind, h.from_ref) for h in last.values()})
    return {pk: (names[h.from_kind, h.from_ref].name, h.answered_at) for pk, h in last.items()}


# -- the round from door to door ------------------------------------------------------------------


@dataclass(slots=True)
class Stop:
    """A parcel of the round, with its recipient masked. `failed` are the open issues of an attempt."""

    parcel: Parcel
    name: str
    address: str
    out: bool
    failed: list[str]


def my_round(*, actor: Actor, failed: Iterable[str]) -> list[Stop]:
    """What the actor may bring to the door: parcels in their hands that are on their way down and in no bag, and what
    went out from the stations where they give out. By village. A fixed number of statements.
    """
    mine = Q(custody_kind=Custodian.PERSON, custody_ref=demand(actor).id, stage_rank__lt=_AT_STATION)
    counters = actor.scope(Permission.STATION_GIVE_OUT).stations
    if counters:
        went_out = Q(station__in=counters, stage=Stage.OUT_FOR_DELIVERY) & ~Q(custody_kind=Custodian.PERSON)
        mine |= went_out
    rows = visible_parcels(actor=actor, permission=Permission.PARCEL_DELIVER).filter(
        mine, direction=Direction.DOWN, closed_at__isnull=True
    )
    bagged = BagItem.objects.filter(parcel=OuterRef("pk"), removed_at=None)
    parcels = list(
        rows.filter(~Exists(bagged)).select_related("destination", "destination_station").order_by("destination", "pk")
    )
    people = ParcelContact.objects.filter(parcel__in=parcels, role=ContactRole.RECIPIENT)
    contacts = {contact.parcel_id: contact for contact in people}
    return [_stop(parcel, contacts.get(parcel.pk), set(failed)) for parcel in parcels]


def _stop(parcel: Parcel, contact: ParcelContact | None, failed: set[str]) -> Stop:
    return Stop(
        parcel=parcel,
        name=mask_name(contact.name) if contact else "",
        address=mask_address(contact.address).strip("*") if contact else "",  # down to the village, no further
        out=parcel.stage == Stage.OUT_FOR_DELIVERY and not failed & set(parcel.issues),
        failed=[issue for issue in parcel.issues if issue in failed],
    )


def parcel_to_deliver(*, actor: Actor, number: str) -> Parcel:
    """A parcel of where the actor delivers, by any of its numbers, also one in other hands: setting out with it says
    so. Raises ParcelNotFound."""
    return _by_number(visible_parcels(actor=actor, permission=Permission.PARCEL_DELIVER), number)


def stop_of(*, actor: Actor, number: str, failed: Iterable[str]) -> Stop:
    """One parcel that the actor may deliver and whose people they may see, by any of its numbers. Raises
    ParcelNotFound."""
    seen = visible_parcels(actor=actor, permission=Permission.PARCEL_VIEW_PERSONAL)
    rows = visible_parcels(actor=actor, permission=Permission.PARCEL_DELIVER).filter(pk__in=seen.values("pk"))
    parcel = _by_number(rows, number)
    contact = ParcelContact.objects.filter(parcel=parcel, role=ContactRole.RECIPIENT).first()
    return _stop(parcel, contact, set(failed))


def _by_number(rows: QuerySet[Parcel], number: str) -> Parcel:
    found = rows.filter(numbers__number=normalise_number(number)).select_related(
        "destination", "destination_station", "station", "carrier"
    )
    parcel = found.order_by("-pk").first()
    if parcel is None:
        raise ParcelNotFound()
    return parcel


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parcel goes: the names down to the village, and a point for a map ("" when unknown)."""

    names: str
    point: str


def place_of(parcel: Parcel) -> Place:
    """By division, never by the written address: nothing of a person gets into a link to a map."""
    station = parcel.destination_station
    names = with_paths([parcel.destination])[0].full_name if parcel.destination is not None else ""
    for spot in (parcel.destination, station):
        if spot is not None and spot.longitude is not None and spot.latitude is not None:
            return Place(names, f"{spot.latitude},{spot.longitude}")
    return Place(names, "")

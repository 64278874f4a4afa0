"""Reads of what a person carries, of handovers and of their pictures, cut to the actor."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from logistics.parcels.errors import ParcelNotFound, spoken
from logistics.parcels.events import normalise_number
from logistics.parcels.models import Bag, BagItem, Handover, HandoverItem, Parcel, ParcelContact, Photo
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.states import RANKS, BagState, ContactRole, Custodian, Direction, HandoverState, Stage
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import stations_within
from logistics.registry.states import State
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand
from portal.core.masking import mask_address, mask_name
from portal.regions.selectors import with_paths

RECENT = 50
MOST_STATIONS = 400  # a county's
_AT_STATION = RANKS[Direction.DOWN][Stage.READY_FOR_PICKUP]


# -- handovers ------------------------------------------------------------------------------------


def my_side(*, actor: Actor, giving: bool | None = None) -> Q:
    """Handovers of which the actor speaks for the giver (`giving`), the taker (not `giving`), or either (None)."""
    sides = []
    if giving is not False:
        sides.append(("from", Permission.HANDOVER_GIVE))
    if giving is not True:
        sides.append(("to", Permission.HANDOVER_TAKE))
    reach = Q(pk__in=[])
    for side, permission in sides:
        if demand(actor).may(permission):
            reach |= _spoken_for(actor, side, actor.scope(permission))
    return reach


def _spoken_for(actor: Actor, side: str, scope: Scope) -> Q:
    person = Q(**{f"{side}_kind": Custodian.PERSON, f"{side}_ref": actor.id})
    if scope.everything:
        return person | Q(**{f"{side}_kind__in": [Custodian.STATION, Custodian.CARRIER]})
    stations = Q(pk__in=scope.stations) | Q(operator__in=scope.enterprises)
    firms = Q(pk__in=scope.enterprises)
    for prefix in scope.divisions:
        stations |= Q(division__code__startswith=prefix)
        firms |= Q(division__code__startswith=prefix)
    of_station = {f"{side}_kind": Custodian.STATION, f"{side}_ref__in": Station.objects.filter(stations).values("code")}
    of_firm = {f"{side}_kind": Custodian.CARRIER, f"{side}_ref__in": Enterprise.objects.filter(firms).values("code")}
    return person | Q(**of_station) | Q(**of_firm)


def on_a_side(*, actor: Actor, handover: Handover) -> bool:
    return Handover.objects.filter(my_side(actor=actor), pk=handover.pk).exists()


def visible_handovers(*, actor: Actor) -> QuerySet[Handover]:
    """Handovers of the actor's own sides; for officials those at the stations of their area."""
    scope = demand(actor).scope(Permission.PARCEL_VIEW)
    reach = my_side(actor=actor)
    if scope.everything:
        return Handover.objects.all()
    if scope.divisions:
        over = stations_within(Scope(divisions=scope.divisions))
        reach |= Q(station__in=Station.objects.filter(over).values("pk"))
    return Handover.objects.filter(reach)


@dataclass(frozen=True, slots=True)
class Side:
    """A party as a page names it: a place, a firm, or the number on a badge; never a person's name."""

    kind: str
    ref: str
    name: str


@dataclass(frozen=True, slots=True)
class HandoverView:
    handover: Handover
    giver: Side
    taker: Side
    mine_to_answer: bool
    mine_to_withdraw: bool


def handover_views(*, actor: Actor, handovers: Iterable[Handover]) -> list[HandoverView]:
    """With the names of both sides, in a fixed number of statements."""
    rows = list(handovers)
    ids = [row.pk for row in rows]
    names = names_of({(h.from_kind, h.from_ref) for h in rows} | {(h.to_kind, h.to_ref) for h in rows})
    pending = Handover.objects.filter(pk__in=ids, state=HandoverState.PENDING)
    answer = set(pending.filter(my_side(actor=actor, giving=False)).values_list("pk", flat=True))
    withdraw = set(pending.filter(my_side(actor=actor, giving=True)).values_list("pk", flat=True))
    return [
        HandoverView(
            row,
            names[row.from_kind, row.from_ref],
            names[row.to_kind, row.to_ref],
            row.pk in answer and row.offered_by != actor.id,
            row.pk in withdraw,
        )
        for row in rows
    ]


def names_of(parties: set[tuple[str, str]]) -> dict[tuple[str, str], Side]:
    """How parties are called on a page. Two statements, however many there are."""
    codes = {kind: {ref for k, ref in parties if k == kind} for kind in (Custodian.STATION, Custodian.CARRIER)}
    stations = dict(Station.objects.filter(code__in=codes[Custodian.STATION]).values_list("code", "name"))
    firms = dict(Enterprise.objects.filter(code__in=codes[Custodian.CARRIER]).values_list("code", "short_name"))
    known = {Custodian.STATION: stations, Custodian.CARRIER: firms}
    named = {}
    for kind, ref in parties:
        name = spoken(ref) if kind == Custodian.PERSON else known.get(Custodian(kind), {}).get(ref, ref)
        named[kind, ref] = Side(kind, ref, name)
    return named


def holder_of(parcel: Parcel) -> str:
    """Who holds a parcel, as a page names them; "" when the kind says it all or nobody recorded it."""
    if not parcel.custody_ref:
        return ""
    return names_of({(parcel.custody_kind, parcel.custody_ref)})[parcel.custody_kind, parcel.custody_ref].name


def open_handovers(*, actor: Actor) -> list[HandoverView]:
    """Offers that wait for an answer, from or to the actor's sides, oldest first."""
    rows = Handover.objects.filter(my_side(actor=actor), state=HandoverState.PENDING)
    found = rows.select_related("station").order_by("offered_at")[:RECENT]
    return handover_views(actor=actor, handovers=found)


def recent_handovers(*, actor: Actor, state: str = "") -> list[HandoverView]:
    """The newest handovers the actor may see, newest first."""
    rows = visible_handovers(actor=actor)
    if state:
        rows = rows.filter(state=state)
    found = rows.select_related("station").order_by("-offered_at")[:RECENT]
    return handover_views(actor=actor, handovers=found)


@dataclass(frozen=True, slots=True)
class HandoverDetail:
    view: HandoverView
    bags: list[tuple[Bag, int, int]]  # a sealed bag, its parcels, how many of them were taken over
    loose: list[HandoverItem]
    extra: list[HandoverItem]
    missing: list[HandoverItem]
    photos: list[Photo]

    @property
    def numbers(self) -> list[str]:
        """What a taker scans when all is there: bags and loose parcels."""
        return [bag.number for bag, _n, _m in self.bags] + [item.parcel.waybill for item in self.loose]


def handover_detail(*, actor: Actor, handover_id: uuid.UUID) -> HandoverDetail | None:
    """One handover with all that was offered and found; None beyond the actor's reach."""
    row = visible_handovers(actor=actor).select_related("station").filter(pk=handover_id).first()
    if row is None:
        return None
    (view,) = handover_views(actor=actor, handovers=[row])
    items = list(row.items.select_related("parcel__destination_station", "bag").order_by("pk"))
    bags: dict[int, tuple[Bag, list[HandoverItem]]] = {}
    for item in items:
        if item.bag is not None:
            bags.setdefault(item.bag.pk, (item.bag, []))[1].append(item)
    answered = row.state in (HandoverState.CONFIRMED, HandoverState.DISPUTED)
    return HandoverDetail(
        view=view,
        bags=[(bag, len(inside), sum(i.scanned for i in inside)) for bag, inside in bags.values()],
        loose=[i for i in items if i.expected and i.bag_id is None],
        extra=[i for i in items if not i.expected],
        missing=[i for i in items if i.expected and not i.scanned] if answered else [],
        photos=list(row.photos.order_by("taken_at")),
    )


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


def stop_of(*, actor: Actor, number: str, failed: Iterable[str]) -> Stop:
    """One parcel that the actor may deliver, by any of its numbers. Raises ParcelNotFound."""
    rows = visible_parcels(actor=actor, permission=Permission.PARCEL_DELIVER)
    found = rows.filter(numbers__number=normalise_number(number)).select_related(
        "destination", "destination_station", "station", "carrier"
    )
    parcel = found.order_by("-pk").first()
    if parcel is None:
        raise ParcelNotFound()
    contact = ParcelContact.objects.filter(parcel=parcel, role=ContactRole.RECIPIENT).first()
    return _stop(parcel, contact, set(failed))


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


# -- pictures -------------------------------------------------------------------------------------


def visible_photos(*, actor: Actor) -> QuerySet[Photo]:
    """Pictures of parcels whose people the actor may see, and of handovers the actor is a side of or oversees."""
    over = visible_parcels(actor=actor, permission=Permission.PARCEL_VIEW_PERSONAL)
    reach = Q(handover__in=Handover.objects.filter(my_side(actor=actor)).values("pk"))
    if demand(actor).may(Permission.PARCEL_VIEW_PERSONAL):
        reach |= Q(parcel__in=over.values("pk"))
        divisions = actor.scope(Permission.PARCEL_VIEW_PERSONAL).divisions
        if divisions:
            within = stations_within(Scope(divisions=divisions))
            reach |= Q(handover__station__in=Station.objects.filter(within).values("pk"))
    return Photo.objects.filter(reach)


def photo_in_scope(*, actor: Actor, photo_id: uuid.UUID) -> Photo | None:
    return visible_photos(actor=actor).filter(pk=photo_id).first()


def photos_of(*, actor: Actor, parcel: Parcel) -> list[Photo]:
    """A parcel's pictures, oldest first; none for who may not see its people."""
    return list(visible_photos(actor=actor).filter(parcel=parcel).order_by("taken_at"))

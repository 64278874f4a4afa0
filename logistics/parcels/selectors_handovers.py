"""Reads of handovers and of the pictures kept as evidence, cut to the actor."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from logistics.parcels.errors import spoken
from logistics.parcels.models import Bag, Handover, HandoverItem, Parcel, Photo
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.states import Custodian, HandoverState
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import stations_within
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand
from portal.core.clock import now as clock_now

RECENT = 50
ANSWER_BACK_WITHIN = dt.timedelta(minutes=30)


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
    mine_to_take_back: bool  # answered by this very person, not long ago
    meaning: str  # what the answer says of the way, or will say


def handover_views(*, actor: Actor, handovers: Iterable[Handover]) -> list[HandoverView]:
    """With the names of both sides, in a fixed number of statements."""
    rows = list(handovers)
    ids = [row.pk for row in rows]
    names = names_of({(h.from_kind, h.from_ref) for h in rows} | {(h.to_kind, h.to_ref) for h in rows})
    pending = Handover.objects.filter(pk__in=ids, state=HandoverState.PENDING)
    answer = set(pending.filter(my_side(actor=actor, giving=False)).values_list("pk", flat=True))
    withdraw = set(pending.filter(my_side(actor=actor, giving=True)).values_list("pk", flat=True))
    views = []
    for row in rows:
        giver, taker = names[row.from_kind, row.from_ref], names[row.to_kind, row.to_ref]
        answers = row.pk in answer and row.offered_by != actor.id
        withdraws = row.pk in withdraw and not answers and not is_taker(actor, row)
        back = answered_by_me(actor, row) and clock_now() - (row.answered_at or row.offered_at) <= ANSWER_BACK_WITHIN
        views.append(HandoverView(row, giver, taker, answers, withdraws, back, _meaning(row, giver, taker)))
    return views


def is_taker(actor: Actor, handover: Handover) -> bool:
    """Whether the goods were offered to this very person: it is not for them to take the offer back."""
    return (handover.to_kind, handover.to_ref) == (Custodian.PERSON, actor.id)


def answered_by_me(actor: Actor, handover: Handover) -> bool:
    answered = handover.state in (HandoverState.CONFIRMED, HandoverState.DISPUTED)
    return answered and handover.answered_by == actor.id


def _meaning(row: Handover, giver: Side, taker: Side) -> str:
    """What a confirmation says of where the goods are (services/evidence.py); "" where it says nothing."""
    if row.state == HandoverState.WITHDRAWN:
        return ""
    answered = row.state != HandoverState.PENDING
    if row.to_kind == Custodian.STATION:
        told = gettext("已记到%(place)s。") if answered else gettext("%(place)s确认后，记为已到。")
        return told % {"place": taker.name}
    if row.to_kind == Custodian.PERSON and row.from_kind == Custodian.STATION:
        told = gettext("已记离开%(place)s，不用再点发车。") if answered else gettext("确认后，记为离开%(place)s。")
        return told % {"place": giver.name}
    return ""


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

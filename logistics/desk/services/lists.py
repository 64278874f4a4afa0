"""Bags, handovers and numbers as the scan pages work with them: between a list of barcodes and the services."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.desk.barcodes import Kind, read_barcode
from logistics.desk.services.places import bag_of_actor, handover_by_id
from logistics.parcels.errors import StationNotFound
from logistics.parcels.models import Bag, Handover, HandoverItem, Parcel
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.services import bags as bag_services
from logistics.parcels.services import departures
from logistics.parcels.services import handovers as handover_services
from logistics.parcels.services.carry import read_badge
from logistics.parcels.services.contents import NumbersUnknown
from logistics.parcels.services.evidence import departure
from logistics.parcels.services.guards import require_station
from logistics.parcels.services.parties import HandoverNotFound, Party, require_side
from logistics.parcels.states import BagState, Custodian, Direction, HandoverState, Stage
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import State, StationKind
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import BadInput, DomainError

MOST = 1000  # numbers of one list


class TooManyNumbers(BadInput):
    code = "too_many_numbers"
    message = _("一次最多办理 1000 件。")
    hint = _("请分几次办理。")


class TakerUnknown(BadInput):
    code = "taker_unknown"
    message = _("没有这个接收方。")
    hint = _("请选择接收的站点或快递企业，或扫描接收人的工牌。")


class StageUnclear(BadInput):
    code = "stage_unclear"
    message = _("请说明发往哪里。")
    hint = _("可选发往乡镇、发往村站、发往县城或干线。")


# -- bags ----------------------------------------------------------------------------------------------


def open_bags(*, station: Station, actor: Actor) -> QuerySet[Bag]:
    """Bags that are being packed at `station`, newest first."""
    require_station(actor=actor, permission=Permission.BAG_MANAGE, station=station)
    return Bag.objects.filter(origin=station, state=BagState.OPEN).select_related("destination").order_by("-id")


def lanes_of(station: Station) -> list[Station]:
    """Where bags of this station usually go: the stations right below it, and the one above."""
    rows = Station.objects.filter(Q(parent=station) | Q(pk=station.parent_id), state=State.ACTIVE)
    return list(rows.order_by("kind", "code"))


def new_bag(*, station: Station, destination: str, actor: Actor, now: dt.datetime) -> Bag:
    to = Station.objects.filter(code=destination, state=State.ACTIVE).first()
    if to is None:
        raise StationNotFound()
    return bag_services.open_bag(origin=station, destination=to, actor=actor, now=now)


def seal(*, number: str, seal_number: str, actor: Actor, now: dt.datetime) -> Bag:
    """Closes the bag; the same seal on the same bag again is the same act. Raises what seal_bag raises."""
    bag = bag_of_actor(number=number, actor=actor)
    barcode = read_barcode(seal_number)
    if bag.state == BagState.SEALED and bag.seal_number == barcode.value:
        return bag
    return bag_services.seal_bag(bag=bag, seal_number=barcode.value, actor=actor, now=now)


def remove(*, number: str, parcel_number: str, actor: Actor, now: dt.datetime) -> Bag:
    bag = bag_of_actor(number=number, actor=actor)
    parcels, _bags = things_of(numbers=[parcel_number], actor=actor, permission=Permission.BAG_MANAGE)
    bag_services.remove_from_bag(bag=bag, parcels=parcels, actor=actor, now=now)
    return bag


# -- numbers --------------------------------------------------------------------------------------------


def things_of(*, numbers: Sequence[str], actor: Actor, permission: str) -> tuple[list[Parcel], list[Bag]]:
    """The parcels and bags behind scanned numbers. Raises TooManyNumbers, NumbersUnknown naming the others."""
    if len(numbers) > MOST:
        raise TooManyNumbers()
    read = {barcode.value: barcode for barcode in map(read_barcode, numbers) if barcode.value}
    bag_numbers = {value for value, barcode in read.items() if barcode.kind == Kind.BAG}
    bags = list(Bag.objects.filter(number__in=bag_numbers).select_related("origin", "destination"))
    wanted = set(read) - {bag.number for bag in bags}
    parcels = visible_parcels(actor=actor, permission=permission).filter(
        numbers__number__in=wanted, numbers__generation=0
    )
    found = {p.pk: p for p in parcels.prefetch_related("numbers")}
    unknown = wanted - {row.number for p in found.values() for row in p.numbers.all()}
    if unknown:
        raise NumbersUnknown(fields={"scanned": "、".join(sorted(unknown))})
    return list(found.values()), bags


def _inside(bags: Sequence[Bag]) -> list[Parcel]:
    return list(Parcel.objects.filter(bag_items__bag__in=bags, bag_items__removed_at=None)) if bags else []


def plain_numbers(numbers: Sequence[str] | None) -> list[str] | None:
    """Scanned texts as numbers, unreadable ones left out; None stays None. Raises TooManyNumbers."""
    if numbers is None:
        return None
    if len(numbers) > MOST:
        raise TooManyNumbers()
    return [barcode.value for barcode in map(read_barcode, numbers) if barcode.value]


# -- handovers ------------------------------------------------------------------------------------------


def offer(
    *,
    id: uuid.UUID,
    station: Station,
    to_kind: str,
    to_ref: str,
    numbers: Sequence[str],
    actor: Actor,
    now: dt.datetime,
    photo: str = "",
) -> Handover:
    """Offers what was scanned: in one's own name when all of it is in one's own hands, else for the station."""
    parcels, bags = things_of(numbers=numbers, actor=actor, permission=Permission.HANDOVER_GIVE)
    return handover_services.offer_handover(
        id=id, giver=_giver(parcels, bags, station, actor), taker=_taker(to_kind, to_ref, now), station=station,
        parcels=parcels, bags=bags, actor=actor, now=now, photo=photo,
    )  # fmt: skip


def _giver(parcels: Sequence[Parcel], bags: Sequence[Bag], station: Station, actor: Actor) -> Party:
    everything = [*parcels, *_inside(bags)]
    own = [p for p in everything if (p.custody_kind, p.custody_ref) == (Custodian.PERSON, actor.id)]
    if everything and len(own) == len(everything) and actor.user_id is not None:
        return Party.person(actor.user_id)
    return Party.station(station)


def _taker(kind: str, ref: str, now: dt.datetime) -> Party:
    if kind == "badge":
        return read_badge(text=ref, now=now)
    if kind == Custodian.STATION and Station.objects.filter(code=ref, state=State.ACTIVE).exists():
        return Party(Custodian.STATION.value, ref)
    if kind == Custodian.CARRIER and Enterprise.objects.filter(code=ref, state=State.ACTIVE).exists():
        return Party(Custodian.CARRIER.value, ref)
    raise TakerUnknown()


def seen_handover(*, id: uuid.UUID, actor: Actor) -> tuple[Handover, list[HandoverItem]]:
    """A handover and its items, for either side. Raises HandoverNotFound for everybody else."""
    handover = handover_by_id(id)
    sides = (
        (Permission.HANDOVER_TAKE, Party(handover.to_kind, handover.to_ref)),
        (Permission.HANDOVER_GIVE, Party(handover.from_kind, handover.from_ref)),
    )
    if not any(_speaks(actor, permission, party) for permission, party in sides):
        raise HandoverNotFound()
    items = handover.items.select_related("parcel", "bag").order_by("bag_id", "parcel_id")
    return handover, list(items)


def _speaks(actor: Actor, permission: Permission, party: Party) -> bool:
    try:
        require_side(actor, permission, party)
    except DomainError:
        return False
    return True


def open_handovers(*, station: Station, actor: Actor) -> list[Handover]:
    """Unanswered handovers to the station or to oneself, and those the station or oneself offered. Newest first."""
    require_station(actor=actor, permission=Permission.HANDOVER_TAKE, station=station)
    me, here = actor.id, station.code
    sides = Q(pk__in=[])
    for end in ("to", "from"):
        sides |= Q(**{f"{end}_kind": Custodian.STATION, f"{end}_ref": here})
        sides |= Q(**{f"{end}_kind": Custodian.PERSON, f"{end}_ref": me})
    rows = Handover.objects.filter(sides, state=HandoverState.PENDING).select_related("station")
    return list(rows.order_by("-offered_at")[:50])


def take(
    *, id: uuid.UUID, numbers: Sequence[str], actor: Actor, now: dt.datetime, dispute: str = "", photo: str = ""
) -> tuple[Handover, list[Parcel], list[Parcel]]:
    """Answers a handover: (handover, missing, extra). The same person's answer sent again gives what was recorded.

    Raises what take_over raises; NumbersUnknown names numbers that nobody knows, and nothing is recorded.
    """
    handover = handover_by_id(id)
    if handover.answered_by == actor.id and handover.state in (HandoverState.CONFIRMED, HandoverState.DISPUTED):
        items = list(handover.items.select_related("parcel"))
        missing = [item.parcel for item in items if item.expected and not item.scanned]
        return handover, missing, [item.parcel for item in items if not item.expected]
    handover, counted = handover_services.take_over(
        handover=handover, scanned=plain_numbers(numbers) or [], actor=actor, now=now, dispute=dispute, photo=photo
    )
    return handover, counted.missing, counted.extra


def withdraw(*, id: uuid.UUID, actor: Actor, now: dt.datetime) -> Handover:
    """Takes an offer back; taken back already by the same person it stays so."""
    handover = handover_by_id(id)
    if handover.state == HandoverState.WITHDRAWN and handover.answered_by == actor.id:
        return handover
    return handover_services.withdraw_handover(handover=handover, actor=actor, now=now)


# -- departure ------------------------------------------------------------------------------------------


def depart(*, station: Station, numbers: Sequence[str], stage: str, actor: Actor, now: dt.datetime) -> tuple[int, str]:
    """The vehicle leaves with these parcels and bags: how many parcels, and the stage they are in now.

    Without `stage` it follows from the way: down to a township or village, up to the county town. Raises StageUnclear
    when the parcels go several ways, and what departures.depart raises.
    """
    parcels, bags = things_of(numbers=numbers, actor=actor, permission=Permission.EVENT_RECORD)
    everything = list({p.pk: p for p in [*parcels, *_inside(bags)]}.values())
    if not everything:
        raise handover_services.NothingToHand()
    code = stage or _stage_for(everything, bags, station)
    departures.depart(station=station, parcels=everything, stage=code, actor=actor, now=now)
    return len(everything), code


def _stage_for(parcels: Sequence[Parcel], bags: Sequence[Bag], station: Station) -> str:
    up = {p.direction == Direction.UP or p.stage == Stage.RETURNING for p in parcels}
    if len(up) > 1:
        raise StageUnclear()
    if up == {True}:
        found = {departure(p, station, bags[0].destination if bags else None) for p in parcels}
        stages = {row.stage.value for row in found if row is not None}
        return stages.pop() if len(stages) == 1 else _out_of(station)
    if station.kind == StationKind.HUB and all(_by_township(bag) for bag in bags):
        return Stage.TO_TOWN.value
    return Stage.TO_VILLAGE.value


def _out_of(station: Station) -> str:
    return Stage.TO_COUNTY.value if station.kind != StationKind.HUB else Stage.LINEHAUL.value


def _by_township(bag: Bag) -> bool:
    return bag.destination.kind == StationKind.TOWNSHIP

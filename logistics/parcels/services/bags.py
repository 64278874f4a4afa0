"""Bags: packed for one station, closed by a numbered seal, opened and counted there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import clock, spoken
from logistics.parcels.events import NewEvent, normalise_number
from logistics.parcels.models import Bag, BagItem, HandoverItem, Parcel
from logistics.parcels.services.contents import Comparison, clean, compare
from logistics.parcels.services.evidence import (
    CUSTODY,
    arrival,
    arrived_by_handover,
    chain_of,
    not_yet,
    stated,
    taken_back,
)
from logistics.parcels.services.guards import append, event, lock, lock_within, require_open, require_station
from logistics.parcels.states import BagState, Direction, Issue, Stage
from logistics.registry.models import Station
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.checkdigits import random_number
from portal.core.errors import BadInput, Conflict
from portal.core.rows import lock_row

BAG_PREFIX, BAG_RANDOM = "DB", 7  # 袋包; with a check character
_SEAL = re.compile(r"[0-9A-Z-]{4,24}")


class BagNotOpen(Conflict):
    code = "bag_not_open"
    message = _("这个袋已经封签，不能再装取。")
    hint = _("如需改动，请在目的站点拆袋后重新集包。")


class BagNotSealed(Conflict):
    code = "bag_not_sealed"
    message = _("这个袋还没有封签。")
    hint = _("请先封签，再交接或拆封。")


class BagOpened(Conflict):
    code = "bag_already_opened"


class BagEmpty(Conflict):
    code = "bag_empty"
    message = _("袋内没有包裹，不能封签。")
    hint = _("请先扫描装袋。")


class BagNotHere(Conflict):
    code = "bag_not_here"


class BagInHandover(Conflict):
    code = "bag_in_handover"
    message = _("这个袋还在一张未确认的交接单上。")
    hint = _("请先确认或撤回交接，再拆封。")


class SameStation(BadInput):
    code = "bag_same_station"
    message = _("装袋站点和目的站点相同。")
    hint = _("请选择另一个目的站点。")


class BadSeal(BadInput):
    code = "bad_seal"
    message = _("封签号应为 4 至 24 位数字、字母或短横线。")
    hint = _("请对照封签重新输入。")


class SealUsed(Conflict):
    code = "seal_used"
    message = _("这个封签号已经用过。")
    hint = _("请换一枚新封签，并检查旧封签是否被冒用。")


class InOtherBag(Conflict):
    code = "in_other_bag"
    hint = _("请先从那个袋中取出，再装入本袋。")


class NotInBag(Conflict):
    code = "not_in_bag"
    message = _("有包裹不在这个袋内。")
    hint = _("请刷新袋内清单后再取出。")


class WrongBag(Conflict):
    code = "wrong_bag"
    hint = _("请装入发往该站点或其上级站点的袋。")


@transaction.atomic
def open_bag(*, origin: Station, destination: Station, actor: Actor, now: dt.datetime) -> Bag:
    """A new empty bag at `origin`, bound for `destination`. Raises SameStation, NotFound outside the scope."""
    require_station(actor=actor, permission=Permission.BAG_MANAGE, station=origin)
    if origin.pk == destination.pk:
        raise SameStation()
    number = random_number(BAG_PREFIX, BAG_RANDOM)
    return Bag.objects.create(
        number=number, origin=origin, destination=destination, created_at=now, created_by=actor.id
    )


@transaction.atomic
def add_to_bag(*, bag: Bag, parcels: Sequence[Parcel], actor: Actor, now: dt.datetime) -> list[BagItem]:
    """Puts parcels into an open bag, all or none; those that are in it already stay.

    Of two bags that want one parcel the first gets it. Raises BagNotOpen, InOtherBag, WrongBag, ParcelClosed.
    """
    bag = _lock_bag(bag)
    require_station(actor=actor, permission=Permission.BAG_MANAGE, station=bag.origin)
    locked = lock_within(actor=actor, permission=Permission.BAG_MANAGE, parcels=parcels)
    _require_bag_open(bag)
    require_open(locked)
    inside = set(bag.items.filter(removed_at=None).values_list("parcel_id", flat=True))
    fresh = [parcel for parcel in locked if parcel.pk not in inside]
    _require_bound_for(bag, fresh)
    try:
        with transaction.atomic():
            return BagItem.objects.bulk_create([BagItem(bag=bag, parcel=p, added_at=now) for p in fresh])
    except IntegrityError:
        raise _in_other_bag(fresh) from None


@transaction.atomic
def remove_from_bag(*, bag: Bag, parcels: Sequence[Parcel], actor: Actor, now: dt.datetime) -> int:
    """Takes parcels out of a bag that is still open. Raises BagNotOpen, NotInBag."""
    bag = _lock_bag(bag)
    require_station(actor=actor, permission=Permission.BAG_MANAGE, station=bag.origin)
    _require_bag_open(bag)
    ids = {parcel.pk for parcel in parcels}
    taken = bag.items.filter(parcel__in=ids, removed_at=None).update(removed_at=now)
    if taken != len(ids):
        raise NotInBag()
    return taken


@transaction.atomic
def seal_bag(*, bag: Bag, seal_number: str, actor: Actor, now: dt.datetime) -> Bag:
    """Closes a bag by a seal that was never used before and records BAGGED for everything inside.

    Raises BadSeal, SealUsed, BagNotOpen, BagEmpty, ParcelClosed when a parcel ended its journey meanwhile.
    """
    bag = _lock_bag(bag)
    require_station(actor=actor, permission=Permission.BAG_MANAGE, station=bag.origin)
    seal_number = normalise_number(seal_number)
    if not _SEAL.fullmatch(seal_number):
        raise BadSeal()
    _require_bag_open(bag)
    contents = lock(contents_of(bag))
    if not contents:
        raise BagEmpty()
    require_open(contents)
    bag.state, bag.seal_number, bag.sealed_at, bag.sealed_by = BagState.SEALED, seal_number, now, actor.id
    try:
        with transaction.atomic():
            bag.save()
    except IntegrityError:
        raise SealUsed() from None
    append(events=[event(p, Stage.BAGGED, station=bag.origin, now=now) for p in contents], actor=actor, now=now)
    record(actor=actor, now=now, action="bag.sealed", target=bag, after={"pieces": len(contents)})
    return bag


@transaction.atomic
def open_bag_at(
    *,
    bag: Bag,
    station: Station,
    seal_intact: bool,
    actor: Actor,
    now: dt.datetime,
    found: Iterable[str] | None = None,
) -> Comparison:
    """Breaks the seal at the destination and counts: which parcels were there, missing, or unexpected.

    `found` are the scanned numbers; None says that everything was there. What was counted has arrived here. A seal
    that was not intact opens a SEAL_BROKEN issue on all that should be inside, a missing parcel a COUNT_MISMATCH, and
    the arrival it had by the handover of the sealed bag is taken back. Raises BagNotSealed, BagOpened, BagNotHere,
    BagInHandover, NumbersUnknown.
    """
    bag = _lock_bag(bag)
    require_station(actor=actor, permission=Permission.BAG_MANAGE, station=station)
    _require_openable(bag, station)
    counted = _count(bag, found, actor)
    inside = counted.present + counted.missing
    bag.state, bag.opened_at, bag.opened_by, bag.seal_intact = BagState.OPENED, now, actor.id, seal_intact
    bag.save()
    bag.items.filter(removed_at=None).update(removed_at=now)
    broken = [] if seal_intact else inside
    issues = [event(p, Issue.SEAL_BROKEN, station=station, now=now) for p in broken if not p.is_closed]
    issues += [event(p, Issue.COUNT_MISMATCH, station=station, now=now) for p in counted.missing if not p.is_closed]
    append(events=issues, actor=actor, now=now)
    append(events=_consequences(bag, station, counted, now), actor=actor, now=now, through=CUSTODY)
    after = {"seal_intact": seal_intact, "missing": len(counted.missing), "extra": len(counted.extra)}
    record(actor=actor, now=now, action="bag.opened", target=bag, after=after)
    return counted


def _count(bag: Bag, found: Iterable[str] | None, actor: Actor) -> Comparison:
    """What was in the bag and what was not; the parcels of both locked at once, so in the order of their ids."""
    inside = contents_of(bag)
    counted = Comparison(inside, [], [])
    if found is not None:
        counted = compare(expected=inside, scanned=clean(found), actor=actor, permission=Permission.BAG_MANAGE)
    rows = {p.pk: p for p in lock([*inside, *counted.extra])}
    return Comparison(*([rows[p.pk] for p in part] for part in (counted.present, counted.missing, counted.extra)))


def _consequences(bag: Bag, station: Station, counted: Comparison, now: dt.datetime) -> list[NewEvent]:
    """The arrival of what was counted, and the end of an arrival that a missing one had with its bag."""
    here = not_yet(arrival(p, station) for p in [*counted.present, *counted.extra] if not p.is_closed)
    gone = arrived_by_handover([p for p in counted.missing if not p.is_closed], station)
    at = now.isoformat()
    return [*stated(here, kind="bag", of=bag.pk, at=at), *taken_back(gone, at=at)]


def contents_of(bag: Bag) -> list[Parcel]:
    """What is in the bag now."""
    return list(Parcel.objects.filter(bag_items__bag=bag, bag_items__removed_at=None))


def _lock_bag(bag: Bag) -> Bag:
    return lock_row(bag, "origin", "destination", how="FOR UPDATE")


def _require_bag_open(bag: Bag) -> None:
    if bag.state != BagState.OPEN:
        raise BagNotOpen()


def _require_openable(bag: Bag, station: Station) -> None:
    if bag.state == BagState.OPENED:
        facts = {"when": clock(bag.opened_at), "who": spoken(bag.opened_by)}
        raise BagOpened(gettext("这个袋已于 %(when)s 由%(who)s拆封。") % facts)
    if bag.state != BagState.SEALED:
        raise BagNotSealed()
    if bag.destination_id != station.pk:
        raise BagNotHere(
            gettext("这个袋应在%(station)s拆封。") % {"station": bag.destination.name},
            hint=gettext("请不要拆封，交下一班车带到目的站点。"),
        )
    if HandoverItem.objects.filter(bag=bag, open=True).exists():
        raise BagInHandover()


def _require_bound_for(bag: Bag, parcels: Iterable[Parcel]) -> None:
    """A parcel on its way down goes into a bag for its station or one above it; upward and back any bag will do."""
    going_down = [p for p in parcels if p.direction == Direction.DOWN and p.stage != Stage.RETURNING]
    bound = {p.destination_station_id: p.destination_station for p in going_down}
    for station in filter(None, bound.values()):
        if bag.destination_id not in chain_of(station):
            facts = {"station": station.name, "bag": bag.destination.name}
            raise WrongBag(gettext("有包裹应到%(station)s，而本袋发往%(bag)s。") % facts)


def _in_other_bag(parcels: Iterable[Parcel]) -> InOtherBag:
    item = BagItem.objects.select_related("bag").filter(parcel__in=[p.pk for p in parcels], removed_at=None).first()
    number = item.bag.number if item else ""
    return InOtherBag(gettext("有包裹已装在 %(bag)s 号袋内。") % {"bag": number})

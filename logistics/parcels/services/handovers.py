"""Custody passes by a handover that two people confirm: one offers, the other scans and answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

import msgspec
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import clock, spoken
from logistics.parcels.events import NewEvent
from logistics.parcels.models import Bag, BagItem, Handover, HandoverItem, Parcel
from logistics.parcels.selectors_handovers import is_taker
from logistics.parcels.services.contents import Comparison, clean, compare
from logistics.parcels.services.evidence import CUSTODY, Proven, arrival, departure, key, not_yet, stated
from logistics.parcels.services.guards import (
    append,
    event,
    lock,
    require_open,
    require_parcels,
)
from logistics.parcels.services.parties import HandoverNotFound, Party, require_fit, require_side
from logistics.parcels.states import Act, BagState, Custodian, Direction, HandoverState, Issue, Stage
from logistics.registry.models import Station
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.core.ids import new_id
from portal.core.scrubbing import scrub

DISPUTE_LENGTH, PHOTO_LENGTH = 200, 120


class SameParty(BadInput):
    code = "handover_same_party"
    message = _("交出方和接收方不能是同一方。")
    hint = _("请选择另一方。")


class SamePerson(Conflict):
    code = "handover_same_person"
    message = _("交接要两个人办理，发起人不能自己确认。")
    hint = _("请由接收方的另一个人扫描确认。")


class NothingToHand(BadInput):
    code = "handover_empty"
    message = _("交接单上没有包裹。")
    hint = _("请先扫描要交出的包裹或邮袋。")


class NotHeld(Conflict):
    code = "not_in_custody"
    message = _("有包裹不在交出方手中。")
    hint = _("请先由当前保管方交给您，再往下交接。")


class InOpenHandover(Conflict):
    code = "in_open_handover"
    message = _("有包裹还在另一张未确认的交接单上。")
    hint = _("请先确认或撤回那张交接单。")


class OfferedToYou(Conflict):
    code = "offered_to_you"
    message = _("这批货是交给您的，只有交出方能撤回。")
    hint = _("不接收就不要确认，请交出方的人撤回。")


class HandoverAnswered(Conflict):
    code = "handover_answered"


class BagStillOpen(Conflict):
    code = "handover_bag_open"
    message = _("有邮袋没有封签或已经拆封。")
    hint = _("请先封签，或按散件交接。")


@transaction.atomic
def offer_handover(
    *,
    giver: Party,
    taker: Party,
    station: Station,
    actor: Actor,
    now: dt.datetime,
    parcels: Sequence[Parcel] = (),
    bags: Sequence[Bag] = (),
    photo: str = "",
    id: uuid.UUID | None = None,
) -> Handover:
    """The giver says what passes to whom, at `station`. Custody does not move before the taker answers.

    `id` is one that the giver's phone made: offered again under it, the offer of the same person comes back as it is.

    A sealed bag stands for everything inside. The actor must speak for the giver. Parcels that another station or
    person of the network holds can't be offered; those still with a carrier, or whose last handover nobody recorded,
    can. Raises SameParty, NothingToHand, NotHeld, InOpenHandover, BagStillOpen, ParcelClosed, HandoverNotFound.
    """
    if giver == taker:
        raise SameParty()
    require_side(actor, Permission.HANDOVER_GIVE, giver)
    if (offered := _offered_before(id, actor)) is not None:
        return offered
    require_fit(taker, now=now)
    inside = _inside(bags)
    wanted = list({p.pk: p for p in [*parcels, *(p for p, _bag in inside.values())]}.values())
    if not wanted:
        raise NothingToHand()
    require_parcels(actor=actor, permission=Permission.HANDOVER_GIVE, parcels=wanted)
    locked = lock(wanted)
    require_open(locked)
    _require_held(locked, giver)
    handover = Handover.objects.create(
        id=id or new_id(),
        from_kind=giver.kind, from_ref=giver.ref, to_kind=taker.kind, to_ref=taker.ref, station=station,
        expected=len(locked), offered_at=now, offered_by=actor.id, photo=photo[:PHOTO_LENGTH],
    )  # fmt: skip
    items = [HandoverItem(handover=handover, parcel=p, bag=inside[p.pk][1] if p.pk in inside else None) for p in locked]
    try:
        with transaction.atomic():
            HandoverItem.objects.bulk_create(items)
    except IntegrityError:
        raise InOpenHandover() from None
    return handover


@transaction.atomic
def take_over(
    *, handover: Handover, scanned: Iterable[str], actor: Actor, now: dt.datetime, dispute: str = "", photo: str = ""
) -> tuple[Handover, Comparison]:
    """The taker scans what is really there: CONFIRMED when it is what was offered, else DISPUTED.

    A bag's number stands for its contents. Custody passes for what was offered *and* scanned, and with it the parcel
    has left the giver's station with a driver, or arrived at the taker's; a missing parcel gets a COUNT_MISMATCH issue
    and stays with the giver; an extra one is listed, and passes by a handover of its own, because its giver has not
    offered it. Of two answers the first counts. Raises HandoverAnswered, SamePerson, NumbersUnknown, HandoverNotFound.
    """
    handover = _lock_handover(handover)
    taker = Party(handover.to_kind, handover.to_ref)
    require_side(actor, Permission.HANDOVER_TAKE, taker)
    _require_pending(handover)
    if actor.id == handover.offered_by:
        raise SamePerson()
    require_fit(taker, now=now)
    items = list(handover.items.select_related("parcel", "bag__destination"))
    expected = lock([item.parcel for item in items])
    numbers = clean(scanned)
    numbers |= _numbers_in_scanned_bags(items, numbers)
    counted = compare(
        expected=expected,
        scanned=numbers - {item.bag.number for item in items if item.bag},
        actor=actor,
        permission=Permission.HANDOVER_TAKE,
    )
    _close(handover, counted, actor, now, dispute, photo)
    moved = not_yet(_proven(handover, items, counted))
    append(events=_consequences(handover, counted, moved, now), actor=actor, now=now, through=CUSTODY)
    return handover, counted


def _offered_before(id: uuid.UUID | None, actor: Actor) -> Handover | None:
    """Two sends of one id at once: the second waits here, because a plain look would not see the first yet."""
    if id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [id.int & 0x7FFF_FFFF_FFFF_FFFF])
    offered = Handover.objects.select_related("station").filter(pk=id).first()
    if offered is not None and offered.offered_by != actor.id:
        raise HandoverNotFound()
    return offered


def _proven(handover: Handover, items: Iterable[HandoverItem], counted: Comparison) -> list[Proven | None]:
    """What the answer says of where the parcels are: gone with a driver, or arrived at a station."""
    giver, taker = _station(handover.from_kind, handover.from_ref), _station(handover.to_kind, handover.to_ref)
    here = [p for p in counted.present if not p.is_closed]
    if taker is not None:
        return [arrival(p, taker, came_from=giver) for p in here]
    if giver is None or handover.to_kind != Custodian.PERSON:
        return []
    bound_for = {item.parcel_id: item.bag.destination for item in items if item.bag}
    return [departure(p, giver, bound_for.get(p.pk)) for p in here]


def _station(kind: str, ref: str) -> Station | None:
    if kind != Custodian.STATION:
        return None
    return Station.objects.select_related("parent").filter(code=ref).first()


def _consequences(handover: Handover, counted: Comparison, moved: Sequence[Proven], now: dt.datetime) -> list[NewEvent]:
    here, to = handover.station, Party(handover.to_kind, handover.to_ref)

    def of(parcel: Parcel, kind: str, code: str, **more: str) -> NewEvent:
        return msgspec.structs.replace(
            event(parcel, code, station=here, now=now, **more), id=key(kind, handover.pk, parcel)
        )

    present = [p for p in counted.present if not p.is_closed]
    passed = [of(p, "custody", Act.CUSTODY, custody_kind=to.kind, custody_ref=to.ref) for p in present]
    if to.kind == Custodian.CARRIER:  # what is on its way out leaves the county's network here
        out = [p for p in present if p.direction == Direction.UP and p.stage != Stage.RETURNING]
        passed += [of(p, "handover", Stage.HANDED_TO_CARRIER, reason=to.ref) for p in out]
    passed += stated(moved, kind="handover", of=handover.pk, at=now.isoformat())
    return passed + [of(p, "missing", Issue.COUNT_MISMATCH) for p in counted.missing if not p.is_closed]


@transaction.atomic
def withdraw_handover(*, handover: Handover, actor: Actor, now: dt.datetime) -> Handover:
    """The giver's side takes an unanswered offer back; not who is to take the goods over, also where they work for the
    giver. Raises HandoverAnswered, OfferedToYou, HandoverNotFound."""
    handover = _lock_handover(handover)
    if is_taker(actor, handover):
        raise OfferedToYou()
    require_side(actor, Permission.HANDOVER_GIVE, Party(handover.from_kind, handover.from_ref))
    _require_pending(handover)
    handover.state, handover.answered_at, handover.answered_by = HandoverState.WITHDRAWN, now, actor.id
    handover.save()
    handover.items.update(open=False)
    record(actor=actor, now=now, action="handover.withdrawn", target=handover)
    return handover


def _lock_handover(handover: Handover) -> Handover:
    return Handover.objects.select_for_update(of=("self",)).select_related("station").get(pk=handover.pk)


def _require_pending(handover: Handover) -> None:
    if handover.state != HandoverState.PENDING:
        facts = {"when": clock(handover.answered_at), "who": spoken(handover.answered_by)}
        raise HandoverAnswered(gettext("这张交接单已于 %(when)s 由%(who)s办结。") % facts)


def _inside(bags: Sequence[Bag]) -> dict[int, tuple[Parcel, Bag]]:
    """Contents of sealed bags, by parcel id."""
    locked = list(Bag.objects.select_for_update().filter(pk__in=[bag.pk for bag in bags]).order_by("pk"))
    if any(bag.state != BagState.SEALED for bag in locked):
        raise BagStillOpen()
    items = BagItem.objects.filter(bag__in=locked, removed_at=None).select_related("parcel", "bag")
    return {item.parcel_id: (item.parcel, item.bag) for item in items}


def _require_held(parcels: Iterable[Parcel], giver: Party) -> None:
    for parcel in parcels:
        held_by = Party(parcel.custody_kind, parcel.custody_ref)
        if parcel.custody_kind in (Custodian.STATION, Custodian.PERSON) and held_by != giver:
            raise NotHeld()


def _numbers_in_scanned_bags(items: Iterable[HandoverItem], numbers: set[str]) -> set[str]:
    return {item.parcel.waybill for item in items if item.bag and item.bag.number in numbers}


def _close(handover: Handover, counted: Comparison, actor: Actor, now: dt.datetime, dispute: str, photo: str) -> None:
    handover.state = HandoverState.CONFIRMED if counted.agrees else HandoverState.DISPUTED
    handover.scanned = len(counted.present) + len(counted.extra)
    handover.answered_at, handover.answered_by = now, actor.id
    handover.dispute = scrub(dispute, DISPUTE_LENGTH)
    handover.photo = handover.photo or photo[:PHOTO_LENGTH]
    handover.save()
    handover.items.filter(parcel__in=counted.present).update(scanned=True)
    handover.items.update(open=False)
    HandoverItem.objects.bulk_create(
        [HandoverItem(handover=handover, parcel=p, expected=False, scanned=True, open=False) for p in counted.extra]
    )
    after = {"state": handover.state, "missing": len(counted.missing), "extra": len(counted.extra)}
    record(actor=actor, now=now, action="handover.answered", target=handover, after=after)

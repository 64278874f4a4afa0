"""Checks before custody passes: may this be handed over, is this on the list I am taking over."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.barcodes import Kind
from logistics.desk.models import Scan
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.extras import extra
from logistics.desk.services.facts import facts_of, pieces_in
from logistics.desk.services.finding import find_parcel
from logistics.desk.services.places import BagUnknown, bag_to_hand, handover_by_id
from logistics.desk.services.questions import ask_other_station
from logistics.desk.services.repeats import last_scan, repeated
from logistics.desk.states import Result
from logistics.parcels.errors import clock, spoken
from logistics.parcels.models import Bag, BagItem, Handover, HandoverItem, Parcel
from logistics.parcels.services.carry import read_badge
from logistics.parcels.services.guards import require_open
from logistics.parcels.services.handovers import BagStillOpen, HandoverAnswered, InOpenHandover, NotHeld
from logistics.parcels.services.parties import Party, require_fit, require_side
from logistics.parcels.services.pickup.inbound import StillInBag
from logistics.parcels.services.redirect import destination_stopped
from logistics.parcels.states import BagState, Custodian, HandoverState
from members.access.states import Permission

LIST_KEPT = dt.timedelta(minutes=30)  # how long a page's list of things to hand over is taken for the same list


def hand_over(call: Call, *, as_it_is: bool = False) -> Outcome:
    """Whether a parcel or a sealed bag may go on the list. Custody passes by the handover, not by this scan.

    `as_it_is`: whoever scans has said that it goes on although its station takes in nothing.
    """
    if call.barcode.kind == Kind.BAG:
        return _bag_to_hand(call)
    if call.barcode.kind == Kind.BADGE:
        return _taker_chosen(call)
    parcel = find_parcel(call)
    require_open([parcel])
    item = BagItem.objects.select_related("bag").filter(parcel=parcel, removed_at=None).first()
    if item is not None:
        raise StillInBag(
            gettext("这个包裹装在 %(bag)s 号袋内。") % {"bag": item.bag.number},
            hint=gettext("请扫描袋牌，整袋交接；要单独交出请先从袋中取出。"),
        )
    _require_free([parcel], call)
    going_there = parcel.destination_station_id != call.station.pk
    if not as_it_is and going_there and destination_stopped(parcel, now=call.now):
        return ask_other_station(call, parcel, may_go_on=True)
    if earlier := _on_the_list(call, parcel):
        return repeated(call, parcel, earlier.recorded_at, earlier.actor)
    answer = Answer(
        word=str(words.DONE[call.task]),
        message=gettext("可以交出。"),
        number=parcel.waybill,
        facts=facts_of(parcel, call.station),
    )
    return Outcome(answer, parcel)


def _on_the_list(call: Call, parcel: Parcel) -> Scan | None:
    earlier = last_scan(call, parcel, since=call.now - LIST_KEPT)
    if earlier is None:
        return None
    offered = HandoverItem.objects.filter(parcel=parcel, handover__offered_at__gte=earlier.recorded_at)
    return None if offered.exists() else earlier


def _bag_to_hand(call: Call) -> Outcome:
    bag = bag_to_hand(number=call.number, actor=call.actor)
    if bag.state != BagState.SEALED:
        raise BagStillOpen()
    inside = list(Parcel.objects.filter(bag_items__bag=bag, bag_items__removed_at=None))
    _require_free(inside, call)
    answer = Answer(
        word=bag.destination.name,
        message=gettext("%(bag)s 号袋，%(pieces)s 件，可以交出。") % {"bag": bag.number, "pieces": len(inside)},
        number=bag.number,
        facts={"bag": bag.number, "destination": bag.destination.name, "pieces": len(inside)},
    )
    return Outcome(answer)


def _taker_chosen(call: Call) -> Outcome:
    """The badge of whoever takes the goods over: the page offers the handover to it."""
    read_badge(text=call.number, now=call.now)
    answer = Answer(
        code="badge",
        word=str(words.TAKER),
        message=gettext("交给出示工牌的人。"),
        hint=gettext("核对件数后点“交出”。"),
    )
    return Outcome(answer)


def _require_free(parcels: list[Parcel], call: Call) -> None:
    """Held here, by me, or by nobody of the network; on no handover that waits for an answer."""
    mine = {Party.station(call.station), Party(Custodian.PERSON.value, call.actor.id)}
    for parcel in parcels:
        held_by = Party(parcel.custody_kind, parcel.custody_ref)
        if parcel.custody_kind in (Custodian.STATION, Custodian.PERSON) and held_by not in mine:
            raise NotHeld()
    if HandoverItem.objects.filter(parcel__in=parcels, open=True, expected=True).exists():
        raise InOpenHandover()


def take_over(call: Call) -> Outcome:
    """Whether this is on the list of the handover that is being taken. A bag's tag stands for everything inside."""
    if call.barcode.kind == Kind.HANDOVER:
        chosen = pending_handover(call.number, call)
        require_fit(Party(chosen.to_kind, chosen.to_ref), now=call.now)
        return _handover_chosen(call, chosen)
    handover = pending_handover(call.fields.handover, call)
    if call.barcode.kind == Kind.BAG:
        return _bag_to_take(call, handover)
    parcel = find_parcel(call)
    listed = HandoverItem.objects.filter(handover=handover, parcel=parcel).exists()
    counted = counted_of(handover, call)
    if not listed:
        return extra(call, parcel, gettext("这件不在交接单上。"), counts_of(handover, counted))
    if parcel.pk in counted:
        earlier = last_scan(call, parcel, since=handover.offered_at)
        when = earlier.recorded_at if earlier else handover.offered_at
        outcome = repeated(call, parcel, when, call.actor.id)
        outcome.answer.counts = counts_of(handover, counted)
        return outcome
    return _ticked(call, handover, counted | {parcel.pk}, parcel=parcel)


def _bag_to_take(call: Call, handover: Handover) -> Outcome:
    bag = Bag.objects.select_related("destination").filter(number=call.number).first()
    inside = set(HandoverItem.objects.filter(handover=handover, bag=bag).values_list("parcel_id", flat=True))
    if bag is None or not inside:
        raise BagUnknown(gettext("这个邮袋不在交接单上。"), hint=gettext("请放到一边，另行交接。"))
    counted = counted_of(handover, call)
    if inside <= counted:
        outcome = repeated(call, None, handover.offered_at, call.actor.id)
        outcome.answer.message = gettext("这个邮袋已经点过。")
        outcome.answer.counts = counts_of(handover, counted)
        return outcome
    return _ticked(call, handover, counted | inside, bag=bag)


def _ticked(
    call: Call, handover: Handover, counted: set[int], *, parcel: Parcel | None = None, bag: Bag | None = None
) -> Outcome:
    counts = counts_of(handover, counted)
    facts = facts_of(parcel, call.station) if parcel else {}
    if bag is not None:
        facts |= {"bag": bag.number, "destination": bag.destination.name, "pieces": pieces_in(bag)}
    answer = Answer(
        word=str(words.DONE[call.task]),
        message=gettext("应收 %(expected)s 件，已点到 %(scanned)s 件。") % counts,
        number=parcel.waybill if parcel else call.number,
        facts=facts | {"handover": str(handover.pk)},
        counts=counts,
    )
    return Outcome(answer, parcel)


def _handover_chosen(call: Call, handover: Handover) -> Outcome:
    answer = Answer(
        code="handover",
        word=str(words.OTHER_HANDOVER),
        message=gettext("交接单上有 %(pieces)s 件，请逐件扫描。") % {"pieces": handover.expected},
        facts={"handover": str(handover.pk), "station": handover.station.name},
        counts=counts_of(handover, counted_of(handover, call)),
    )
    return Outcome(answer)


def pending_handover(text: str, call: Call) -> Handover:
    """The handover that the actor is to answer. Raises HandoverMissing, HandoverNotFound, HandoverAnswered."""
    handover = handover_by_id(text)
    require_side(call.actor, Permission.HANDOVER_TAKE, Party(handover.to_kind, handover.to_ref))
    if handover.state != HandoverState.PENDING:
        facts = {"when": clock(handover.answered_at), "who": spoken(handover.answered_by)}
        raise HandoverAnswered(gettext("这张交接单已于 %(when)s 由%(who)s办结。") % facts)
    return handover


def counted_of(handover: Handover, call: Call) -> set[int]:
    """Parcels of the handover that this person scanned, one by one or by their bag, since it was offered."""
    scans = Scan.objects.filter(
        task=call.task, actor=call.actor.id, station=call.station, result=Result.OK,
        recorded_at__gte=handover.offered_at,
    ).values_list("parcel_id", "number")  # fmt: skip
    parcels = {pk for pk, _number in scans if pk is not None}
    bags = {number for pk, number in scans if pk is None}
    items = HandoverItem.objects.filter(handover=handover).values_list("parcel_id", "bag__number")
    return {pk for pk, bag in items if pk in parcels or bag in bags}


def counts_of(handover: Handover, counted: set[int]) -> dict[str, int | None]:
    return {"expected": handover.expected, "scanned": len(counted)}

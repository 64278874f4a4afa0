"""Packing bags for a destination, and counting what comes out of them."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer, refused
from logistics.desk.barcodes import Kind
from logistics.desk.models import Scan
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.extras import extra
from logistics.desk.services.facts import facts_of, fitting_bag, pieces_in
from logistics.desk.services.finding import ForeignParcel, IsSeal, UnknownNumber, find_parcel
from logistics.desk.services.places import bag_for, bag_from
from logistics.desk.services.questions import ask_misrouted, ask_other_station
from logistics.desk.services.repeats import last_scan, repeated
from logistics.desk.states import Result, Task
from logistics.desk.words import word_of
from logistics.parcels.events import normalise_number
from logistics.parcels.models import Bag, BagItem, Parcel
from logistics.parcels.services.bags import BagNotOpen, BagNotSealed, BagOpened, InOtherBag, WrongBag, add_to_bag
from logistics.parcels.services.redirect import destination_stopped
from logistics.parcels.states import BagState


def sort(call: Call) -> Outcome:
    """Into the bag that is being packed; a bag's tag changes the bag. A wrong bag names the right one."""
    if call.barcode.kind == Kind.BAG:
        bag = bag_from(number=call.number, station=call.station, actor=call.actor)
        if bag.state != BagState.OPEN:
            raise BagNotOpen()
        return _bag_chosen(bag, pieces_in(bag), None)
    bag = bag_from(number=call.fields.bag, station=call.station, actor=call.actor)
    parcel = find_parcel(call)
    if destination_stopped(parcel, now=call.now):
        return ask_other_station(call, parcel)
    try:
        added = add_to_bag(bag=bag, parcels=[parcel], actor=call.actor, now=call.now)
    except (WrongBag, InOtherBag) as error:
        return _not_into(call, parcel, error)
    pieces = pieces_in(bag)
    if not added:
        return _inside_already(call, parcel, bag, pieces)
    answer = Answer(
        word=bag.destination.name,
        message=gettext("已装入 %(bag)s 号袋，共 %(pieces)s 件。") % {"bag": bag.number, "pieces": pieces},
        number=parcel.waybill,
        facts=facts_of(parcel, call.station) | {"bag": bag.number},
        undo=True,
        counts={"expected": None, "scanned": pieces},
    )
    return Outcome(answer, parcel)


def _not_into(call: Call, parcel: Parcel, error: WrongBag | InOtherBag) -> Outcome:
    fitting = fitting_bag(parcel, call.station)
    facts = facts_of(parcel, call.station) | {"bag": fitting.number if fitting else ""}
    answer = refused(error, number=parcel.waybill, facts=facts, word=word_of(error.code))
    if isinstance(error, WrongBag) and fitting is not None:
        told = {"bag": fitting.number, "station": fitting.destination.name}
        answer.hint = gettext("请装入 %(bag)s 号袋（发往%(station)s）。") % told
    elif isinstance(error, WrongBag) and facts["lane"]:
        answer.hint = gettext("请先为%(lane)s新建一个袋。") % {"lane": facts["lane"]}
    return Outcome(answer, parcel)


def _inside_already(call: Call, parcel: Parcel, bag: Bag, pieces: int) -> Outcome:
    item = BagItem.objects.get(bag=bag, parcel=parcel, removed_at=None)
    scan = last_scan(call, parcel, since=item.added_at, own=False)
    outcome = repeated(call, parcel, item.added_at, scan.actor if scan else bag.created_by)
    outcome.answer.facts["bag"] = bag.number
    outcome.answer.counts = {"expected": None, "scanned": pieces}
    return outcome


def _bag_chosen(bag: Bag, pieces: int, expected: int | None) -> Outcome:
    message = gettext("%(bag)s 号袋，发往%(station)s。") % {"bag": bag.number, "station": bag.destination.name}
    answer = Answer(
        code="bag",
        word=str(words.OTHER_BAG),
        message=message,
        number=bag.number,
        facts={"bag": bag.number, "destination": bag.destination.name, "seal": bag.seal_number},
        counts={"expected": expected, "scanned": pieces},
    )
    return Outcome(answer)


def open_bag(call: Call) -> Outcome:
    """Is this parcel on the list of the bag that is being counted? The count is recorded when the bag is ended."""
    if call.barcode.kind == Kind.BAG:
        bag = bag_for(number=call.number, station=call.station, actor=call.actor)
        _require_countable(bag)
        return _bag_chosen(bag, _counted(call, bag), pieces_in(bag))
    bag = bag_for(number=call.fields.bag, station=call.station, actor=call.actor)
    _require_countable(bag)
    if call.number == normalise_number(bag.seal_number):
        return _seal_agrees(bag)
    try:
        parcel = find_parcel(call)
    except ForeignParcel as error:
        return ask_misrouted(call, error)
    except IsSeal:
        return _seal_differs(call, bag)
    except UnknownNumber as error:
        told = gettext("扫的若是封签：封袋时登记的是 %(seal)s，与这个不同。") % {"seal": bag.seal_number}
        raise UnknownNumber(error.message, hint=f"{error.hint}{told}") from None
    expected = pieces_in(bag)
    if not BagItem.objects.filter(bag=bag, parcel=parcel, removed_at=None).exists():
        return extra(
            call, parcel, gettext("这件不在袋内清单上。"), {"expected": expected, "scanned": _counted(call, bag)}
        )
    if earlier := last_scan(call, parcel, since=bag.sealed_at or call.now, own=False):
        outcome = repeated(call, parcel, earlier.recorded_at, earlier.actor)
        outcome.answer.counts = {"expected": expected, "scanned": _counted(call, bag)}
        return outcome
    scanned = _counted(call, bag) + 1
    answer = Answer(
        word=str(words.DONE[call.task]),
        message=gettext("袋内 %(expected)s 件，已点到 %(scanned)s 件。") % {"expected": expected, "scanned": scanned},
        number=parcel.waybill,
        facts=facts_of(parcel, call.station) | {"bag": bag.number},
        counts={"expected": expected, "scanned": scanned},
    )
    return Outcome(answer, parcel)


def _seal_agrees(bag: Bag) -> Outcome:
    answer = Answer(
        code="seal",
        word=str(words.SEAL_AGREES),
        message=gettext("封签 %(seal)s 与封袋时登记的一致。") % {"seal": bag.seal_number},
        hint=gettext("封签没有破损的，点完后点“封签完好，结束”。"),
        number=bag.seal_number,
        facts={"bag": bag.number, "seal": bag.seal_number},
    )
    return Outcome(answer)


def _seal_differs(call: Call, bag: Bag) -> Outcome:
    """Amber: the bag may have been opened on the way, or this seal is another bag's."""
    told = {"read": call.number, "seal": bag.seal_number}
    answer = Answer(
        result=Result.ASK.value,
        code="seal_differs",
        word=str(words.SEAL_DIFFERS),
        message=gettext("扫到封签 %(read)s，封袋时登记的是 %(seal)s。") % told,
        hint=gettext("请核对袋上的封签。换过或破损的，点完后点“封签破损，结束”。"),
        number=call.barcode.kept,
        facts={"bag": bag.number, "seal": bag.seal_number},
    )
    return Outcome(answer)


def _require_countable(bag: Bag) -> None:
    if bag.state == BagState.OPENED:
        raise BagOpened(gettext("这个袋已经拆封清点过。"), hint=gettext("请核对袋牌上的号码。"))
    if bag.state != BagState.SEALED:
        raise BagNotSealed()


def _counted(call: Call, bag: Bag) -> int:
    """Parcels of the bag that were scanned at its destination since it was sealed, by whomever."""
    scans = Scan.objects.filter(
        task=Task.OPEN_BAG, station=call.station, result=Result.OK, recorded_at__gte=bag.sealed_at or call.now,
        parcel__in=BagItem.objects.filter(bag=bag, removed_at=None).values("parcel"),
    )  # fmt: skip
    return scans.values("parcel").distinct().count()

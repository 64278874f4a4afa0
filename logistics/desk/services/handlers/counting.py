"""Stock-take: what lies on the shelf, held against what the record says should lie there."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.barcodes import Kind
from logistics.desk.models import StockTakeItem
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.extras import extra
from logistics.desk.services.facts import facts_of
from logistics.desk.services.finding import ForeignParcel, find_parcel
from logistics.desk.services.places import open_stock_take
from logistics.desk.services.questions import ask_misrouted
from logistics.desk.services.repeats import repeated
from logistics.desk.services.shelves import shelf_of
from logistics.desk.services.stock import counts_of, lies_here
from logistics.desk.states import Difference
from logistics.parcels.models import Parcel
from logistics.parcels.services.pickup.inbound import SHELF_LENGTH, ShelfTooLong
from logistics.parcels.states import EVENT_LABELS


def stock_take(call: Call) -> Outcome:
    """Ticks a parcel off, or notes it as extra when the record says that it is not on this shelf."""
    take = open_stock_take(text=call.fields.stock_take, station=call.station)
    if call.barcode.kind == Kind.SHELF:
        return shelf_of(call)
    shelf = call.fields.shelf.strip()
    if len(shelf) > SHELF_LENGTH:
        raise ShelfTooLong()
    try:
        parcel = find_parcel(call)
    except ForeignParcel as error:
        return ask_misrouted(call, error)
    here = lies_here(parcel, call.station)
    row, made = StockTakeItem.objects.get_or_create(
        stock_take=take,
        parcel=parcel,
        defaults={"shelf": shelf, "scanned_at": call.now, "difference": "" if here else Difference.EXTRA},
    )
    counts = counts_of(take)
    if not made:
        outcome = repeated(call, parcel, row.scanned_at or take.started_at, call.actor.id)
        outcome.answer.message = gettext("这次盘点已经扫过这件。")
        outcome.answer.counts = counts
        return outcome
    if not here:
        told = {"stage": EVENT_LABELS[parcel.stage]}
        hint = gettext("已记为多出，请放到一边；盘点后办理入库或查明去向。")
        outcome = extra(call, parcel, gettext("账上这件是“%(stage)s”，不在架上。") % told, counts, hint=hint)
        outcome.answer.undo = True
        return outcome
    return Outcome(_ticked(parcel, call, shelf, counts), parcel)


def _ticked(parcel: Parcel, call: Call, shelf: str, counts: dict[str, int | None]) -> Answer:
    moved = shelf and parcel.shelf and shelf != parcel.shelf
    return Answer(
        word=str(words.DONE[call.task]),
        message=gettext("账上 %(expected)s 件，已点到 %(scanned)s 件。") % counts,
        hint=gettext("账上登记在货架 %(shelf)s。") % {"shelf": parcel.shelf} if moved else "",
        number=parcel.waybill,
        facts=facts_of(parcel, call.station) | {"shelf": shelf or parcel.shelf},
        undo=True,
        counts=counts,
    )

"""Stock-take: what lies on the shelf, held against what the record says should lie there."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.barcodes import Kind
from logistics.desk.models import StockTake, StockTakeItem
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.extras import extra
from logistics.desk.services.facts import facts_of
from logistics.desk.services.finding import ForeignParcel, find_parcel
from logistics.desk.services.places import open_stock_take
from logistics.desk.services.questions import ask_misrouted, ask_piece
from logistics.desk.services.repeats import repeated
from logistics.desk.services.shelves import shelf_of
from logistics.desk.services.stock import counts_of, lies_here
from logistics.desk.states import Difference
from logistics.parcels.models import Parcel
from logistics.parcels.selectors_pieces import PiecesHere, pieces_of
from logistics.parcels.services.pickup.inbound import shelf_named
from logistics.parcels.services.pickup.pieces import SAME_WITHIN, PieceUnclear
from logistics.parcels.states import EVENT_LABELS


def stock_take(call: Call, *, another: bool = False) -> Outcome:
    """Ticks a parcel off, or notes it as extra when the record says that it is not on this shelf.

    Of several pieces each is ticked off. `another`: the keeper said that it is not the one scanned before.
    """
    take = open_stock_take(text=call.fields.stock_take, station=call.station)
    if call.barcode.kind == Kind.SHELF:
        return shelf_of(call)
    shelf = shelf_named(call.fields.shelf)
    try:
        parcel = find_parcel(call)
    except ForeignParcel as error:
        return ask_misrouted(call, error)
    here = lies_here(parcel, call.station)
    pieces = pieces_of(parcel) if here else None
    try:
        piece = _which(call, take, parcel, pieces, another) if pieces else 0
    except PieceUnclear as error:
        return ask_piece(call, parcel, error)
    here = here and (pieces is None or piece in pieces.shelves)
    row, made = StockTakeItem.objects.get_or_create(
        stock_take=take,
        parcel=parcel,
        piece=piece,
        defaults={"shelf": shelf, "scanned_at": call.now, "difference": "" if here else Difference.EXTRA},
    )
    counts = counts_of(take)
    if not made:
        outcome = repeated(call, parcel, row.scanned_at or take.started_at, call.actor.id)
        outcome.answer.message = gettext("这次盘点已经扫过这件。")
        outcome.answer.counts = counts
        return outcome
    if not here:
        return _not_here(call, parcel, piece, counts)
    return Outcome(_ticked(parcel, call, shelf, counts, piece, pieces), parcel)


def _which(call: Call, take: StockTake, parcel: Parcel, pieces: PiecesHere, another: bool) -> int:
    """The piece that the code names, else the next that was not ticked off, first of the shelf that is counted.

    Raises PieceUnclear for a code without a piece number read again within a minute, unless it is `another` one.
    """
    if call.barcode.piece:
        return call.barcode.piece
    rows = list(take.items.filter(parcel=parcel, scanned_at__isnull=False).order_by("scanned_at"))
    ticked = {row.piece for row in rows}
    left = [n for n in pieces.shelves if n not in ticked]
    if not left:
        return rows[-1].piece
    if rows and not another and rows[-1].scanned_at and abs(call.now - rows[-1].scanned_at) <= SAME_WITHIN:
        raise PieceUnclear()
    shelf = call.fields.shelf.strip()
    return min(left, key=lambda n: (bool(shelf) and pieces.shelves[n] != shelf, n))


def _not_here(call: Call, parcel: Parcel, piece: int, counts: dict[str, int | None]) -> Outcome:
    hint = gettext("已记为多出，请放到一边；盘点后办理入库或查明去向。")
    if piece:
        message = gettext("账上没有第 %(piece)s 件。") % {"piece": piece}
    else:
        message = gettext("账上这件是“%(stage)s”，不在架上。") % {"stage": EVENT_LABELS[parcel.stage]}
    outcome = extra(call, parcel, message, counts, hint=hint)
    if piece:
        outcome.answer.facts = outcome.answer.facts | {"piece": piece}
    outcome.answer.undo = True
    return outcome


def _ticked(
    parcel: Parcel, call: Call, shelf: str, counts: dict[str, int | None], piece: int, pieces: PiecesHere | None
) -> Answer:
    lies = pieces.shelves[piece] if pieces else parcel.shelf
    told = gettext("第 %(piece)s 件，共 %(pieces)s 件。") % {"piece": piece, "pieces": parcel.pieces} if pieces else ""
    return Answer(
        word=str(words.DONE[call.task]),
        message=told + gettext("账上 %(expected)s 件，已点到 %(scanned)s 件。") % counts,
        hint=gettext("账上登记在货架 %(shelf)s。") % {"shelf": lies} if shelf and lies and shelf != lies else "",
        number=parcel.waybill,
        facts=facts_of(parcel, call.station) | {"shelf": shelf or lies} | ({"piece": piece} if pieces else {}),
        undo=True,
        counts=counts,
    )

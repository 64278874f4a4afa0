"""Arrival for pickup at a station: shelf, consent, code and message in one scan."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import Answer
from logistics.desk.barcodes import Kind
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.clocks import moment_for
from logistics.desk.services.facts import facts_of
from logistics.desk.services.finding import ForeignParcel, UnknownNumber, find_parcel
from logistics.desk.services.questions import ask_consent, ask_misrouted, ask_piece, ask_to_register
from logistics.desk.services.repeats import repeated, standing_event
from logistics.desk.services.shelves import shelf_of
from logistics.parcels.models import Parcel
from logistics.parcels.services.pickup.inbound import ConsentNeeded, Inbound, Piece, WrongStation, take_in_here
from logistics.parcels.services.pickup.pieces import PieceIn, PieceUnclear
from logistics.parcels.states import Stage


def inbound(call: Call, *, another: bool = False) -> Outcome:
    """READY_FOR_PICKUP with its code and message; on the shelf already: another shelf moves it, else it is a repeat.

    Of several pieces each is counted. `another`: the keeper said that it is not the one scanned before.
    """
    if call.barcode.kind == Kind.SHELF:
        return shelf_of(call)
    try:
        parcel = find_parcel(call)
    except UnknownNumber:
        return ask_to_register(call)
    except ForeignParcel as error:
        return ask_misrouted(call, error)
    try:
        done = take_in_here(
            parcel=parcel, station=call.station, shelf=call.fields.shelf, actor=call.actor, now=call.now,
            at=moment_for(call, parcel), piece=Piece(call.barcode.piece, call.barcode.pieces, another),
        )  # fmt: skip
    except WrongStation as error:
        return ask_misrouted(call, ForeignParcel(error.message, hint=error.hint))
    except ConsentNeeded as error:
        return ask_consent(call, parcel, str(error.message))
    except PieceUnclear as error:
        return ask_piece(call, parcel, error)
    if done.piece is not None:
        return _piece_in(call, parcel, done, done.piece)
    if done.fresh:
        return Outcome(_taken_in(parcel, call), parcel, done.events)
    shelf = done.shelf_before
    if call.fields.shelf.strip() not in ("", shelf):
        return Outcome(_moved(parcel, call, shelf), parcel)
    return _waiting_already(call, parcel, shelf)


def _taken_in(parcel: Parcel, call: Call) -> Answer:
    shelf = call.fields.shelf.strip()
    facts = facts_of(parcel, call.station) | {"shelf": shelf}
    return Answer(
        word=shelf or str(words.DONE[call.task]),
        message=gettext("已入库，收件人会收到取件通知。") if facts["reachable"] else gettext("已入库。"),
        hint=_how_to_tell(facts),
        number=parcel.waybill,
        facts=facts,
        undo=True,
    )


def _piece_in(call: Call, parcel: Parcel, done: Inbound, piece: PieceIn) -> Outcome:
    """One of several pieces: which, where, and how many are missing."""
    facts = facts_of(parcel, call.station) | {"shelf": piece.shelf, "piece": piece.number, "piece_of": piece.of}
    if piece.expected.raised_from:
        facts["raised_from"] = piece.expected.raised_from
    if not piece.fresh and piece.shelf == piece.before:
        outcome = repeated(call, parcel, piece.arrived_at, "system:", facts=facts)
        told = {"piece": piece.number}
        outcome.answer.message = (
            gettext("第 %(piece)s 件已经交出，不用再扫。") % told
            if piece.given_at
            else gettext("第 %(piece)s 件已入库，不用再扫。") % told
        )
        outcome.answer.hint = _rest(piece)
        return outcome
    answer = _taken_in(parcel, call)
    answer.word, answer.facts = piece.shelf or answer.word, facts
    answer.message = _told(piece)
    if piece.expected.label:
        answer.hint = _label_differs(piece)
    answer.counts = {"expected": piece.of, "scanned": piece.arrived}
    if not piece.fresh:
        answer.code, answer.word, answer.hint, answer.undo = "moved", str(words.MOVED), "", False
    return Outcome(answer, parcel, done.events)


def _told(piece: PieceIn) -> str:
    facts = {"piece": piece.number, "pieces": piece.of, "shelf": piece.shelf, "rest": _rest(piece)}
    if piece.shelf:
        return gettext("第 %(piece)s 件，共 %(pieces)s 件，放 %(shelf)s；%(rest)s") % facts
    return gettext("第 %(piece)s 件，共 %(pieces)s 件；%(rest)s") % facts


def _label_differs(piece: PieceIn) -> str:
    told = {"label": piece.expected.label, "pieces": piece.of}
    return gettext("面单写共 %(label)s 件，登记的是 %(pieces)s 件，按登记计。登记有误的，请在包裹页改件数。") % told


def _rest(piece: PieceIn) -> str:
    return gettext("还差 %(missing)s 件。") % {"missing": piece.missing} if piece.missing else gettext("已到齐。")


def same_piece(call: Call) -> Outcome:
    """The keeper says that one piece was read twice: nothing more is counted."""
    parcel = find_parcel(call)
    outcome = repeated(call, parcel, call.at, call.actor.id)
    outcome.answer.message = gettext("还是刚才那一件，没有多计。")
    return outcome


def _how_to_tell(facts: dict[str, Any]) -> str:
    """What the keeper does where no text message goes out."""
    if facts["reachable"]:
        return ""
    if facts["call"] == "relay":
        return gettext("登记的是带分机号的转接电话，收不到短信。请拨通后按分机号转接，或当面通知。")
    if facts["call"] == "phone":
        return gettext("登记的是座机，收不到短信。请打电话或当面通知。")
    return gettext("没有登记收件人的手机号。面单上的号码看得全就打电话，看不全就当面通知。")


def _moved(parcel: Parcel, call: Call, before: str) -> Answer:
    shelf = call.fields.shelf.strip()
    told = {"before": before or gettext("未上架"), "shelf": shelf}
    return Answer(
        code="moved",
        word=str(words.MOVED),
        message=gettext("已在库，货架由%(before)s改为%(shelf)s。") % told,
        number=parcel.waybill,
        facts=facts_of(parcel, call.station) | {"shelf": shelf},
    )


def _waiting_already(call: Call, parcel: Parcel, shelf: str) -> Outcome:
    facts = facts_of(parcel, call.station) | {"shelf": shelf}
    arrival = standing_event(parcel, Stage.READY_FOR_PICKUP, call.station)
    when, who = (arrival.recorded_at, arrival.actor) if arrival else (parcel.stage_at or call.now, "system:")
    return repeated(call, parcel, when, who, facts=facts)

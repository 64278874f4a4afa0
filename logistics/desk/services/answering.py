"""Going on with a scan that asked something."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
from django.db import transaction

from logistics.desk.answers import Answer
from logistics.desk.barcodes import read_barcode
from logistics.desk.models import Scan
from logistics.desk.services import questions
from logistics.desk.services.call import NEEDED, Call, Fields, Outcome
from logistics.desk.services.finding import find_parcel
from logistics.desk.services.handlers import HANDLERS
from logistics.desk.services.handlers.counting import stock_take
from logistics.desk.services.handlers.inbound import inbound, same_piece
from logistics.desk.services.handlers.passing import hand_over
from logistics.desk.services.scans import ScanNotFound, judged, keep
from logistics.desk.states import Result, Task
from logistics.parcels.services.guards import covers_station, require_station
from portal.core.actor import Actor


def answer_scan(*, id: uuid.UUID, value: str, actor: Actor, now: dt.datetime, destination: str = "") -> Answer:
    """The choice `value` for a scan that asked; what follows is stored as its answer.

    One's own; or a colleague's that asked for consent, which then becomes one's own, with its undoing.

    A scan that asks nothing (any more) gives its stored answer: answering twice is answering once. Raises
    ScanNotFound, and what take_scan raises.
    """
    with transaction.atomic():
        row = Scan.objects.select_for_update(of=("self",)).select_related("station__parent__parent").filter(
            pk=id
        ).first()  # fmt: skip
        if row is None or not _may_answer(row, actor):
            raise ScanNotFound()
        if row.result != Result.ASK:
            return msgspec.convert(row.answer, Answer)
        require_station(actor=actor, permission=NEEDED[Task(row.task)], station=row.station)
        if value == row.answer.get("decided"):  # sent again: the next question is there already
            return msgspec.convert(row.answer, Answer)
        call, ask = _call(row, actor, now), row.answer.get("ask") or {}
        if row.actor != actor.id:
            Scan.objects.filter(pk=row.pk).update(actor=actor.id)
        outcome = judged(lambda: _decide(ask, call, value, destination), call)
        if outcome.answer.code in (questions.BadAnswer.code, questions.DestinationMissing.code):
            outcome.answer.id = str(id)
            return outcome.answer  # the question stays
        return keep(outcome, call, decided=value)


def _may_answer(row: Scan, actor: Actor) -> bool:
    """Consent is asked later, from a list, by whoever has the time: anybody who takes in at that station."""
    if row.actor == actor.id:
        return True
    asks_consent = row.result == Result.ASK and (row.answer.get("ask") or {}).get("kind") == "consent"
    return asks_consent and covers_station(actor.scope(NEEDED[Task(row.task)]), row.station)


def _call(row: Scan, actor: Actor, now: dt.datetime) -> Call:
    fields = msgspec.convert(row.answer.get("fields") or {}, Fields)
    return Call(row.pk, Task(row.task), row.station, read_barcode(row.number), actor, now, fields)


def _decide(ask: dict[str, Any], call: Call, value: str, destination: str) -> Outcome:
    decide = _DECISIONS.get(ask.get("kind", ""))
    offered = {row["value"] for row in ask.get("options", [])}
    if ask.get("kind") == "consent":
        offered.add(questions.AGREED)  # by message, meanwhile
    if decide is None or value not in offered:
        raise questions.BadAnswer()
    return decide(call, value, destination)


def _registered(call: Call, value: str, destination: str) -> Outcome:
    if value == questions.ASIDE:
        return questions.put_aside(call)
    questions.register(call, value, destination)
    return HANDLERS[call.task](call)


def _consented(call: Call, value: str, destination: str) -> Outcome:
    if value == questions.AGREED:
        return HANDLERS[call.task](call)
    if value == questions.REFUSE:
        return questions.note_refusal(call, find_parcel(call))
    questions.note_consent(call, find_parcel(call), value)
    return HANDLERS[call.task](call)


def _misrouted(call: Call, value: str, destination: str) -> Outcome:
    if value == questions.RECORD:
        return questions.note_misrouted(call)
    if value != questions.LEAVE:
        raise questions.BadAnswer()
    return questions.leave(call)


def _piece(call: Call, value: str, destination: str) -> Outcome:
    if value != questions.ANOTHER:
        return same_piece(call)
    return stock_take(call, another=True) if call.task == Task.STOCK_TAKE else inbound(call, another=True)


def _other_station(call: Call, value: str, destination: str) -> Outcome:
    if value == questions.ASIDE:
        return questions.put_aside(call)
    if value == questions.LEAVE:
        return hand_over(call, as_it_is=True)
    questions.redirect_parcel(call, find_parcel(call), destination)
    return HANDLERS[call.task](call)


def _chosen(call: Call, value: str, destination: str) -> Outcome:
    return HANDLERS[call.task](_with_number(call, value))


def _with_number(call: Call, number: str) -> Call:
    return Call(call.id, call.task, call.station, read_barcode(number), call.actor, call.now, call.fields)


_DECISIONS: dict[str, Callable[[Call, str, str], Outcome]] = {
    "register": _registered,
    "consent": _consented,
    "wrong_station": _misrouted,
    "which": _chosen,
    "piece": _piece,
    "redirect": _other_station,
}

"""One scan: judged once, answered as often as it is sent.

The phone makes the id. Its row is inserted first and filled at the end, in one transaction: of two sends the second
waits for the first and reads its answer, and what fails leaves no row, so that it can be sent again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk.answers import Answer, refused
from logistics.desk.barcodes import Barcode, read_barcode
from logistics.desk.models import Scan
from logistics.desk.services.call import NEEDED, Asked, Call, Fields, Outcome
from logistics.desk.services.clocks import happened_at
from logistics.desk.services.handlers import HANDLERS
from logistics.desk.states import Result, Task
from logistics.desk.words import word_of
from logistics.parcels.services.guards import require_station
from logistics.registry.models import Station
from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound

UNDO_WITHIN = dt.timedelta(minutes=30)
RECENT = 50
_CLAIM = """
INSERT INTO desk_scan (id, task, station_id, actor, number, claimed_at, recorded_at, result, code, answer, events)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'refused', '', '{}', '[]') ON CONFLICT (id) DO NOTHING
"""


_KEEP = """
UPDATE desk_scan SET parcel_id = %s, result = %s, code = %s, number = %s, answer = %s::jsonb, events = %s::jsonb
WHERE id = %s
"""


class ScanNotFound(NotFound):
    """Also for somebody else's."""

    code = "scan_not_found"
    message = _("没有这次扫描。")
    hint = _("请刷新页面后查看最近的扫描。")


def take_scan(
    *,
    id: uuid.UUID,
    task: str,
    station: Station,
    number: str,
    actor: Actor,
    now: dt.datetime,
    at: dt.datetime | None = None,
    sent: dt.datetime | None = None,
    fields: Fields | None = None,
) -> Answer:
    """Judge one barcode read at `station` and do what its task asks for. `at` is the phone's clock, kept as claimed.

    The same id again gets the stored answer and changes nothing. Refusals by the rules are answers. What happens is
    dated by our clock, less the time that the scan lay on the phone (`sent` is its clock when it was sent). Raises
    ScanNotFound for an id of somebody else, Forbidden and StationNotFound where the actor may not do this work;
    database errors leave nothing behind.
    """
    if task not in NEEDED:
        raise NotFound()
    require_station(actor=actor, permission=NEEDED[Task(task)], station=station)
    happened = happened_at(at=at, sent=sent, now=now)
    call = Call(id, Task(task), station, read_barcode(number), actor, now, fields or Fields(), happened)
    return once(call, lambda: judged(lambda: HANDLERS[call.task](call), call), at=at)


def once(call: Call, act: Callable[[], Outcome], *, at: dt.datetime | None = None) -> Answer:
    """Run `act` unless the id of `call` was answered before; either way the one stored answer."""
    with transaction.atomic():
        if not _claim(call, at):
            return stored_answer(id=call.id, actor=call.actor)
        return keep(act(), call)


def _claim(call: Call, at: dt.datetime | None) -> bool:
    """Whether the id was free. Waits for a transaction that is just claiming it."""
    values: list[Any] = [call.id, call.task.value, call.station.pk, call.actor.id, call.barcode.kept, at, call.now]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return cursor.rowcount == 1


def judged(act: Callable[[], Outcome], call: Call) -> Outcome:
    """A refusal by the rules takes back what was begun and becomes an answer. Trouble on our side stays an error."""
    try:
        with transaction.atomic():
            return act()
    except Asked as asked:
        return asked.outcome
    except DomainError as error:
        return turned_down(error, call.barcode)


def turned_down(error: DomainError, barcode: Barcode) -> Outcome:
    if error.status >= 500:
        raise error
    return Outcome(refused(error, number=barcode.kept, word=word_of(error.code)))


def keep(outcome: Outcome, call: Call, *, decided: str = "") -> Answer:
    """Fill the claimed row; the answer as it is sent. `decided` is the choice that led to it."""
    answer = outcome.answer
    answer.id, answer.number = str(call.id), answer.number or call.barcode.kept
    if outcome.parcel is not None and outcome.parcel.printed_number != answer.number:
        answer.printed = outcome.parcel.printed_number
    _tell_piece(answer, call.barcode)
    kept = msgspec.to_builtins(answer) | {"fields": dataclasses.asdict(call.fields), "decided": decided}
    values = [
        outcome.parcel.pk if outcome.parcel else None, answer.result, answer.code,
        (call.barcode.kept or answer.number)[:64], _json(kept), _json(outcome.events), call.id,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
    return answer


def _tell_piece(answer: Answer, barcode: Barcode) -> None:
    """Which piece of how many the code names, in the answer and in what is kept of the scan."""
    if barcode.pieces > 1 and "piece" not in answer.facts and answer.result != Result.REFUSED:
        answer.facts = answer.facts | {"piece": barcode.piece, "piece_of": barcode.pieces}
        told = gettext("扫到第 %(piece)s 件，共 %(pieces)s 件。")
        answer.hint += told % {"piece": barcode.piece, "pieces": barcode.pieces}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def stored_answer(*, id: uuid.UUID, actor: Actor) -> Answer:
    row = Scan.objects.filter(pk=id, actor=actor.id).first()
    if row is None:
        raise ScanNotFound()
    return msgspec.convert(row.answer, Answer)


def recent_scans(*, actor: Actor, station: Station, task: str, now: dt.datetime) -> list[Answer]:
    """The actor's own last scans of a task at a station, newest first."""
    if task not in NEEDED:
        raise NotFound()
    require_station(actor=actor, permission=NEEDED[Task(task)], station=station)
    rows = Scan.objects.filter(station=station, task=task, actor=actor.id).order_by("-recorded_at")[:RECENT]
    return [with_undo(row, now) for row in rows]


def with_undo(row: Scan, now: dt.datetime) -> Answer:
    """The stored answer; whether it can be taken back depends on the time that has passed."""
    answer = msgspec.convert(row.answer, Answer)
    answer.undo = answer.undo and now - row.recorded_at <= UNDO_WITHIN
    return answer

"""One scan, the answer to its question, taking it back, and the last ones."""

from __future__ import annotations

import datetime as dt
import uuid

import msgspec
from django.views.decorators.http import require_GET, require_POST

from logistics.desk.api.base import NotJson, body_of, reply
from logistics.desk.selectors import work_station
from logistics.desk.services.answering import answer_scan
from logistics.desk.services.call import NEEDED, Fields
from logistics.desk.services.scans import recent_scans, take_scan
from logistics.desk.services.undoing import undo_scan
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import NotFound

SCANNERS = tuple(dict.fromkeys(NEEDED.values()))


class ScanBody(msgspec.Struct, kw_only=True):
    id: uuid.UUID
    number: str
    station: str
    at: str = ""
    sent: str = ""
    shelf: str = ""
    bag: str = ""
    handover: str = ""
    stock_take: str = ""


class AnswerBody(msgspec.Struct, kw_only=True):
    id: uuid.UUID
    value: str
    destination: str = ""


class IdBody(msgspec.Struct, kw_only=True):
    id: uuid.UUID


@needs(*SCANNERS)
@require_POST
def scan_post(request, task: str):
    permission = _permission(task, request.actor)
    body = body_of(request, ScanBody)
    answer = take_scan(
        id=body.id,
        task=task,
        station=work_station(actor=request.actor, permission=permission, code=body.station),
        number=body.number,
        at=_claimed(body.at),
        sent=_claimed(body.sent),
        fields=Fields(body.shelf, body.bag, body.handover, body.stock_take),
        actor=request.actor,
        now=now(),
    )
    return reply(answer)


@needs(*SCANNERS)
@require_POST
def scan_answer(request):
    body = body_of(request, AnswerBody)
    answer = answer_scan(id=body.id, value=body.value, destination=body.destination, actor=request.actor, now=now())
    return reply(answer)


@needs(Permission.SCAN_UNDO)
@require_POST
def scan_undo(request):
    body = body_of(request, IdBody)
    return reply(undo_scan(id=body.id, actor=request.actor, now=now()))


@needs(*SCANNERS)
@require_GET
def scan_recent(request):
    task = request.GET.get("task", "")
    permission = _permission(task, request.actor)
    station = work_station(actor=request.actor, permission=permission, code=request.GET.get("station", ""))
    scans = recent_scans(actor=request.actor, station=station, task=task, now=now())
    return reply({"scans": scans})


def _permission(task: str, actor) -> Permission:
    permission = NEEDED.get(task)
    if permission is None:
        raise NotFound()
    actor.require(permission)
    return permission


def _claimed(text: str) -> dt.datetime | None:
    """The phone's time if it can be read: a wrong clock is no reason to lose a scan."""
    if not text:
        return None
    if len(text) > 40:
        raise NotJson()
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment.astimezone(dt.UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None

"""The counter and the shelf: giving out against proof, and stock-takes."""

from __future__ import annotations

import uuid

import msgspec
from django.views.decorators.http import require_POST

from logistics.desk.api.base import body_of, reply
from logistics.desk.selectors import work_station
from logistics.desk.services.facts import tail_of
from logistics.desk.services.giving import give
from logistics.desk.services.stock import Line, counts_of, end_stock_take, start_stock_take
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now


class Proof(msgspec.Struct, kw_only=True):
    station: str
    method: str
    id: uuid.UUID | None = None
    code: str = ""
    token: str = ""
    pin: str = ""
    proxy: int | None = None
    also: list[str] = []
    rest: str = ""


class Start(msgspec.Struct, kw_only=True):
    station: str


class End(msgspec.Struct, kw_only=True):
    confirm: bool = False
    drop: bool = False


@needs(Permission.STATION_GIVE_OUT)
@require_POST
def give_out(request, waybill: str):
    body = body_of(request, Proof)
    station = work_station(actor=request.actor, permission=Permission.STATION_GIVE_OUT, code=body.station)
    answer = give(
        waybill=waybill, station=station, method=body.method, id=body.id, code=body.code, token=body.token,
        pin=body.pin, proxy=body.proxy, also=body.also, rest=body.rest, actor=request.actor, now=now(),
    )  # fmt: skip
    return reply(answer)


@needs(Permission.STOCK_TAKE)
@require_POST
def start(request):
    body = body_of(request, Start)
    station = work_station(actor=request.actor, permission=Permission.STOCK_TAKE, code=body.station)
    take = start_stock_take(station=station, actor=request.actor, now=now())
    return reply({"stock_take": {"id": str(take.pk), "state": take.state, **counts_of(take)}})


@needs(Permission.STOCK_TAKE)
@require_POST
def end(request, stock_take: uuid.UUID):
    body = body_of(request, End)
    found = end_stock_take(id=stock_take, confirm=body.confirm, drop=body.drop, actor=request.actor, now=now())
    take = found.take
    return reply(
        {
            "stock_take": {"id": str(take.pk), "state": take.state, **counts_of(take)},
            "missing": [_line(line) for line in found.missing],
            "extra": [_line(line) for line in found.extra],
        }
    )


def _line(line: Line) -> dict[str, str]:
    return {"number": line.number, "printed": line.printed, "tail": tail_of(line.parcel), "shelf": line.shelf}

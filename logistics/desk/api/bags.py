"""Bags: a new one, what is in it, seal, open and count, take a parcel out."""

from __future__ import annotations

import msgspec
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.desk.api.base import body_of, reply
from logistics.desk.selectors import work_station
from logistics.desk.services import lists
from logistics.desk.services.facts import pieces_in, tail_of
from logistics.desk.services.places import bag_for, bag_of_actor
from logistics.parcels.services.bags import contents_of, open_bag_at
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now


class NewBag(msgspec.Struct, kw_only=True):
    station: str
    destination: str


class Seal(msgspec.Struct, kw_only=True):
    seal: str


class Opened(msgspec.Struct, kw_only=True):
    station: str
    seal_intact: bool = True
    found: list[str] | None = None


class OneNumber(msgspec.Struct, kw_only=True):
    number: str


@needs(Permission.BAG_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def bags(request):
    """GET: bags being packed here and the usual lanes. POST: a new bag."""
    if request.method == "POST":
        body = body_of(request, NewBag)
        station = _station(request, body.station)
        bag = lists.new_bag(station=station, destination=body.destination, actor=request.actor, now=now())
        return reply({"bag": shown(bag)})
    station = _station(request, request.GET.get("station", ""))
    rows = [shown(bag) for bag in lists.open_bags(station=station, actor=request.actor)]
    lanes = [{"code": lane.code, "name": lane.name} for lane in lists.lanes_of(station)]
    return reply({"bags": rows, "lanes": lanes})


@needs(Permission.BAG_MANAGE)
@require_GET
def bag(request, bag: str):
    row = bag_of_actor(number=bag, actor=request.actor)
    inside = [
        {"number": parcel.waybill, "printed": parcel.printed_number, "tail": tail_of(parcel)}
        for parcel in contents_of(row)
    ]
    return reply({"bag": shown(row), "numbers": inside})


@needs(Permission.BAG_MANAGE)
@require_POST
def seal(request, bag: str):
    body = body_of(request, Seal)
    row = lists.seal(number=bag, seal_number=body.seal, actor=request.actor, now=now())
    return reply({"bag": shown(row)})


@needs(Permission.BAG_MANAGE)
@require_POST
def open_it(request, bag: str):
    body = body_of(request, Opened)
    station = _station(request, body.station)
    row = bag_for(number=bag, station=station, actor=request.actor)
    found = open_bag_at(
        bag=row, station=station, seal_intact=body.seal_intact, found=lists.plain_numbers(body.found),
        actor=request.actor, now=now(),
    )  # fmt: skip
    return reply(
        {
            "bag": shown(bag_of_actor(number=bag, actor=request.actor)),
            "present": [parcel.waybill for parcel in found.present],
            "missing": [_line(parcel) for parcel in found.missing],
            "extra": [_line(parcel) for parcel in found.extra],
        }
    )


@needs(Permission.BAG_MANAGE)
@require_POST
def remove(request, bag: str):
    body = body_of(request, OneNumber)
    row = lists.remove(number=bag, parcel_number=body.number, actor=request.actor, now=now())
    return reply({"bag": shown(row)})


def shown(row) -> dict:
    return {
        "number": row.number,
        "destination": {"code": row.destination.code, "name": row.destination.name},
        "count": pieces_in(row),
        "state": row.state,
        "seal": row.seal_number,
    }


def _line(parcel) -> dict[str, str]:
    return {"number": parcel.waybill, "printed": parcel.printed_number, "tail": tail_of(parcel)}


def _station(request, code: str):
    return work_station(actor=request.actor, permission=Permission.BAG_MANAGE, code=code)

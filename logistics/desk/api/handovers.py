"""Handovers and departures of the station: offer, look, answer, withdraw, leave."""

from __future__ import annotations

import uuid

import msgspec
from django.conf import settings
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.desk.api.base import body_of, reply
from logistics.desk.selectors import work_station
from logistics.desk.services import lists
from logistics.desk.services.facts import tail_of
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now

PHOTO = 40  # characters of a photo's id


class Taker(msgspec.Struct, kw_only=True):
    kind: str
    ref: str


class Offer(msgspec.Struct, kw_only=True):
    id: uuid.UUID
    station: str
    to: Taker
    numbers: list[str]
    photo: str = ""


class Taken(msgspec.Struct, kw_only=True):
    numbers: list[str]
    dispute: str = ""
    photo: str = ""


class Nothing(msgspec.Struct):
    pass


class Departure(msgspec.Struct, kw_only=True):
    station: str
    numbers: list[str]
    stage: str = ""


@needs(Permission.HANDOVER_GIVE, Permission.HANDOVER_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def handovers(request):
    if request.method == "POST":
        body = body_of(request, Offer)
        request.actor.require(Permission.HANDOVER_GIVE)
        station = work_station(actor=request.actor, permission=Permission.HANDOVER_GIVE, code=body.station)
        made = lists.offer(
            id=body.id, station=station, to_kind=body.to.kind, to_ref=body.to.ref, numbers=body.numbers,
            photo=body.photo[:PHOTO], actor=request.actor, now=now(),
        )  # fmt: skip
        return reply({"handover": shown(made)})
    code = request.GET.get("station", "")
    station = work_station(actor=request.actor, permission=Permission.HANDOVER_TAKE, code=code)
    return reply({"handovers": [shown(row) for row in lists.open_handovers(station=station, actor=request.actor)]})


@needs(Permission.HANDOVER_GIVE, Permission.HANDOVER_TAKE)
@require_GET
def handover(request, handover: uuid.UUID):
    row, items = lists.seen_handover(id=handover, actor=request.actor)
    numbers = [
        {
            "number": item.parcel.waybill,
            "printed": item.parcel.printed_number,
            "bag": item.bag.number if item.bag else "",
            "tail": tail_of(item.parcel),
            "expected": item.expected,
            "scanned": item.scanned,
        }
        for item in items
    ]
    return reply({"handover": shown(row), "numbers": numbers})


@needs(Permission.HANDOVER_TAKE)
@require_POST
def take(request, handover: uuid.UUID):
    body = body_of(request, Taken)
    row, missing, extra = lists.take(
        id=handover, numbers=body.numbers, dispute=body.dispute, photo=body.photo[:PHOTO],
        actor=request.actor, now=now(),
    )  # fmt: skip
    return reply({"handover": shown(row), "missing": _lines(missing), "extra": _lines(extra)})


@needs(Permission.HANDOVER_GIVE)
@require_POST
def withdraw(request, handover: uuid.UUID):
    body_of(request, Nothing)
    return reply({"handover": shown(lists.withdraw(id=handover, actor=request.actor, now=now()))})


@needs(Permission.EVENT_RECORD)
@require_POST
def depart(request):
    body = body_of(request, Departure)
    station = work_station(actor=request.actor, permission=Permission.EVENT_RECORD, code=body.station)
    departed, stage = lists.depart(
        station=station, numbers=body.numbers, stage=body.stage, actor=request.actor, now=now()
    )
    return reply({"departed": departed, "stage": stage})


def shown(row) -> dict:
    return {
        "id": str(row.pk),
        "state": row.state,
        "expected": row.expected,
        "scanned": row.scanned,
        "from": {"kind": row.from_kind, "ref": row.from_ref},
        "to": {"kind": row.to_kind, "ref": row.to_ref},
        "station": row.station.code,
        "qr": f"{settings.PUBLIC_URL}/work/handovers/{row.pk}/",
    }


def _lines(parcels) -> list[dict[str, str]]:
    return [{"number": parcel.waybill, "printed": parcel.printed_number, "tail": tail_of(parcel)} for parcel in parcels]

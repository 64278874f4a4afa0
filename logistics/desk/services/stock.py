"""Stock-takes: begin, compare, end. A missing parcel becomes an issue only when the keeper says so."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk.models import StockTake, StockTakeItem
from logistics.desk.services.places import StockTakeGone
from logistics.desk.states import Difference, StockTakeState
from logistics.parcels.errors import clock, spoken
from logistics.parcels.models import Parcel, ParcelPiece, PickupCode
from logistics.parcels.selectors_pieces import none_left, pieces_here
from logistics.parcels.services.guards import append, covers_station, event, lock, require_station
from logistics.parcels.states import Issue, Stage
from logistics.registry.models import Station
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import NotFound


class StockTakeUnknown(NotFound):
    code = "stock_take_unknown"
    message = _("没有这次盘点。")
    hint = _("请重新开始盘点。")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on a shelf: a parcel or, of several pieces, one of them (`piece` 0: it has one)."""

    parcel: Parcel
    piece: int
    shelf: str

    @property
    def number(self) -> str:
        """The waybill, and which piece of how many."""
        return self._with_piece(self.parcel.waybill)

    @property
    def printed(self) -> str:
        """What stands on the label, and which piece of how many."""
        return self._with_piece(self.parcel.printed_number)

    def _with_piece(self, number: str) -> str:
        if not self.piece:
            return number
        told = {"number": number, "piece": self.piece, "pieces": self.parcel.pieces}
        return gettext("%(number)s（第 %(piece)s/%(pieces)s 件）") % told


@dataclass(frozen=True, slots=True)
class Differences:
    take: StockTake
    missing: list[Line]
    extra: list[Line]


def on_the_shelf(station: Station) -> QuerySet[Parcel]:
    """What should lie there: waiting for pickup under a live code of this station."""
    waiting = PickupCode.objects.filter(station=station, used_at=None, voided_at=None).values("parcel")
    return Parcel.objects.filter(pk__in=waiting, stage=Stage.READY_FOR_PICKUP).exclude(none_left())


def lies_here(parcel: Parcel, station: Station) -> bool:
    return on_the_shelf(station).filter(pk=parcel.pk).exists()


def counts_of(take: StockTake) -> dict[str, int | None]:
    """Expected as of now, each piece counts; what is extra does not count as found."""
    return {
        "expected": _expected(take.station),
        "scanned": take.items.filter(difference="", scanned_at__isnull=False).count(),
    }


def running_stock_take(station: Station) -> dict[str, Any] | None:
    """The count that is open at `station`, with who began it and when, for a page that goes on with it; or None."""
    take = StockTake.objects.select_related("station").filter(station=station, state=StockTakeState.OPEN).first()
    if take is None:
        return None
    told = {"who": spoken(take.started_by), "when": clock(take.started_at)}
    begun = gettext("%(who)s %(when)s 开始的盘点，接着点。") % told
    return {"id": str(take.pk), "state": take.state, "begun": begun, **counts_of(take)}


def _expected(station: Station) -> int:
    """Parcels on the shelf, of several pieces each that lies there."""
    parcels = on_the_shelf(station)
    several = ParcelPiece.objects.filter(parcel__in=parcels.filter(pieces__gt=1).values("pk"), given_at=None)
    counted = several.aggregate(pieces=Count("pk"), parcels=Count("parcel", distinct=True))
    return parcels.count() + counted["pieces"] - counted["parcels"]


@transaction.atomic
def start_stock_take(*, station: Station, actor: Actor, now: dt.datetime) -> StockTake:
    """Begins a count, or joins the one that is open: a station has one at a time, by the database."""
    require_station(actor=actor, permission=Permission.STOCK_TAKE, station=station)
    rows = StockTake.objects.select_related("station").filter(station=station, state=StockTakeState.OPEN)
    if (row := rows.first()) is not None:
        return row
    try:
        with transaction.atomic():
            return StockTake.objects.create(station=station, started_at=now, started_by=actor.id)
    except IntegrityError:
        return rows.get()


@transaction.atomic
def end_stock_take(
    *, id: uuid.UUID, actor: Actor, now: dt.datetime, confirm: bool = False, drop: bool = False
) -> Differences:
    """The differences; with `confirm` the count is closed and every missing parcel gets a COUNT_MISMATCH issue.

    Without `confirm` it stays open, so that one can look again; `drop` gives it up without any issue. Ending it twice
    is ending it once. Raises StockTakeUnknown also for a station where the actor does not count, StockTakeGone for one
    that was dropped.
    """
    take = _lock(id, actor)
    if take.state == StockTakeState.DROPPED and not drop:
        raise StockTakeGone()
    if take.state != StockTakeState.OPEN:
        return _as_ended(take)
    if drop:
        return _close(take, StockTakeState.DROPPED, Differences(take, [], []), actor, now)
    found = Differences(take, _missing(take), _extra(take))
    return _close(take, StockTakeState.DONE, found, actor, now) if confirm else found


def _missing(take: StockTake) -> list[Line]:
    """What should lie there and was not scanned; of several pieces each one."""
    seen = set(take.items.filter(scanned_at__isnull=False).values_list("parcel_id", "piece"))
    once = on_the_shelf(take.station).exclude(pk__in={parcel for parcel, _piece in seen}, pieces=1)
    parcels = list(once.select_related("carrier").order_by("pk"))
    counted = pieces_here(parcels)
    lines: list[Line] = []
    for parcel in parcels:
        shelves = counted[parcel.pk].shelves if parcel.pk in counted else {0: parcel.shelf}
        lines += [Line(parcel, n, shelf) for n, shelf in sorted(shelves.items()) if (parcel.pk, n) not in seen]
    return lines


def _lock(id: uuid.UUID, actor: Actor) -> StockTake:
    actor.require(Permission.STOCK_TAKE)
    row = StockTake.objects.select_for_update(of=("self",)).select_related("station").filter(pk=id).first()
    if row is None or not covers_station(actor.scope(Permission.STOCK_TAKE), row.station):
        raise StockTakeUnknown()
    return row


def _close(take: StockTake, state: StockTakeState, found: Differences, actor: Actor, now: dt.datetime) -> Differences:
    take.counted = take.items.filter(scanned_at__isnull=False).count()
    take.expected = _expected(take.station)
    take.state, take.ended_at, take.ended_by = state, now, actor.id
    take.save()
    StockTakeItem.objects.bulk_create(
        [
            StockTakeItem(
                stock_take=take, parcel=line.parcel, piece=line.piece, shelf=line.shelf, difference=Difference.MISSING
            )
            for line in found.missing
        ]
    )
    locked = [parcel for parcel in lock([line.parcel for line in found.missing]) if not parcel.is_closed]
    events = [event(p, Issue.COUNT_MISMATCH, station=take.station, now=now) for p in locked]
    append(events=events, actor=actor, now=now)
    after = {"state": take.state, "missing": len(found.missing), "extra": len(found.extra)}
    record(actor=actor, now=now, action="stock_take.ended", target=take, after=after)
    return found


def _as_ended(take: StockTake) -> Differences:
    return Differences(take, _lines(take, Difference.MISSING), _extra(take))


def _extra(take: StockTake) -> list[Line]:
    return _lines(take, Difference.EXTRA)


def _lines(take: StockTake, difference: Difference) -> list[Line]:
    rows = StockTakeItem.objects.filter(stock_take=take, difference=difference)
    return [Line(row.parcel, row.piece, row.shelf) for row in rows.select_related("parcel__carrier").order_by("pk")]

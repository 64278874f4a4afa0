"""Stock-takes: begin, compare, end. A missing parcel becomes an issue only when the keeper says so."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.desk.models import StockTake, StockTakeItem
from logistics.desk.services.places import StockTakeGone
from logistics.desk.states import Difference, StockTakeState
from logistics.parcels.models import Parcel, PickupCode
from logistics.parcels.selectors_pieces import none_left
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
class Differences:
    take: StockTake
    missing: list[Parcel]
    extra: list[Parcel]


def on_the_shelf(station: Station) -> QuerySet[Parcel]:
    """What should lie there: waiting for pickup under a live code of this station."""
    waiting = PickupCode.objects.filter(station=station, used_at=None, voided_at=None).values("parcel")
    return Parcel.objects.filter(pk__in=waiting, stage=Stage.READY_FOR_PICKUP).exclude(none_left())


def lies_here(parcel: Parcel, station: Station) -> bool:
    return on_the_shelf(station).filter(pk=parcel.pk).exists()


def counts_of(take: StockTake) -> dict[str, int | None]:
    """Expected as of now; extra parcels do not count as found."""
    return {
        "expected": on_the_shelf(take.station).count(),
        "scanned": take.items.filter(difference="", scanned_at__isnull=False).count(),
    }


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
    seen = take.items.filter(scanned_at__isnull=False).values("parcel")
    missing = list(on_the_shelf(take.station).exclude(pk__in=seen).select_related("carrier").order_by("pk"))
    found = Differences(take, missing, _extra(take))
    return _close(take, StockTakeState.DONE, found, actor, now) if confirm else found


def _lock(id: uuid.UUID, actor: Actor) -> StockTake:
    actor.require(Permission.STOCK_TAKE)
    row = StockTake.objects.select_for_update(of=("self",)).select_related("station").filter(pk=id).first()
    if row is None or not covers_station(actor.scope(Permission.STOCK_TAKE), row.station):
        raise StockTakeUnknown()
    return row


def _close(take: StockTake, state: StockTakeState, found: Differences, actor: Actor, now: dt.datetime) -> Differences:
    take.counted = take.items.filter(scanned_at__isnull=False).count()
    take.expected = on_the_shelf(take.station).count()
    take.state, take.ended_at, take.ended_by = state, now, actor.id
    take.save()
    StockTakeItem.objects.bulk_create(
        [StockTakeItem(stock_take=take, parcel=p, shelf=p.shelf, difference=Difference.MISSING) for p in found.missing]
    )
    locked = [parcel for parcel in lock(found.missing) if not parcel.is_closed]
    events = [event(p, Issue.COUNT_MISMATCH, station=take.station, now=now) for p in locked]
    append(events=events, actor=actor, now=now)
    after = {"state": take.state, "missing": len(found.missing), "extra": len(found.extra)}
    record(actor=actor, now=now, action="stock_take.ended", target=take, after=after)
    return found


def _as_ended(take: StockTake) -> Differences:
    missing = [item.parcel for item in _items(take, Difference.MISSING)]
    return Differences(take, missing, _extra(take))


def _extra(take: StockTake) -> list[Parcel]:
    return [item.parcel for item in _items(take, Difference.EXTRA)]


def _items(take: StockTake, difference: Difference) -> QuerySet[StockTakeItem]:
    rows = StockTakeItem.objects.filter(stock_take=take, difference=difference)
    return rows.select_related("parcel__carrier").order_by("pk")

"""Taking one's own scan back while nothing rests on it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk import words
from logistics.desk.answers import Answer, refused
from logistics.desk.models import Scan, StockTakeItem
from logistics.desk.services.questions import STANDING
from logistics.desk.services.scans import UNDO_WITHIN, ScanNotFound
from logistics.desk.states import StockTakeState, Task
from logistics.desk.words import word_of
from logistics.parcels.errors import clock
from logistics.parcels.models import BagItem, Consent, Parcel
from logistics.parcels.services.bags import BagNotOpen, remove_from_bag
from logistics.parcels.services.consent import withdraw_consent, withdraw_standing_consent
from logistics.parcels.services.guards import lock_one, require_station
from logistics.parcels.services.pickup.pieces import lower_again, require_no_other_piece, take_piece_back
from logistics.parcels.services.pickup.remaining import take_pieces_back
from logistics.parcels.services.undo import take_back
from logistics.parcels.states import BagState, ConsentChannel
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError


class TooLateToUndo(Conflict):
    code = "too_late_to_undo"
    message = _("只能撤销三十分钟内的扫描。")
    hint = _("记录有误请联系县级中心更正。")


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = _("这次扫描没有记录任何事，不用撤销。")
    hint = _("请继续扫描。")


def undo_scan(*, id: uuid.UUID, actor: Actor, now: dt.datetime) -> Answer:
    """Takes the effect of a scan of one's own back by compensating events; the scan stays, marked.

    Undoing twice is undoing once. What rests on the scan already makes the answer a refusal that says what it is.
    Raises ScanNotFound, Forbidden without SCAN_UNDO at the station.
    """
    with transaction.atomic():
        rows = Scan.objects.select_for_update(of=("self",)).select_related("station", "parcel")
        row = rows.filter(pk=id, actor=actor.id).first()
        if row is None:
            raise ScanNotFound()
        require_station(actor=actor, permission=Permission.SCAN_UNDO, station=row.station)
        if row.undone_at is not None:
            return _undone(row)
        try:
            with transaction.atomic():
                _take_back(row, actor, now)
        except DomainError as error:
            if error.status >= 500:
                raise
            answer = refused(error, number=row.number, word=word_of(error.code))
            answer.id, answer.undo = str(row.pk), False
            return answer
        row.undone_at = now
        row.answer = row.answer | {"undo": False, "undone": True}
        row.save(update_fields=["undone_at", "answer"])
        return _undone(row)


def _undone(row: Scan) -> Answer:
    stored = msgspec.convert(row.answer, Answer)
    return Answer(
        id=str(row.pk),
        code="undone",
        word=str(words.UNDONE),
        message=gettext("已于 %(when)s 撤销这次扫描。") % {"when": clock(row.undone_at)},
        number=stored.number,
        facts=stored.facts,
        undone=True,
    )


def _take_back(row: Scan, actor: Actor, now: dt.datetime) -> None:
    if not row.answer.get("undo") or row.parcel is None:
        raise NothingToUndo()
    if now - row.recorded_at > UNDO_WITHIN:
        raise TooLateToUndo()
    way = _by_events if row.events else _WAYS.get(row.task, _by_events)
    way(row, row.parcel, actor, now)


def _by_events(row: Scan, parcel: Parcel, actor: Actor, now: dt.datetime) -> None:
    if row.task == Task.INBOUND and parcel.pieces > 1:
        require_no_other_piece(lock_one(parcel), _piece_of(row))
    take_back(parcel=parcel, event_ids=row.events, actor=actor, now=now)
    if row.task == Task.INBOUND:
        if raised_from := _raised_from(row):
            lower_again(lock_one(parcel), raised_from, gone=_piece_of(row))
        _forget_consent(row, parcel, actor, now)


def _forget_consent(row: Scan, parcel: Parcel, actor: Actor, now: dt.datetime) -> None:
    """Consent that this very scan noted was noted for the wrong parcel."""
    noted = Consent.objects.filter(
        parcel=parcel, recorded_by=actor.id, given_at__gte=row.recorded_at, withdrawn_at=None
    ).first()
    if noted is not None:
        withdraw_consent(parcel=parcel, channel=noted.channel, actor=actor, now=now)
    elif row.answer.get("decided") == STANDING:
        withdraw_standing_consent(parcel=parcel, channel=ConsentChannel.IN_PERSON, actor=actor, now=now)


def _facts_of(row: Scan) -> dict[str, Any]:
    """The facts of the answer that the scan got."""
    return row.answer.get("facts") or {}


def _piece_of(row: Scan) -> int:
    """Which piece of several the scan counted, 0 for none."""
    return int(_facts_of(row).get("piece") or 0)


def _raised_from(row: Scan) -> int:
    """How many pieces were expected before the label that was scanned said more, 0 when it did not."""
    return int(_facts_of(row).get("raised_from") or 0)


def _piece_out(row: Scan, parcel: Parcel, actor: Actor, now: dt.datetime) -> None:
    """A further piece: the parcel arrived by an earlier scan."""
    take_piece_back(parcel=parcel, number=_piece_of(row), actor=actor, now=now, raised_from=_raised_from(row))


def _pieces_back(row: Scan, parcel: Parcel, actor: Actor, now: dt.datetime) -> None:
    """Some of several pieces were given out, and the parcel waits on: no event says so."""
    numbers = _facts_of(row).get("given_pieces") or []
    take_pieces_back(parcel=parcel, numbers=numbers, actor=actor, now=now)


def _out_of_bag(row: Scan, parcel: Parcel, actor: Actor, now: dt.datetime) -> None:
    number = _facts_of(row).get("bag", "")
    inside = BagItem.objects.select_related("bag").filter(parcel=parcel, bag__number=number, removed_at=None)
    item = inside.first()
    if item is None:
        raise NothingToUndo(gettext("这个包裹已经不在袋内。"))
    if item.bag.state != BagState.OPEN:
        raise BagNotOpen()
    remove_from_bag(bag=item.bag, parcels=[parcel], actor=actor, now=now)


def _uncount(row: Scan, parcel: Parcel, actor: Actor, now: dt.datetime) -> None:
    taken = (row.answer.get("fields") or {}).get("stock_take") or None
    piece = {0, _piece_of(row)}
    items = StockTakeItem.objects.filter(
        stock_take=taken, parcel=parcel, piece__in=piece, stock_take__state=StockTakeState.OPEN
    )
    if not items.delete()[0]:
        raise NothingToUndo(gettext("这次盘点已经结束。"))


_WAYS: dict[str, Callable[[Scan, Parcel, Actor, dt.datetime], None]] = {
    Task.SORT.value: _out_of_bag,
    Task.INBOUND.value: _piece_out,
    Task.GIVE_OUT.value: _pieces_back,
    Task.STOCK_TAKE.value: _uncount,
}

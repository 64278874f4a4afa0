"""Several pieces under one number, counted at the counter (docs/decisions/pieces.md).

All under the parcel's lock. Parcels of one piece never come here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.models import Parcel, ParcelPiece
from logistics.parcels.selectors_counter import at_counter
from logistics.parcels.services.guards import lock_one
from logistics.parcels.services.pickup.arrival import tell_again
from logistics.parcels.states import Stage
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import Conflict

SAME_WITHIN = dt.timedelta(seconds=60)  # a code without a piece number, read again at one shelf, may be the same piece


class PieceUnclear(Conflict):
    code = "piece_unclear"
    message = _("刚扫过这个单号的一件。")
    hint = _("还是同一件，还是另一件？")


class PieceGone(Conflict):
    code = "built_upon"
    message = _("这个包裹之后又有变动，不能再撤销这一件。")
    hint = _("记录有误请联系县级中心更正。")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a label that says `3 of 5` did to the number of pieces: raised from how many, or what the label says where
    another count stands. Each 0 otherwise."""

    raised_from: int = 0
    label: int = 0


@dataclass(frozen=True, slots=True)
class PieceIn:
    """Piece `number` of `of`; `arrived` have, given out or not. `fresh`: this scan counted it; `before`: its old shelf.

    `given_at`: this very piece was given out then. `expected`: what its label did to the number of pieces.
    """

    number: int
    of: int
    arrived: int
    fresh: bool
    shelf: str
    before: str
    arrived_at: dt.datetime
    given_at: dt.datetime | None = None
    expected: Expected = Expected()

    @property
    def missing(self) -> int:
        return max(self.of - self.arrived, 0)


def seen_pieces(parcel: Parcel, *, without: int = 0) -> int:
    """How many pieces there are at least: as many as were scanned, and the highest number on a label."""
    rows = ParcelPiece.objects.filter(parcel=parcel).exclude(number=without)
    numbers = list(rows.values_list("number", flat=True))
    return max([1, len(numbers), *numbers])


def expect_pieces(parcel: Parcel, *, number: int, of: int) -> Expected:
    """A label that says `3 of 5` knows better than nobody, and a third piece proves that there are more than two.

    Where neither is so the count that stands is kept, and told: one digit of a label is soon read wrongly.
    """
    if of in (0, parcel.pieces):
        return Expected()
    before = parcel.pieces
    if of < before or (before > 1 and number <= before):
        return Expected(label=of)
    _set_pieces(parcel, of)
    return Expected(raised_from=before)


def lower_again(parcel: Parcel, raised_from: int, *, gone: int) -> None:
    """The scan of piece `gone`, whose label raised the number of pieces, was undone: back to what stood before, or to
    as many as were seen."""
    if 0 < raised_from < parcel.pieces:
        _set_pieces(parcel, max(raised_from, seen_pieces(parcel, without=gone)))


def _set_pieces(parcel: Parcel, pieces: int) -> None:
    Parcel.objects.filter(pk=parcel.pk).update(pieces=pieces)
    parcel.pieces = pieces


def first_piece(parcel: Parcel, *, number: int, shelf: str, at: dt.datetime, stays: bool) -> PieceIn:
    """The piece with which the parcel arrived. Rows of an earlier stay elsewhere go, unless the stay goes on."""
    if not stays:  # what was given out then stays given out
        ParcelPiece.objects.filter(parcel=parcel, given_at=None).delete()
    return count_piece(parcel, number=number, shelf=shelf, at=at, another=True)


def count_piece(parcel: Parcel, *, number: int, shelf: str, at: dt.datetime, another: bool) -> PieceIn:
    """A further piece of a parcel that waits here: `number` as its code names it, else the next free one.

    A piece that is here already is moved or a repeat, and so is any when all are here. Raises PieceUnclear for a code
    without a piece number, read again within a minute at one shelf, unless it was said to be `another` one.
    """
    rows = list(ParcelPiece.objects.filter(parcel=parcel).order_by("number"))
    if not rows and parcel.stage == Stage.READY_FOR_PICKUP:  # it waits since before its pieces were counted
        rows = [_uncounted(parcel, number, at)]
    if number:
        old = next((row for row in rows if row.number == number), None)
        return _again(parcel, old, shelf, rows) if old else _first_or_further(parcel, number, shelf, at, rows)
    taken = {row.number for row in rows}
    free = next((n for n in range(1, parcel.pieces + 1) if n not in taken), None)
    last = max(rows, key=lambda row: row.arrived_at, default=None)
    if free is None and last is not None:
        return _again(parcel, last, "", rows)
    if (
        last is not None
        and last.given_at is None
        and not another
        and shelf in ("", last.shelf)
        and abs(at - last.arrived_at) <= SAME_WITHIN
    ):
        raise PieceUnclear()
    return _first_or_further(parcel, free or 1, shelf, at, rows)


def _uncounted(parcel: Parcel, number: int, at: dt.datetime) -> ParcelPiece:
    own = 2 if number == 1 else 1
    arrived = parcel.ready_at or at
    return ParcelPiece.objects.create(parcel=parcel, number=own, shelf=parcel.shelf, arrived_at=arrived)


def _first_or_further(parcel: Parcel, number: int, shelf: str, at: dt.datetime, rows: Sequence[ParcelPiece]) -> PieceIn:
    if all(row.given_at is not None for row in rows):
        _lies_at(parcel, shelf)
    return _put(parcel, number, shelf, at, arrived=len(rows))


def _lies_at(parcel: Parcel, shelf: str) -> None:
    """The parcel's own shelf is that of the piece here that came first."""
    if parcel.shelf != shelf:
        Parcel.objects.filter(pk=parcel.pk).update(shelf=shelf)
        parcel.shelf = shelf


def _put(parcel: Parcel, number: int, shelf: str, at: dt.datetime, *, arrived: int) -> PieceIn:
    ParcelPiece.objects.create(parcel=parcel, number=number, shelf=shelf, arrived_at=at)
    return PieceIn(number, parcel.pieces, arrived + 1, True, shelf, "", at)


def _again(parcel: Parcel, row: ParcelPiece, shelf: str, rows: Sequence[ParcelPiece]) -> PieceIn:
    before = row.shelf
    if row.given_at is not None:
        return PieceIn(row.number, parcel.pieces, len(rows), False, before, before, row.arrived_at, row.given_at)
    if shelf and shelf != before:
        ParcelPiece.objects.filter(pk=row.pk).update(shelf=shelf)
        if parcel.shelf == before:  # the parcel's own shelf is that of the piece that came first
            Parcel.objects.filter(pk=parcel.pk).update(shelf=shelf)
    return PieceIn(row.number, parcel.pieces, len(rows), False, shelf or before, before, row.arrived_at)


def require_no_other_piece(parcel: Parcel, number: int) -> None:
    """The arrival itself is taken back last: raises PieceGone while other pieces lie here, or any was given out."""
    rows = ParcelPiece.objects.filter(parcel=parcel)
    if rows.filter(given_at__isnull=False).exists():
        raise PieceGone(gettext("这个单号已有件交出。"), hint=gettext("请先撤销那次交付，再撤销入库。"))
    if rows.exclude(number=number).exists():
        raise PieceGone(gettext("这个单号还有别的件在库。"), hint=gettext("请先撤销后扫的几件，再撤销第一件。"))


@transaction.atomic
def take_piece_back(*, parcel: Parcel, number: int, actor: Actor, now: dt.datetime, raised_from: int = 0) -> None:
    """A further piece was counted by mistake: its row goes, the parcel waits on. The caller knows that the actor
    counted it. Raises PieceGone when the parcel no longer waits here or the piece was given out."""
    actor.require(Permission.SCAN_UNDO)
    parcel = lock_one(parcel)
    if parcel.stage != Stage.READY_FOR_PICKUP:
        raise PieceGone()
    row = ParcelPiece.objects.filter(parcel=parcel, number=number).first()
    if row is None:
        raise ParcelNotFound()
    if row.given_at is not None:
        raise PieceGone(gettext("这一件已经交出。"), hint=gettext("请先撤销那次交付，再撤销入库。"))
    row.delete()
    lower_again(parcel, raised_from, gone=number)
    known = at_counter(parcel)
    if known.live_code is not None:
        tell_again(parcel=parcel, station=known.live_code.station, code=known.live_code.code, now=now, complete=False)
    record(actor=actor, now=now, action="scan.undone", target=parcel, before={"piece": number})

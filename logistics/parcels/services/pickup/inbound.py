"""Arrival at the station: shelf, consent, pickup code, one message. Never a delivery."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import WrongDirection, clock
from logistics.parcels.models import Event, Parcel, PickupCode
from logistics.parcels.selectors_consent import consented_parcels, declined
from logistics.parcels.selectors_counter import AtCounter, at_counter
from logistics.parcels.services.guards import append, event, lock_one, require_open, require_reach, require_station
from logistics.parcels.services.pickup.arrival import tell_again, tell_recipient
from logistics.parcels.services.pickup.codes import first_code, renew_code
from logistics.parcels.services.pickup.pieces import PieceIn, count_piece, expect_pieces, first_piece
from logistics.parcels.states import Direction, Issue, Stage
from logistics.registry import standing
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict

SHELF_LENGTH = 16


class ConsentNeeded(Conflict):
    code = "consent_needed"
    message = _("收件人还没有同意把包裹放到站点。")
    hint = _("请先联系收件人：同意的，登记同意后再入库；不同意的，上门投递。")


class ConsentNeededAfterAttempt(ConsentNeeded):
    message = _("上门投递未成功，收件人还没有同意改放站点。")
    hint = _("请联系收件人：同意的，登记同意后再入库；不同意的，约时间再次上门。")


class ConsentDeclined(ConsentNeeded):
    hint = _("请安排上门投递；收件人改了主意的，再登记同意。")


class WrongStation(Conflict):
    code = "wrong_station"


class StillInBag(Conflict):
    code = "still_in_bag"


class ParcelReturning(Conflict):
    code = "parcel_returning"
    message = _("这个包裹正在退回，不能再入库待取。")
    hint = _("请按退回包裹交给下一程。")


class WaitsElsewhere(Conflict):
    code = "waits_elsewhere"


class ShelfTooLong(BadInput):
    code = "shelf_too_long"
    message = _("货架位不能超过 16 个字。")
    hint = _("请用简短的编号，例如 3-2。")


class ShelfLooksLikeNumber(BadInput):
    code = "shelf_looks_like_number"
    message = _("货架位里像是有单号。")
    hint = _("请改正货架位，例如 3-2，再扫一次这件。")


_MANY_DIGITS = re.compile(r"[0-9]{7,}")  # no shelf has them; a scanner that typed into the field does


def shelf_named(text: str) -> str:
    """The shelf as it is kept. Raises ShelfTooLong, ShelfLooksLikeNumber."""
    shelf = text.strip()
    if len(shelf) > SHELF_LENGTH:
        raise ShelfTooLong()
    if _MANY_DIGITS.search(shelf):
        raise ShelfLooksLikeNumber()
    return shelf


@dataclass(frozen=True, slots=True)
class Inbound:
    """`fresh` says that the parcel arrived by this very scan; else it lay here already, on `shelf_before`.

    `events` are the ids, at the actor's source, of what was recorded. `piece` is what was counted of a parcel of
    several pieces, of which only the first one's arrival is `fresh`.
    """

    code: PickupCode
    fresh: bool
    shelf_before: str
    events: Sequence[str] = ()
    piece: PieceIn | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What a scan says of the piece: `number` of `of` as its code names it (0: not); `another` was asked about it."""

    number: int = 0
    of: int = 0
    another: bool = False


_UNNAMED = Piece()


def station_inbound(*, parcel: Parcel, station: Station, shelf: str, actor: Actor, now: dt.datetime) -> PickupCode:
    """As `take_in`, for those who only want the code."""
    return take_in(parcel=parcel, station=station, shelf=shelf, actor=actor, now=now).code


def take_in(
    *, parcel: Parcel, station: Station, shelf: str, actor: Actor, now: dt.datetime, at: dt.datetime | None = None
) -> Inbound:
    """Takes a parcel in for pickup at its station: READY_FOR_PICKUP, code and arrival message, all once.

    It arrived at `at`, which is `now` unless the scan reached us later. Scanning it again changes only the shelf.
    Raises Stopped where the station may take in nothing new, ConsentNeeded, WrongStation, StillInBag, WaitsElsewhere,
    ParcelReturning, ParcelClosed, WrongDirection, ShelfTooLong, and NotFound outside the actor's scope.
    """
    with transaction.atomic():
        return take_in_here(parcel=parcel, station=station, shelf=shelf, actor=actor, now=now, at=at)


def take_in_here(
    *,
    parcel: Parcel,
    station: Station,
    shelf: str,
    actor: Actor,
    now: dt.datetime,
    at: dt.datetime | None = None,
    piece: Piece = _UNNAMED,
) -> Inbound:
    """As take_in, in the caller's transaction. All that may be refused is asked before the first write.

    Of a parcel of several pieces each scan counts one: `piece` says which. Raises PieceUnclear as well.
    """
    require_station(actor=actor, permission=Permission.STATION_RECEIVE, station=station)
    shelf = shelf_named(shelf)
    locked = lock_one(parcel)
    require_reach(actor=actor, permission=Permission.STATION_RECEIVE, parcel=locked)
    require_open([locked])
    known = at_counter(locked)
    _require_right_place(locked, station, known)
    live = known.live_code
    if live is not None and locked.stage == Stage.READY_FOR_PICKUP:
        if max(locked.pieces, piece.of) > 1:
            return _count(locked, station, live, shelf, piece, now, at or now)
        if shelf:
            _move(locked, shelf)
        return Inbound(live, fresh=False, shelf_before=locked.shelf)
    standing.require_station(station, now=now)
    _require_consent(locked)
    if shelf or live is None:
        _move(locked, shelf)
    return _arrive(locked, station, known, actor, now, at or now, _first(locked, known, shelf, piece, at or now))


def _first(parcel: Parcel, known: AtCounter, shelf: str, piece: Piece, at: dt.datetime) -> PieceIn | None:
    """The piece of several with which the parcel arrives; None for a parcel of one piece."""
    expected = expect_pieces(parcel, number=piece.number, of=piece.of)
    if parcel.pieces == 1:
        return None
    stays = known.live_code is not None
    first = first_piece(parcel, number=piece.number, shelf=shelf, at=at, stays=stays)
    return replace(first, expected=expected)


def _count(
    parcel: Parcel, station: Station, live: PickupCode, shelf: str, piece: Piece, now: dt.datetime, at: dt.datetime
) -> Inbound:
    expected = expect_pieces(parcel, number=piece.number, of=piece.of)
    counted = count_piece(parcel, number=piece.number, shelf=shelf, at=at, another=piece.another)
    counted = replace(counted, expected=expected)
    if counted.fresh:
        tell_again(parcel=parcel, station=station, code=live.code, now=now, complete=not counted.missing)
    return Inbound(live, fresh=False, shelf_before=counted.before, piece=counted)


def _arrive(
    parcel: Parcel,
    station: Station,
    known: AtCounter,
    actor: Actor,
    now: dt.datetime,
    at: dt.datetime,
    piece: PieceIn | None,
) -> Inbound:
    code = known.live_code or _code_for(parcel, station, known, now)
    arrived = event(parcel, Stage.READY_FOR_PICKUP, station=station, now=at)
    ids = append(events=[arrived], actor=actor, now=now, stations=[station])
    tell_recipient(
        parcel=parcel, station=station, code=code.code, now=now, phone=known.phone, since=at, hours=known.keep_hours
    )
    return Inbound(code, fresh=True, shelf_before=parcel.shelf, events=ids, piece=piece)


def _move(parcel: Parcel, shelf: str) -> None:
    if shelf != parcel.shelf:
        Parcel.objects.filter(pk=parcel.pk).update(shelf=shelf)


def _code_for(parcel: Parcel, station: Station, known: AtCounter, now: dt.datetime) -> PickupCode:
    if known.code is None:
        return first_code(parcel=parcel, station=station, now=now)
    return renew_code(row=known.code, station=station, now=now)


def _require_right_place(parcel: Parcel, station: Station, known: AtCounter) -> None:
    if parcel.direction != Direction.DOWN:
        raise WrongDirection()
    if parcel.stage == Stage.RETURNING:
        raise ParcelReturning()
    bound_for = parcel.destination_station
    if bound_for is not None and bound_for.pk != station.pk:
        raise WrongStation(
            gettext("这个包裹应送到%(station)s。") % {"station": bound_for.name},
            hint=gettext("请登记“到错站点”，并交下一班车带回。"),
        )
    if known.bag:
        raise StillInBag(
            gettext("这个包裹还登记在 %(bag)s 号袋内。") % {"bag": known.bag},
            hint=gettext("请先拆袋核对，再逐件入库。"),
        )
    if (live := known.live_code) is not None and live.station_id != station.pk:
        raise WaitsElsewhere(
            gettext("这个包裹已在%(station)s待取。") % {"station": live.station.name},
            hint=gettext("请与该站核对实物在哪里，再请县级中心更正记录。"),
        )


def _require_consent(parcel: Parcel) -> None:
    if consented_parcels([parcel.pk]):
        return
    if said_no := declined([parcel.pk]).get(parcel.pk):
        told = gettext("收件人 %(when)s 说过：送上门，不放站点。") % {"when": clock(said_no)}
        raise ConsentDeclined(told)
    failed = Event.objects.filter(parcel=parcel, code=Issue.ATTEMPT_FAILED, occurred_at__gte=parcel.created_at)
    raise ConsentNeededAfterAttempt() if failed.exists() else ConsentNeeded()

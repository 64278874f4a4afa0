"""The rest of a parcel of several pieces: taking a partial pickup back, an announcement that counted wrong, and the
word that nothing more will come (docs/decisions/pieces.md).

All under the parcel's lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.models import Parcel, ParcelPiece, Pickup, PickupCode
from logistics.parcels.selectors_counter import at_counter
from logistics.parcels.selectors_pieces import pieces_of
from logistics.parcels.services import corrections
from logistics.parcels.services.guards import append, event, lock_one, reaches, require_open
from logistics.parcels.services.pickup.arrival import tell_again
from logistics.parcels.services.pickup.giving import deliver
from logistics.parcels.services.pickup.pieces import PieceGone, seen_pieces
from logistics.parcels.services.side_fields import MOST_PIECES
from logistics.parcels.states import Issue, Stage
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict

MAY_COUNT = (Permission.STATION_RECEIVE, Permission.PARCEL_CREATE, Permission.PARCEL_CORRECT)


class WhyMissing(corrections.WhyMissing):
    message = _("请写明理由，至少四个字。")


class BadPieces(BadInput):
    code = "bad_pieces"
    message = _("件数应为 1 至 999 的整数。")


class FewerThanSeen(Conflict):
    code = "fewer_than_seen"
    hint = _("件数不能少于已经扫到的件。扫错的请先撤销那次扫描。")


class RestNotWaited(Conflict):
    code = "rest_not_waited"
    message = _("这个包裹没有在等其余的件。")
    hint = _("还有件在架上的，请先交付；一件都没交过、件数登记有误的，请改件数。")


@transaction.atomic
def change_pieces(*, parcel: Parcel, pieces: int, why: str, actor: Actor, now: dt.datetime) -> Parcel:
    """The announcement counted wrong: the parcel has `pieces` pieces. Audited with `why`.

    By who receives at a station of the parcel, registers parcels of its carrier, or may correct it. When all there
    are were given out already, the parcel is delivered by that. Raises BadPieces, FewerThanSeen, WhyMissing,
    ParcelClosed, ParcelNotFound outside the actor's reach.
    """
    if not any(reaches(actor=actor, permission=permission, parcel=parcel) for permission in MAY_COUNT):
        raise ParcelNotFound()
    if not 1 <= pieces <= MOST_PIECES:
        raise BadPieces()
    corrections.require_why(why, WhyMissing)
    parcel = lock_one(parcel)
    require_open([parcel])
    before, seen = parcel.pieces, seen_pieces(parcel)
    if pieces < seen:
        raise FewerThanSeen(
            gettext("已经扫到第 %(seen)s 件，不能改成 %(pieces)s 件。") % {"seen": seen, "pieces": pieces}
        )
    if pieces == before:
        return parcel
    Parcel.objects.filter(pk=parcel.pk).update(pieces=pieces)
    record(
        actor=actor, now=now, action="parcel.pieces", target=parcel, why=why,
        before={"pieces": before}, after={"pieces": pieces},
    )  # fmt: skip
    _settle(parcel, pieces, actor, now)
    parcel.refresh_from_db()
    return parcel


def _settle(parcel: Parcel, pieces: int, actor: Actor, now: dt.datetime) -> None:
    """What follows from the new count for a parcel that waits at the counter."""
    live = at_counter(parcel).live_code
    counted = pieces_of(parcel)
    parcel.pieces = pieces
    if live is None or parcel.stage != Stage.READY_FOR_PICKUP or counted is None:
        return
    if counted.given >= pieces:
        _deliver_last(parcel, live, actor, now)
        return
    if pieces == 1:  # one piece has no rows; the parcel lies where its piece lies
        Parcel.objects.filter(pk=parcel.pk).update(shelf=next(iter(counted.shelves.values()), ""))
        ParcelPiece.objects.filter(parcel=parcel, given_at=None).delete()
    if counted.shelves:
        complete = counted.arrived >= pieces
        tell_again(parcel=parcel, station=live.station, code=live.code, now=now, complete=complete)


@transaction.atomic
def end_waiting(*, parcel: Parcel, why: str, actor: Actor, now: dt.datetime) -> Parcel:
    """The rest of a parcel, of which some pieces were given out and none lies here, will not come.

    Opens COUNT_MISMATCH, as every piece that got lost does, and records the delivery; `why` is kept in the audit log.
    Needs STATION_GIVE_OUT over the parcel. Raises RestNotWaited, WhyMissing, ParcelClosed, ParcelNotFound.
    """
    if not reaches(actor=actor, permission=Permission.STATION_GIVE_OUT, parcel=parcel):
        raise ParcelNotFound()
    corrections.require_why(why, WhyMissing)
    parcel = lock_one(parcel)
    require_open([parcel])
    live, counted = at_counter(parcel).live_code, pieces_of(parcel)
    if live is None or parcel.stage != Stage.READY_FOR_PICKUP:
        raise RestNotWaited()
    if counted is None or counted.shelves or not counted.given:
        raise RestNotWaited()
    missing = event(parcel, Issue.COUNT_MISMATCH, station=live.station, now=now)
    append(events=[missing], actor=actor, now=now, stations=[live.station])
    _deliver_last(parcel, live, actor, now)
    record(
        actor=actor, now=now, action="pickup.rest_ended", target=parcel, why=why,
        after={"given": counted.given, "missing": counted.missing},
    )  # fmt: skip
    parcel.refresh_from_db()
    return parcel


def _deliver_last(parcel: Parcel, live: PickupCode, actor: Actor, now: dt.datetime) -> None:
    """All there are were given out by partial pickups: delivered as the last of these was proved."""
    last = Pickup.objects.select_related("proxy").filter(parcel=parcel, undone_at=None, partial=True).latest("at")
    whole = Pickup(parcel=parcel, station=live.station, method=last.method, at=now, given_by=actor.id, proxy=last.proxy)
    deliver(whole, live, actor=actor, now=now)


@transaction.atomic
def take_pieces_back(*, parcel: Parcel, numbers: Sequence[int], actor: Actor, now: dt.datetime) -> None:
    """A partial pickup of the actor's own did not happen: its pieces lie here again.

    Raises PieceGone when the parcel no longer waits here, ParcelNotFound when the actor did not give these out.
    """
    actor.require(Permission.SCAN_UNDO)
    parcel = lock_one(parcel)
    if parcel.stage != Stage.READY_FOR_PICKUP or at_counter(parcel).live_code is None:
        raise PieceGone()
    rows = ParcelPiece.objects.filter(parcel=parcel, number__in=numbers, pickup__given_by=actor.id)
    pickups = set(rows.values_list("pickup", flat=True))
    if len(pickups) != 1:
        raise ParcelNotFound()
    (pickup,) = pickups
    ParcelPiece.objects.filter(pickup=pickup).update(given_at=None, pickup=None)
    Pickup.objects.filter(pk=pickup).update(undone_at=now)
    first = ParcelPiece.objects.filter(parcel=parcel, given_at=None).earliest("arrived_at")
    Parcel.objects.filter(pk=parcel.pk).update(shelf=first.shelf)
    record(actor=actor, now=now, action="scan.undone", target=parcel, before={"given": sorted(numbers)})

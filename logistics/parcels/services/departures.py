"""A vehicle leaves a station with parcels that no driver confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Handover, HandoverItem, Parcel
from logistics.parcels.services.evidence import Proven, not_yet
from logistics.parcels.services.guards import append, event, lock, require_open, require_parcels, require_station
from logistics.parcels.services.handovers import NotHeld
from logistics.parcels.states import DEPARTURES, Custodian, HandoverState, Stage
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict


class OpenHandover(Conflict):
    code = "open_handover"
    message = _("还有未确认的交接，不能发车。")
    hint = _("请接收方扫描确认，或由交出方撤回交接单后再发车。")


class NotADeparture(BadInput):
    code = "not_a_departure"
    message = _("这不是发车环节。")
    hint = _("请选择发往乡镇、发往村站、发往县城或干线。")


def assert_no_open_handover(*, parcels: Iterable[Parcel] = (), station: Station | None = None) -> None:
    """Raises OpenHandover while one of `parcels`, or anything offered at `station`, waits for an answer."""
    pending = HandoverItem.objects.filter(open=True, expected=True)
    if pending.filter(parcel__in=[p.pk for p in parcels]).exists():
        raise OpenHandover()
    if station is not None and Handover.objects.filter(station=station, state=HandoverState.PENDING).exists():
        raise OpenHandover()


@transaction.atomic
def depart(*, station: Station, parcels: Sequence[Parcel], stage: str, actor: Actor, now: dt.datetime) -> None:
    """A vehicle leaves `station` with `parcels`: records `stage` (one of DEPARTURES) for all that have not left yet.

    For loads that no driver confirmed: what a driver confirmed has left by that, and nothing is recorded twice.
    Raises OpenHandover while a handover of one of them is unanswered, NotHeld where another station has one,
    NotADeparture, ParcelClosed.
    """
    require_station(actor=actor, permission=Permission.EVENT_RECORD, station=station)
    require_parcels(actor=actor, permission=Permission.EVENT_RECORD, parcels=parcels)
    if stage not in DEPARTURES:
        raise NotADeparture()
    locked = lock(parcels)
    require_open(locked)
    if any(p.custody_kind == Custodian.STATION and p.custody_ref != station.code for p in locked):
        raise NotHeld()
    assert_no_open_handover(parcels=locked)
    leaving = not_yet(Proven(p, Stage(stage), station) for p in locked)
    append(events=[event(row.parcel, stage, station=station, now=now) for row in leaving], actor=actor, now=now)

"""Another station for a parcel whose own may take in nothing new: closed, suspended, or its certificate has ended."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import WrongDirection
from logistics.parcels.models import Consent, Parcel
from logistics.parcels.services.guards import lock_one, require_open, require_parcels
from logistics.parcels.states import Direction, Stage
from logistics.registry import standing
from logistics.registry.models import Station
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.clock import county_day
from portal.core.errors import Conflict


class NothingToRedirect(Conflict):
    code = "destination_works"
    message = _("这个包裹的投递站点照常收件，不用改送。")
    hint = _("请按原站点分拣。")


def destination_stopped(parcel: Parcel, *, now: dt.datetime) -> bool:
    """Whether the parcel is on its way to a station that may take in nothing new. Reads the destination's operator."""
    to = parcel.destination_station
    if to is None or parcel.direction != Direction.DOWN or parcel.stage in (Stage.READY_FOR_PICKUP, Stage.RETURNING):
        return False
    return not standing.is_good(to, today=county_day(now))


@transaction.atomic
def redirect(*, parcel: Parcel, station: Station, permission: str, actor: Actor, now: dt.datetime) -> Parcel:
    """Sends `parcel` to `station` instead of its stopped one. Needs `permission` over the parcel.

    The recipient agreed to the old station: an agreement for this parcel alone ends, and the new station asks again.
    Raises NothingToRedirect while the old station works, Stopped for a new one that does not, WrongDirection,
    ParcelClosed, ParcelNotFound.
    """
    require_parcels(actor=actor, permission=permission, parcels=[parcel])
    locked = lock_one(parcel)
    require_open([locked])
    if locked.direction != Direction.DOWN:
        raise WrongDirection()
    bound = Station.objects.select_related("operator")
    old = bound.filter(pk=locked.destination_station_id).first() if locked.destination_station_id else None
    locked.destination_station = old  # as it is now, not as it was when the parcel was read
    if old is None or not destination_stopped(locked, now=now):
        raise NothingToRedirect()
    standing.require_station(station, now=now)
    Parcel.objects.filter(pk=locked.pk).update(destination_station=station)
    Consent.objects.filter(parcel=locked, withdrawn_at=None).update(withdrawn_at=now)
    record(
        actor=actor, now=now, action="parcel.redirected", target=locked, area=locked.area,
        before={"destination_station": old.code}, after={"destination_station": station.code},
    )  # fmt: skip
    return locked

"""Closing a station for good, with its certificate when it has one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from logistics.certificates.models import Certificate
from logistics.certificates.services.measures import cancel
from logistics.certificates.states import CURRENT
from logistics.licensing.kinds.station import KIND
from logistics.registry.models import Station
from logistics.registry.register import lock
from logistics.registry.services.parties import STATIONS, close
from portal.core.actor import Actor


@transaction.atomic
def close_station(*, station: Station, actor: Actor, now: dt.datetime, why: str) -> Station:
    """Close a station for good. Needs STATION_EDIT over it, and CERTIFICATE_MANAGE when it has a certificate.

    Raises StationNotEmpty while parcels lie there, are on the way there, or stations hang below it; StationNotFound
    beyond the actor's reach; Conflict when it is closed already; and what cancelling a certificate refuses.
    """
    row = lock(STATIONS, station, actor)
    KIND.leaving(row)
    held = Certificate.objects.filter(kind=KIND.code, holder=row.pk, state__in=CURRENT).first()
    if held is None:
        close(party=row, actor=actor, now=now, why=why)
    else:
        cancel(certificate=held, actor=actor, now=now, why=why)
    row.refresh_from_db()
    return row

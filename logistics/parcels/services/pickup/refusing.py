"""The recipient does not want the parcel."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.models import Parcel
from logistics.parcels.services.guards import append, event, is_own, lock_one, reaches, require_open
from logistics.parcels.states import Issue, Stage
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import Conflict
from portal.core.scrubbing import scrub

TEXT_LENGTH = 200


class AlreadyReturning(Conflict):
    code = "already_returning"
    message = _("这个包裹已经在退回途中。")
    hint = _("无需再登记拒收。")


@transaction.atomic
def refuse_parcel(*, parcel: Parcel, actor: Actor, now: dt.datetime, why: str = "") -> Parcel:
    """Records that the recipient refuses the parcel; its return is a separate act (`returns.start_return`).

    Said by the recipient, or noted at the counter by who may give out. Saying it twice is saying it once. `why` is
    scrubbed of personal data. Raises ParcelClosed, AlreadyReturning, ParcelNotFound outside the actor's reach.
    """
    own = is_own(actor=actor, parcel=parcel)
    if not own and not reaches(actor=actor, permission=Permission.STATION_GIVE_OUT, parcel=parcel):
        raise ParcelNotFound()
    parcel = lock_one(parcel)
    require_open([parcel])
    if parcel.stage == Stage.RETURNING:
        raise AlreadyReturning()
    if Issue.REFUSED not in parcel.issues:
        refused = event(parcel, Issue.REFUSED, station=parcel.station, now=now, text=scrub(why, TEXT_LENGTH))
        append(events=[refused], actor=actor, now=now)
        parcel.refresh_from_db()
    return parcel

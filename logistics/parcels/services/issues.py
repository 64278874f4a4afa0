"""Issues that people find and settle: damage with its picture, and the word that a trouble is over."""

from __future__ import annotations

import datetime as dt
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelNotFound
from logistics.parcels.models import Parcel
from logistics.parcels.services.guards import append, event, lock_one, reaches, require_open, require_parcels
from logistics.parcels.services.photos import keep, stored
from logistics.parcels.states import Act, Issue, PhotoKind
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.core.images import clean_image
from portal.core.scrubbing import scrub

TEXT_LENGTH = 200
SHORTEST = 4


class NoSuchIssue(Conflict):
    code = "no_such_issue"
    message = _("这个包裹没有这项未结的异常。")
    hint = _("请刷新后查看；可能已经有人处理。")


class SayHow(BadInput):
    code = "say_how"
    message = _("请写明怎样处理的，至少四个字。")
    hint = _("例如“已与收件人核对，外箱破、物品完好”。请不要写姓名和电话。")


@transaction.atomic
def resolve_issue(*, parcel: Parcel, issue: str, how: str, actor: Actor, now: dt.datetime) -> Parcel:
    """Says that an open issue is settled, and how; `how` is scrubbed and shown with the event.

    By who receives at a station of the parcel (STATION_RECEIVE) or may correct it (PARCEL_CORRECT). Raises SayHow,
    NoSuchIssue, ParcelClosed, ParcelNotFound.
    """
    may = (Permission.STATION_RECEIVE, Permission.PARCEL_CORRECT)
    if not any(reaches(actor=actor, permission=permission, parcel=parcel) for permission in may):
        raise ParcelNotFound()
    if len(how.strip()) < SHORTEST:
        raise SayHow()
    parcel = lock_one(parcel)
    require_open([parcel])
    if issue not in parcel.issues:
        raise NoSuchIssue()
    settled = event(
        parcel, Act.ISSUE_RESOLVED, station=parcel.station, now=now, issue=issue, text=scrub(how, TEXT_LENGTH)
    )
    append(events=[settled], actor=actor, now=now)
    record(actor=actor, now=now, action="issue.resolved", target=parcel, before={"issue": issue})
    parcel.refresh_from_db()
    return parcel


def report_damage(*, parcel: Parcel, file: BinaryIO, what: str, actor: Actor, now: dt.datetime) -> Parcel:
    """Opens a DAMAGED issue with its picture; a second picture joins the open issue.

    Needs EVENT_RECORD over the parcel. Raises the refusals of `clean_image`, ParcelClosed, ParcelNotFound.
    """
    require_parcels(actor=actor, permission=Permission.EVENT_RECORD, parcels=[parcel])
    image = clean_image(file)
    with stored(image=image, now=now) as place, transaction.atomic():
        locked = lock_one(parcel)
        require_open([locked])
        keep(place=place, image=image, kind=PhotoKind.DAMAGE, actor=actor, now=now, parcel=locked)
        if Issue.DAMAGED not in locked.issues:
            damaged = event(locked, Issue.DAMAGED, station=locked.station, now=now, text=scrub(what, TEXT_LENGTH))
            append(events=[damaged], actor=actor, now=now)
        locked.refresh_from_db()
    return locked

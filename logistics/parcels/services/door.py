"""The doorstep: setting out, handing over against a proof exactly once, and attempts that failed.

The code for the door is a code of its own (DoorCode), not the pickup code: a pickup code belongs to a station and opens
its shelf, a door code belongs to a parcel in somebody's hands. It counts only while the parcel is out for delivery, so
the station can't take one for the other, and after a failed attempt the station issues its code as for any arrival.
"""

from __future__ import annotations

import datetime as dt
from typing import BinaryIO

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.door_text import NUMBER_TAIL, OUT_FOR_DELIVERY, POSTED
from logistics.parcels.errors import WrongDirection, clock, spoken
from logistics.parcels.models import BagItem, DoorCode, DoorDelivery, HandoverItem, Parcel, Photo
from logistics.parcels.services.door_refusals import (
    AlreadyDelivered,
    DoorCodeLocked,
    DoorProofMissing,
    GoingBack,
    InABag,
    NoDoorCode,
    NotInYourHands,
    NotOutForDelivery,
    OnAHandover,
    ReasonMissing,
    WaitsForPickup,
    WrongDoorCode,
)
from logistics.parcels.services.guards import (
    append,
    covers_station,
    event,
    lock_one,
    phone_of,
    require_open,
    require_parcels,
    require_working,
)
from logistics.parcels.services.photos import keep, stored
from logistics.parcels.services.pickup.codes import CodeLocked, code_hash, draw_code, spaced, try_code
from logistics.parcels.services.pickup.giving import delivered_variant
from logistics.parcels.states import ContactRole, Custodian, Direction, DoorProof, Issue, PhotoKind, Stage
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.clock import county_day
from portal.core.errors import DomainError
from portal.core.images import clean_image
from portal.core.phones import is_mobile
from portal.core.scrubbing import scrub
from portal.notify.services import send

NOTE_LENGTH = 200


class FailedReason(models.TextChoices):
    """Why nobody got the parcel. Each opens the issue of ISSUE_OF."""

    NOT_HOME = "not_home", _("家中无人")
    ASKED_LATER = "asked_later", _("收件人要求改天送")
    NO_ACCESS = "no_access", _("道路不通或车进不去")
    UNREACHABLE = "unreachable", _("电话打不通")
    BAD_ADDRESS = "bad_address", _("地址不对或找不到")
    OUT_OF_AREA = "out_of_area", _("不在派送范围")
    REFUSED = "refused", _("收件人拒收")


ISSUE_OF: dict[str, Issue] = {
    FailedReason.NOT_HOME: Issue.ATTEMPT_FAILED,
    FailedReason.ASKED_LATER: Issue.ATTEMPT_FAILED,
    FailedReason.NO_ACCESS: Issue.ATTEMPT_FAILED,
    FailedReason.UNREACHABLE: Issue.UNREACHABLE,
    FailedReason.BAD_ADDRESS: Issue.BAD_ADDRESS,
    FailedReason.OUT_OF_AREA: Issue.OUT_OF_AREA,
    FailedReason.REFUSED: Issue.REFUSED,
}
FAILED = frozenset(str(issue) for issue in ISSUE_OF.values())


@transaction.atomic
def start_delivery(*, parcel: Parcel, actor: Actor, now: dt.datetime) -> Parcel:
    """The actor sets out with a parcel: OUT_FOR_DELIVERY, and the recipient is told the code for the door.

    The parcel must be in the actor's own hands, at a station where they give out, or in hands that nobody recorded.
    Once an attempt: said again it changes nothing, and after a failed attempt it begins the next. One message a day.
    A courier who may take on nothing new still sets out with what they carry. Needs PARCEL_DELIVER over the parcel.
    Raises NotInYourHands, WaitsForPickup, GoingBack, InABag, OnAHandover, Stopped, WrongDirection, ParcelClosed,
    ParcelNotFound.
    """
    require_parcels(actor=actor, permission=Permission.PARCEL_DELIVER, parcels=[parcel])
    parcel = lock_one(parcel)
    require_open([parcel])
    _require_deliverable(parcel, actor)
    if parcel.stage == Stage.OUT_FOR_DELIVERY and not FAILED & set(parcel.issues):
        return parcel
    if parcel.custody_kind != Custodian.PERSON and parcel.stage != Stage.OUT_FOR_DELIVERY:
        require_working(actor=actor, now=now)
    left_from = _left_from(parcel, actor)
    append(events=[event(parcel, Stage.OUT_FOR_DELIVERY, station=left_from, now=now)], actor=actor, now=now)
    _tell(parcel, left_from, now)
    parcel.refresh_from_db()
    return parcel


def deliver_at_door(
    *, parcel: Parcel, proof: str, actor: Actor, now: dt.datetime, code: str = "", file: BinaryIO | None = None
) -> DoorDelivery:
    """Hands a parcel that is out for delivery to its recipient and records the delivery, exactly once.

    `proof` is CODE with what the recipient read out, PHOTO or SIGNATURE with a picture in `file`. Of two couriers at
    once one succeeds; the other gets AlreadyDelivered. A wrong code is counted even though the call fails; five lock it
    for half an hour. Needs PARCEL_DELIVER over the parcel. Raises DoorProofMissing, WrongDoorCode, DoorCodeLocked,
    NoDoorCode, the refusals of `clean_image`, NotOutForDelivery, NotInYourHands, ParcelClosed, ParcelNotFound.
    """
    require_parcels(actor=actor, permission=Permission.PARCEL_DELIVER, parcels=[parcel])
    if proof == DoorProof.CODE:
        return _deliver_by_code(parcel, code, actor, now)
    if proof not in DoorProof.values or file is None:
        raise DoorProofMissing()
    drawn = proof == DoorProof.SIGNATURE
    image = clean_image(file, drawn=drawn)
    kind = PhotoKind.SIGNATURE if drawn else PhotoKind.DELIVERY
    with stored(image=image, now=now) as place, transaction.atomic():
        locked = _at_the_door(parcel, actor)
        photo = keep(place=place, image=image, kind=kind, actor=actor, now=now, parcel=locked)
        return _deliver(locked, proof, actor, now, photo)


@transaction.atomic
def attempt_failed(*, parcel: Parcel, reason: str, actor: Actor, now: dt.datetime, note: str = "") -> Parcel:
    """Nobody got the parcel: opens the issue that `reason` (FailedReason) stands for. Twice said is once said.

    The parcel stays in the courier's hands; the next `start_delivery` ends the issue. `note` is scrubbed of personal
    data. Raises ReasonMissing, NotOutForDelivery, NotInYourHands, ParcelClosed, ParcelNotFound.
    """
    require_parcels(actor=actor, permission=Permission.PARCEL_DELIVER, parcels=[parcel])
    if reason not in FailedReason.values:
        raise ReasonMissing()
    parcel = _at_the_door(parcel, actor)
    issue = ISSUE_OF[reason]
    if issue not in parcel.issues:
        where = _left_from(parcel, actor)
        failed = event(parcel, issue, station=where, now=now, reason=reason, text=scrub(note, NOTE_LENGTH))
        append(events=[failed], actor=actor, now=now)
        parcel.refresh_from_db()
    return parcel


def reopen_door(*, parcel: Parcel, now: dt.datetime) -> None:
    """The delivery was corrected: it did not occur. Its code counts again."""
    if DoorDelivery.objects.filter(parcel=parcel, undone_at=None).update(undone_at=now):
        DoorCode.objects.filter(parcel=parcel).update(used_at=None, wrong_tries=0, locked_until=None)


def _at_the_door(parcel: Parcel, actor: Actor) -> Parcel:
    """The parcel under its lock, when it may be handed over or reported as failed."""
    locked = lock_one(parcel)
    given = DoorDelivery.objects.filter(parcel=locked, undone_at=None).first()
    if given is not None:
        raise _already(given)
    require_open([locked])
    if locked.stage != Stage.OUT_FOR_DELIVERY:
        raise NotOutForDelivery()
    _require_held(locked, actor)
    return locked


def _require_deliverable(parcel: Parcel, actor: Actor) -> None:
    if parcel.direction != Direction.DOWN:
        raise WrongDirection()
    if parcel.stage == Stage.RETURNING:
        raise GoingBack()
    if parcel.stage == Stage.READY_FOR_PICKUP:
        raise WaitsForPickup()
    _require_held(parcel, actor)
    if BagItem.objects.filter(parcel=parcel, removed_at=None).exists():
        raise InABag()
    if HandoverItem.objects.filter(parcel=parcel, open=True, expected=True).exists():
        raise OnAHandover()


def _require_held(parcel: Parcel, actor: Actor) -> None:
    """In the actor's hands, on the shelf of a station where they give out, or with nobody by the record."""
    if parcel.custody_kind == Custodian.PERSON:
        held = parcel.custody_ref == actor.id
    elif parcel.custody_kind == Custodian.STATION:
        station = Station.objects.filter(code=parcel.custody_ref).first()
        held = station is not None and covers_station(actor.scope(Permission.STATION_GIVE_OUT), station)
    else:
        held = parcel.custody_kind == ""
    if not held:
        raise NotInYourHands()


def _left_from(parcel: Parcel, actor: Actor) -> Station | None:
    """Which of the actor's stations the round starts at: the parcel's own, else the first."""
    mine = list(Station.objects.filter(pk__in=actor.scope(Permission.PARCEL_DELIVER).stations).order_by("code"))
    for pk in (parcel.station_id, parcel.destination_station_id):
        for station in mine:
            if station.pk == pk:
                return station
    return mine[0] if mine else parcel.station


def _tell(parcel: Parcel, left_from: Station | None, now: dt.datetime) -> None:
    phone = phone_of(parcel, ContactRole.RECIPIENT)
    if not is_mobile(phone):
        return
    digits = draw_code()
    row, _made = DoorCode.objects.get_or_create(
        parcel=parcel, defaults={"code": digits, "code_hash": code_hash(digits), "issued_at": now}
    )
    DoorCode.objects.filter(pk=row.pk).update(wrong_tries=0, locked_until=None, used_at=None)
    caller = parcel.destination_station or left_from
    send(
        template=OUT_FOR_DELIVERY.name,
        recipient=phone,
        parameters={
            "tail": parcel.printed_number[-NUMBER_TAIL:],
            "code": spaced(row.code),
            "hotline": (caller.phone if caller else "") or POSTED,
        },
        dedupe_key=f"door:{parcel.pk}:{county_day(now):%Y%m%d}",
        now=now,
        area=parcel.area,
    )


def _deliver_by_code(parcel: Parcel, code: str, actor: Actor, now: dt.datetime) -> DoorDelivery:
    with transaction.atomic():
        locked = _at_the_door(parcel, actor)
        row = DoorCode.objects.filter(parcel=locked, used_at=None).first()
        if row is None:
            raise NoDoorCode()
        wrong = _wrong_code(row, code, now)
        if wrong is None:
            return _deliver(locked, DoorProof.CODE, actor, now, None)
    raise wrong


def _wrong_code(row: DoorCode, code: str, now: dt.datetime) -> DomainError | None:
    wrong = try_code(row=row, code=code, now=now)
    if isinstance(wrong, CodeLocked):
        return DoorCodeLocked(
            gettext("输错次数过多，签收码已锁定至 %(until)s。") % {"until": clock(row.locked_until)},
            hint=gettext("请改用照片或签名签收。"),
            retry_after=wrong.retry_after,
        )
    if wrong is not None:
        return WrongDoorCode(gettext("签收码不对，还可以再试 %(left)s 次。") % {"left": wrong.left})
    return None


def _deliver(locked: Parcel, proof: str, actor: Actor, now: dt.datetime, photo: Photo | None) -> DoorDelivery:
    try:
        with transaction.atomic():
            delivery = DoorDelivery.objects.create(parcel=locked, proof=proof, photo=photo, at=now, given_by=actor.id)
    except IntegrityError:  # the index is the referee, should the lock ever be missed
        raise _already(DoorDelivery.objects.get(parcel=locked, undone_at=None)) from None
    DoorCode.objects.filter(parcel=locked, used_at=None).update(used_at=now, wrong_tries=0, locked_until=None)
    where = _left_from(locked, actor)
    delivered = event(locked, Stage.DELIVERED, station=where, now=now, variant=delivered_variant(locked, None))
    append(events=[delivered], actor=actor, now=now)
    return delivery


def _already(given: DoorDelivery) -> DomainError:
    facts = {"when": clock(given.at), "who": spoken(given.given_by)}
    return AlreadyDelivered(
        gettext("这个包裹已于 %(when)s 由%(who)s上门签收。") % facts,
        hint=gettext("请与经手人核对；确属误点，请联系县级中心更正签收记录。"),
    )

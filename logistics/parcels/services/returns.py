"""The way back: an undelivered parcel turns round; a delivered one travels as a new shipment."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelClosed, ParcelNotFound
from logistics.parcels.models import Parcel, ParcelContact
from logistics.parcels.services.guards import append, event, is_own, lock_one, reaches, require_parcels
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.pickup.codes import void_code
from logistics.parcels.states import DELIVERY_RANK, ContactRole, Direction, Issue, Stage
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.core.phones import written


class ReturnReason(models.TextChoices):
    REFUSED = "REFUSED", _("收件人拒收")
    PICKUP_OVERDUE = "PICKUP_OVERDUE", _("超期未取")
    INTERCEPT = "INTERCEPT", _("寄件人拦截")


class NotRefused(Conflict):
    code = "not_refused"
    message = _("还没有登记收件人拒收。")
    hint = _("请先登记拒收，再退回。")


class NotOverdue(Conflict):
    code = "not_overdue"
    message = _("这个包裹还没有超过取件期限。")
    hint = _("超过期限后系统会自动转入退回。")


class TooLateToIntercept(Conflict):
    code = "too_late_to_intercept"
    message = _("包裹已经开始派送，不能再拦截。")
    hint = _("可请收件人拒收，或签收后新建退货运单。")


class DeliveredNeedsNewShipment(ParcelClosed):
    code = "delivered_needs_new_shipment"
    message = _("包裹已签收，不能原单退回。")
    hint = _("请新建退货运单，新单会与原单关联。")


class BadReturnReason(BadInput):
    code = "bad_return_reason"
    message = _("请选择退回原因。")
    hint = _("可选：收件人拒收、超期未取、寄件人拦截。")


class NotDelivered(Conflict):
    code = "not_delivered"
    message = _("包裹还没有签收，不需要新建退货运单。")
    hint = _("未签收的包裹请直接办理退回。")


class ReturnExists(Conflict):
    code = "return_exists"
    message = _("这个包裹已经有退货运单。")
    hint = _("请打开已有的退货运单。")


@transaction.atomic
def start_return(*, parcel: Parcel, reason: str, actor: Actor, now: dt.datetime) -> Parcel:
    """Turns an undelivered parcel round: RETURNING, its pickup code void. Doing it twice is doing it once.

    REFUSED and PICKUP_OVERDUE need that issue to be open. INTERCEPT is the sender's, by their own phone or through
    PARCEL_RETURN, and only before OUT_FOR_DELIVERY. Raises BadReturnReason, NotRefused, NotOverdue,
    TooLateToIntercept, DeliveredNeedsNewShipment, ParcelClosed, ParcelNotFound outside the actor's reach.
    """
    if reason not in ReturnReason.values:
        raise BadReturnReason()
    by_sender = reason == ReturnReason.INTERCEPT and is_own(actor=actor, parcel=parcel, role=ContactRole.SENDER)
    if not by_sender and not reaches(actor=actor, permission=Permission.PARCEL_RETURN, parcel=parcel):
        raise ParcelNotFound()
    parcel = lock_one(parcel)
    if parcel.stage == Stage.RETURNING:
        return parcel
    _require_returnable(parcel, reason)
    void_code(parcel=parcel, now=now)
    append(
        events=[event(parcel, Stage.RETURNING, station=parcel.station, now=now, reason=reason)], actor=actor, now=now
    )
    record(actor=actor, now=now, action="parcel.return_started", target=parcel, after={"reason": reason})
    parcel.refresh_from_db()
    return parcel


def _require_returnable(parcel: Parcel, reason: str) -> None:
    if parcel.stage == Stage.DELIVERED:
        raise DeliveredNeedsNewShipment()
    if parcel.is_closed:
        raise ParcelClosed()
    if reason == ReturnReason.REFUSED and Issue.REFUSED not in parcel.issues:
        raise NotRefused()
    if reason == ReturnReason.PICKUP_OVERDUE and Issue.PICKUP_OVERDUE not in parcel.issues:
        raise NotOverdue()
    if reason == ReturnReason.INTERCEPT and parcel.stage_rank >= DELIVERY_RANK:
        raise TooLateToIntercept()


@transaction.atomic
def create_return_shipment(*, parcel: Parcel, actor: Actor, now: dt.datetime) -> Parcel:
    """A new parcel with a waybill of its own that takes a delivered one back: ends, stations and people swapped.

    Its carrier is added with the new carrier's number (`numbers.add_successor_number`). Needs PARCEL_CREATE over the
    delivered parcel. Raises NotDelivered, ReturnExists.
    """
    require_parcels(actor=actor, permission=Permission.PARCEL_CREATE, parcels=[parcel])
    parcel = lock_one(parcel)
    if parcel.stage != Stage.DELIVERED:
        raise NotDelivered()
    if Parcel.objects.filter(return_of=parcel).exists():
        raise ReturnExists()
    try:
        with transaction.atomic():
            back = create_parcel(draft=_reversed(parcel), actor=actor, now=now, return_of=parcel, demo=parcel.demo)
            _keep_tails(parcel, back)
    except IntegrityError:
        raise ReturnExists() from None
    record(actor=actor, now=now, action="parcel.return_shipment", target=parcel, after={"parcel": back.pk})
    return back


_SWAPPED = {ContactRole.RECIPIENT: ContactRole.SENDER, ContactRole.SENDER: ContactRole.RECIPIENT}


def _keep_tails(parcel: Parcel, back: Parcel) -> None:
    """What was known of a masked phone is no more than the hash of its end: no draft can carry it."""
    for contact in ParcelContact.objects.filter(parcel=parcel, phone="", relay="").exclude(tail_hash=""):
        ParcelContact.objects.update_or_create(
            parcel=back, role=_SWAPPED[ContactRole(contact.role)], defaults={"tail_hash": contact.tail_hash}
        )


def _reversed(parcel: Parcel) -> ParcelDraft:
    contacts = {contact.role: contact for contact in ParcelContact.objects.filter(parcel=parcel)}
    sender, recipient = contacts.get(ContactRole.RECIPIENT), contacts.get(ContactRole.SENDER)
    return ParcelDraft(
        direction=Direction.UP if parcel.direction == Direction.DOWN else Direction.DOWN,
        destination=parcel.origin_id or "",
        origin=parcel.destination_id or "",
        destination_station=parcel.origin_station.code if parcel.origin_station else "",
        origin_station=parcel.destination_station.code if parcel.destination_station else "",
        pieces=parcel.pieces,
        weight_grams=parcel.weight_grams,
        **_person("recipient", recipient),
        **_person("sender", sender),
    )


def _person(role: str, contact: ParcelContact | None) -> dict[str, str]:
    if contact is None:
        return {}
    phone = written(contact.relay or contact.phone, contact.extension)
    return {f"{role}_name": contact.name, f"{role}_phone": phone, f"{role}_address": contact.address}

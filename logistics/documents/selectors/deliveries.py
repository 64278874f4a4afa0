"""Deliveries for their proofs."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.documents.papers.proofs import Moment, Picture, Proof
from logistics.documents.selectors.parcels import PRINT, lookup_link, masked
from logistics.parcels.errors import ParcelNotFound, clock, spoken
from logistics.parcels.events import normalise_number
from logistics.parcels.models import DoorDelivery, Parcel, ParcelContact, Photo, Pickup
from logistics.parcels.selectors import events_of, visible_parcels
from logistics.parcels.selectors_work import may_look
from logistics.parcels.states import EVENT_LABELS, Act, ContactRole, PhotoKind, Stage
from portal.core.actor import Actor
from portal.core.clock import COUNTY_TIME
from portal.core.errors import Conflict
from portal.core.masking import mask_name, mask_phone

EVIDENCE = (PhotoKind.DELIVERY, PhotoKind.SIGNATURE)


class NotDelivered(Conflict):
    code = "not_delivered"
    message = _("这个包裹还没有签收，没有签收凭证可打印。")
    hint = _("请在签收之后再打印。")


def delivered_parcel(*, actor: Actor, waybill: str) -> Parcel:
    """Raises ParcelNotFound for an unknown parcel or somebody else's, NotDelivered."""
    rows = visible_parcels(actor=actor, permission=PRINT).select_related("carrier", "station", "destination_station")
    parcel = rows.filter(waybill=normalise_number(waybill)).first()
    if parcel is None:
        raise ParcelNotFound()
    if parcel.stage != Stage.DELIVERED:
        raise NotDelivered()
    return parcel


def evidence_of(*, actor: Actor, parcel: Parcel) -> tuple[list[Photo], int]:
    """The pictures of the delivery for this actor, and how many there are that they may not see."""
    photos = list(Photo.objects.filter(parcel=parcel, kind__in=EVIDENCE).order_by("taken_at", "pk"))
    return (photos, 0) if photos and may_look(actor=actor, parcel=parcel) else ([], len(photos))


def proof_of(
    *, actor: Actor, parcel: Parcel, pictures: list[tuple[str, bytes]], hidden: int, now: dt.datetime
) -> Proof:
    """The proof, people masked; `pictures` are (kind, JPEG)."""
    return Proof(
        waybill=parcel.waybill,
        link=lookup_link(parcel.waybill),
        facts=_facts(parcel),
        journey=_journey(actor, parcel),
        pictures=[Picture(str(PhotoKind(kind).label), data) for kind, data in pictures],
        hidden=hidden,
        printed=now.astimezone(COUNTY_TIME).strftime("%Y-%m-%d %H:%M"),
    )


def _facts(parcel: Parcel) -> list[tuple[str, str]]:
    contact = ParcelContact.objects.filter(parcel=parcel, role=ContactRole.RECIPIENT).first()
    who = masked(contact)
    at = parcel.closed_at.astimezone(COUNTY_TIME).strftime("%Y-%m-%d %H:%M") if parcel.closed_at else ""
    carrier = "  ".join(p for p in (parcel.carrier.short_name if parcel.carrier else "", parcel.carrier_number) if p)
    rows = [
        (gettext("收件人"), "  ".join(part for part in (who.name, who.phone) if part)),
        (gettext("地址"), who.address),
        (gettext("签收时间"), at),
        (gettext("签收方式"), parcel.get_variant_display() if parcel.variant else ""),
        *_given(parcel),
        (gettext("承运企业"), carrier),
        (gettext("件数"), str(parcel.pieces)),
    ]
    return [(name, value) for name, value in rows if value]


def _given(parcel: Parcel) -> list[tuple[str, str]]:
    """How it was given out: over the counter, at the door, or only reported by the carrier."""
    pickup = (
        Pickup.objects.filter(parcel=parcel, undone_at=None, partial=False).select_related("station", "proxy").first()
    )
    if pickup is not None:
        proxy = f"{mask_name(pickup.proxy.name)}  {mask_phone(pickup.proxy.phone)}" if pickup.proxy else ""
        return [
            (gettext("核验方式"), pickup.get_method_display()),
            (gettext("代收人"), proxy),
            (gettext("签收站点"), pickup.station.name),
            (gettext("经手人"), spoken(pickup.given_by)),
        ]
    door = DoorDelivery.objects.filter(parcel=parcel, undone_at=None).first()
    if door is not None:
        return [
            (gettext("核验方式"), gettext("上门签收：%(proof)s") % {"proof": door.get_proof_display()}),
            (gettext("经手人"), spoken(door.given_by)),
        ]
    return [(gettext("核验方式"), gettext("由快递企业报告签收"))]


def _journey(actor: Actor, parcel: Parcel) -> list[Moment]:
    """What happened, oldest first; what was taken back is left out, with what took it back."""
    events = events_of(actor=actor, parcel=parcel, permission=PRINT)
    undone = {(e.corrects_source, e.corrects_event) for e in events if e.code == Act.VOID}
    return [
        Moment(clock(e.occurred_at), str(EVENT_LABELS[e.code]), e.station.name if e.station else "")
        for e in events
        if e.code != Act.VOID and (e.source_id, e.source_event_id) not in undone
    ]

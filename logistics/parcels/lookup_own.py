"""Tier 2 of the lookup: what recipients see of their own parcels, and members in "my parcels".

Closed parcels are shown for 30 days after their end (lookup.OPEN_AFTER_END). Only the recipient, or a relative they
agreed to, sees the pickup code; the sender of a parcel sees its journey.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q

from logistics.parcels.lookup import OPEN_AFTER_END, still_open
from logistics.parcels.models import DoorCode, Parcel, ParcelContact, PickupCode, PickupProxy
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.selectors_consent import consented_parcels, declined, standing_consent
from logistics.parcels.selectors_pieces import PiecesHere, pieces_here, pieces_of
from logistics.parcels.services.guards import phone_of
from logistics.parcels.states import ContactRole, Custodian, Direction, Stage
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.core.masking import mask_name, mask_phone
from portal.core.phones import is_mobile

PAGE = 30
MOST_WAITING = 50


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One line of "my parcels". `whose` is the masked name of the relative it is for, "" for one's own."""

    parcel: Parcel
    as_sender: bool
    relative: bool
    whose: str
    code: str  # the pickup code of a parcel that waits for its recipient, else ""
    station: Station | None  # where it waits
    door_code: str = ""  # the code for the courier at the door, while it is out for delivery
    at_station: bool = False  # the station where it is to be collected has it, and it is not on the shelf yet
    pieces: str = ""  # how many of several pieces wait, in a sentence; "" for a parcel of one piece
    proxy: str = ""  # who was named to collect it, masked: "王**（138********）"


@dataclass(frozen=True, slots=True)
class PickupFacts:
    """What the recipient needs to receive a parcel. `code` is "" unless it waits at a station, `door_code` unless a
    courier brings it."""

    code: str
    door_code: str
    station: object | None
    shelf: str
    consented: bool
    standing: bool  # whatever comes to this phone may be left at the station
    declined_at: dt.datetime | None  # they said no to this parcel, and nothing since
    own_phone: bool  # a phone for which a standing consent can be kept
    proxy_name: str
    proxy_phone: str
    waiting: bool
    pieces: str = ""  # as in OwnRow


def own_parcels(
    *, actor: Actor, own_phone: str, now: dt.datetime, before: int | None = None
) -> tuple[list[OwnRow], int | None]:
    """A page of the actor's parcels, newest first, and the id to go on from (None at the end). Five queries, one
    where parcels wait and one where a parcel has several pieces.

    Parcels that wait at a station lead the first page, however old they are, and are left out of the later ones.
    """
    parcels = visible_parcels(actor=actor, permission=Permission.OWN_PARCELS).filter(
        Q(closed_at=None) | Q(closed_at__gte=now - OPEN_AFTER_END)
    )
    parcels = parcels.select_related("carrier", "destination_station").order_by("-pk")
    waiting = [] if before else list(parcels.filter(stage=Stage.READY_FOR_PICKUP)[:MOST_WAITING])
    others = parcels.exclude(stage=Stage.READY_FOR_PICKUP)
    page = list((others.filter(pk__lt=before) if before else others)[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    page = waiting + page[:PAGE]
    phones = actor.scope(Permission.OWN_PARCELS).phones
    contacts: dict[int, list[ParcelContact]] = {}
    for contact in ParcelContact.objects.filter(parcel__in=page, phone__in=phones):
        contacts.setdefault(contact.parcel_id, []).append(contact)
    codes = PickupCode.objects.filter(parcel__in=page, used_at=None, voided_at=None).select_related("station")
    live = {row.parcel_id: row for row in codes}
    doors = _door_codes(page)
    counted = pieces_here(parcel for parcel in page if parcel.stage == Stage.READY_FOR_PICKUP)
    rows = [_row(p, contacts.get(p.pk, []), own_phone, live.get(p.pk), doors.get(p.pk, "")) for p in page]
    rows = _with_proxies(_with_pieces(row, counted.get(row.parcel.pk)) for row in rows)
    return rows, more


def _with_pieces(row: OwnRow, counted: PiecesHere | None) -> OwnRow:
    """A parcel of which nothing lies at the station now is none that can be collected."""
    if counted is None:
        return row
    if not counted.shelves:
        row = replace(row, station=None, code="")
    return replace(row, pieces=counted.sentence)


def _with_proxies(rows: Iterable[OwnRow]) -> list[OwnRow]:
    """Who collects what waits, where somebody was named."""
    rows = list(rows)
    waiting = [row.parcel.pk for row in rows if row.code]
    if not waiting:
        return rows
    named = {one.parcel_id: one for one in PickupProxy.objects.filter(parcel__in=waiting, withdrawn_at=None)}
    return [
        replace(row, proxy=_told(named[row.parcel.pk])) if row.code and row.parcel.pk in named else row for row in rows
    ]


def _told(proxy: PickupProxy) -> str:
    return f"{mask_name(proxy.name)}（{mask_phone(proxy.phone.removeprefix('+86'))}）"


def _door_codes(parcels: list[Parcel]) -> dict[int, str]:
    """The codes of those that a courier has on the way to the door."""
    out = [parcel.pk for parcel in parcels if parcel.stage == Stage.OUT_FOR_DELIVERY]
    return {row.parcel_id: row.code for row in DoorCode.objects.filter(parcel__in=out, used_at=None)}


def _row(
    parcel: Parcel, contacts: list[ParcelContact], own_phone: str, pickup: PickupCode | None, door_code: str
) -> OwnRow:
    # Recipient before sender, oneself before a relative.
    contact = min(contacts, key=lambda c: (c.role != ContactRole.RECIPIENT, c.phone != own_phone))
    relative, as_sender = contact.phone != own_phone, contact.role == ContactRole.SENDER
    ready = pickup is not None and parcel.stage == Stage.READY_FOR_PICKUP and not as_sender
    return OwnRow(
        parcel=parcel,
        as_sender=as_sender,
        relative=relative,
        whose=mask_name(contact.name) if relative else "",
        code=pickup.code if pickup is not None and ready else "",
        station=pickup.station if pickup is not None and ready else None,
        door_code="" if as_sender else door_code,
        at_station=at_station(parcel),
    )


def at_station(parcel: Parcel) -> bool:
    """Whether the station of collection holds the parcel and has not shelved it: as `at_station` of the lookup."""
    to = parcel.destination_station
    if to is None or parcel.direction != Direction.DOWN:
        return False
    if parcel.stage == Stage.AT_TOWN:
        return parcel.station_id == to.pk
    return parcel.stage == Stage.TO_VILLAGE and (parcel.custody_kind, parcel.custody_ref) == (
        Custodian.STATION,
        to.code,
    )


def own_parcel(*, actor: Actor, waybill: str, opened: frozenset[int], now: dt.datetime) -> Parcel:
    """A parcel of the actor's own, or one of `opened` (proved by code or link). Raises NotFound for all others."""
    found = Parcel.objects.filter(waybill=waybill).select_related("carrier", "destination_station").first()
    if found is not None and still_open(found.closed_at, now):
        mine = visible_parcels(actor=actor, permission=Permission.OWN_PARCELS)
        if found.pk in opened or mine.filter(pk=found.pk).exists():
            return found
    raise NotFound()


def recipient_phone(parcel_id: int) -> str:
    """E.164 phone to which a code may be sent, or "" when unknown, erased or none that takes texts."""
    rows = ParcelContact.objects.filter(parcel=parcel_id, role=ContactRole.RECIPIENT)
    phone = rows.values_list("phone", flat=True).first() or ""
    return phone if is_mobile(phone) else ""


def pickup_facts(parcel: Parcel) -> PickupFacts:
    code = PickupCode.objects.filter(parcel=parcel, used_at=None, voided_at=None).select_related("station").first()
    proxy = PickupProxy.objects.filter(parcel=parcel, withdrawn_at=None).first()
    waiting = code is not None and parcel.stage == Stage.READY_FOR_PICKUP
    station = code.station if code is not None else parcel.destination_station
    counted = pieces_of(parcel) if waiting else None
    consented, phone = parcel.pk in consented_parcels([parcel.pk]), phone_of(parcel, ContactRole.RECIPIENT)
    return PickupFacts(
        code=code.code if code is not None and waiting else "",
        door_code=_door_codes([parcel]).get(parcel.pk, ""),
        station=station if parcel.direction == Direction.DOWN else None,
        shelf=(counted.shelf if counted else parcel.shelf) if waiting else "",
        consented=consented,
        standing=standing_consent(phone) is not None,
        declined_at=None if consented else declined([parcel.pk]).get(parcel.pk),
        own_phone=is_mobile(phone),
        proxy_name=mask_name(proxy.name) if proxy else "",
        proxy_phone=mask_phone(proxy.phone.removeprefix("+86")) if proxy else "",
        waiting=waiting,
        pieces=counted.sentence if counted else "",
    )


def waybill_of(parcel_id: int) -> str:
    return Parcel.objects.values_list("waybill", flat=True).get(pk=parcel_id)

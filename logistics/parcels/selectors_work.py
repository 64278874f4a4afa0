"""Reads behind the staff pages: the list of parcels in scope, and all of one parcel, masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from logistics.parcels.errors import ParcelNotFound, spoken
from logistics.parcels.events import normalise_number
from logistics.parcels.models import Event, Parcel, ParcelContact, ParcelNumber
from logistics.parcels.selectors import events_of, visible_parcels
from logistics.parcels.states import Act, ContactRole
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.core.masking import mask_address, mask_name, mask_phone
from portal.core.phones import readable

PAGE_SIZE = 50
MOST_ALIKE = 8
_PLACES = ("carrier", "station", "destination_station", "origin_station")


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What the list shows: codes of states.py, a station code, any number of a parcel; "" does not filter."""

    stage: str = ""
    issue: str = ""
    station: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Parcels, newest first. `newer` and `older` are the ids to page from, None at the ends."""

    parcels: list[Parcel]
    newer: int | None
    older: int | None


def work_list(
    *, actor: Actor, wanted: WorkFilter, before: int | None = None, after: int | None = None, size: int = PAGE_SIZE
) -> Page:
    """One page of the parcels the actor may see, by keyset: the parcels with an id below `before` or above `after`."""
    rows = _matching(visible_parcels(actor=actor), wanted).select_related(*_PLACES)
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        more, parcels = len(found) > size, found[:size][::-1]
        has_newer, has_older = more, True
    else:
        found = list((rows.filter(pk__lt=before) if before is not None else rows).order_by("-pk")[: size + 1])
        more, parcels = len(found) > size, found[:size]
        has_newer, has_older = before is not None, more
    if not parcels:
        return Page([], None, None)
    return Page(parcels, parcels[0].pk if has_newer else None, parcels[-1].pk if has_older else None)


def _matching(parcels: QuerySet[Parcel], wanted: WorkFilter) -> QuerySet[Parcel]:
    if wanted.stage:
        parcels = parcels.filter(stage=wanted.stage)
    if wanted.issue:
        parcels = parcels.filter(issues__contains=[wanted.issue])
    if wanted.station:
        code = wanted.station
        parcels = parcels.filter(
            Q(station__code=code) | Q(destination_station__code=code) | Q(origin_station__code=code)
        )
    if wanted.number:
        with_number = ParcelNumber.objects.filter(number=normalise_number(wanted.number)).values("parcel")
        parcels = parcels.filter(pk__in=with_number)
    return parcels


@dataclass(frozen=True, slots=True)
class Person:
    """Sender or recipient as a page shows them; masked unless the caller logged the look."""

    role: str
    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Happening:
    event: Event
    by: str
    taken_back: bool


@dataclass(frozen=True, slots=True)
class WorkParcel:
    parcel: Parcel
    numbers: list[ParcelNumber]
    people: list[Person]
    events: list[Happening]
    may_look: bool  # whether the actor may see the people unmasked, which is then logged
    return_of: str
    alike: list[str]  # waybills of others that had or have one of its numbers, as far as the actor sees them


def work_parcel(*, actor: Actor, waybill: str) -> WorkParcel:
    """All that staff may see of one parcel. Raises ParcelNotFound when it is not theirs."""
    parcel = _find(actor, waybill)
    numbers, others = _numbers(parcel)
    return WorkParcel(
        parcel=parcel,
        numbers=numbers,
        people=[masked(contact) for contact in contacts_of(parcel)],
        events=_happenings(events_of(actor=actor, parcel=parcel)),
        may_look=may_look(actor=actor, parcel=parcel),
        return_of=parcel.return_of.waybill if parcel.return_of else "",
        alike=_alike(actor, others),
    )


def _numbers(parcel: Parcel) -> tuple[list[ParcelNumber], set[int]]:
    """The parcel's numbers, and the ids of others that have or had one of them, in one statement."""
    own = ParcelNumber.objects.filter(parcel=parcel).values("number")
    rows = list(ParcelNumber.objects.filter(number__in=own).select_related("carrier").order_by("pk"))
    return [row for row in rows if row.parcel_id == parcel.pk], {row.parcel_id for row in rows} - {parcel.pk}


def _alike(actor: Actor, others: set[int]) -> list[str]:
    """Newest first: a carrier gives its numbers out anew, and what is brought back goes on under its number."""
    if not others:
        return []
    rows = visible_parcels(actor=actor).filter(pk__in=others).order_by("-pk")
    return list(rows.values_list("waybill", flat=True)[:MOST_ALIKE])


def _find(actor: Actor, waybill: str) -> Parcel:
    rows = visible_parcels(actor=actor).select_related(*_PLACES, "destination", "origin", "return_of")
    parcel = rows.filter(waybill=normalise_number(waybill)).first()
    if parcel is None:
        raise ParcelNotFound()
    return parcel


def may_look(*, actor: Actor, parcel: Parcel) -> bool:
    """Whether the actor holds PARCEL_VIEW_PERSONAL over this very parcel."""
    permission = Permission.PARCEL_VIEW_PERSONAL
    return actor.may(permission) and (visible_parcels(actor=actor, permission=permission).filter(pk=parcel.pk).exists())


def may_look_at(*, actor: Actor, parcels: Iterable[int]) -> set[int]:
    """Of these ids, the parcels over which the actor holds PARCEL_VIEW_PERSONAL. One statement."""
    permission = Permission.PARCEL_VIEW_PERSONAL
    if not actor.may(permission):
        return set()
    rows = visible_parcels(actor=actor, permission=permission).filter(pk__in=list(parcels))
    return set(rows.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Dialling:
    """`dial` after `tel:` (a comma is the pause before an extension), `shown` as one reads it. Never logged."""

    dial: str
    shown: str


def dialling_of(parcel: Parcel) -> Dialling | None:
    """How to call the recipient; None without a number. Whoever shows it logs the look."""
    contact = ParcelContact.objects.filter(parcel=parcel, role=ContactRole.RECIPIENT).first()
    if contact is None or not contact.dialled:
        return None
    if contact.relay:
        return Dialling(f"{contact.relay},{contact.extension}", readable(contact.relay, contact.extension))
    return Dialling(contact.phone, readable(contact.phone))


def contacts_of(parcel: Parcel) -> list[ParcelContact]:
    return sorted(ParcelContact.objects.filter(parcel=parcel), key=lambda c: c.role != ContactRole.RECIPIENT)


def masked(contact: ParcelContact) -> Person:
    return Person(
        contact.get_role_display(), mask_name(contact.name), mask_phone(contact.dialled), mask_address(contact.address)
    )


def unmasked(contact: ParcelContact) -> Person:
    return Person(contact.get_role_display(), contact.name, contact.dialled, contact.address)


def _happenings(events: list[Event]) -> list[Happening]:
    """Newest first, each with who said so (never a name) and whether it was taken back."""
    taken_back = {(e.corrects_source, e.corrects_event) for e in events if e.code == Act.VOID}
    told = [Happening(e, spoken(e.actor), (e.source_id, e.source_event_id) in taken_back) for e in events]
    return told[::-1]


def explained_parcel(*, actor: Actor, waybill: str) -> Parcel:
    """The parcel for 'why this status'. Raises NotFound outside the reach of PARCEL_EXPLAIN."""
    rows = visible_parcels(actor=actor, permission=Permission.PARCEL_EXPLAIN)
    parcel = rows.filter(waybill=normalise_number(waybill)).first()
    if parcel is None:
        raise NotFound()
    return parcel

"""Parcels for labels: found by any of their numbers, by bag, or by station and stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext

from logistics.documents.papers.labels import Label, Party
from logistics.parcels.models import BagItem, Parcel, ParcelContact, ParcelNumber
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.states import ContactRole, Direction, Stage
from logistics.registry.models import Station
from logistics.registry.states import StationKind
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.clock import COUNTY_TIME
from portal.core.masking import mask_address, mask_name, mask_phone
from portal.regions.models import Division
from portal.regions.selectors import with_paths
from portal.regions.states import Level

PRINT = Permission.DOCUMENT_PRINT
_PLACES = ("carrier", "destination_station__parent", "origin_station__parent", "destination", "origin")


def parcels_by_numbers(*, actor: Actor, numbers: Iterable[str]) -> dict[str, list[Parcel]]:
    """The parcels behind each number, own or a carrier's; an unknown or foreign number has none, some have several."""
    wanted = list(dict.fromkeys(numbers))
    pairs = ParcelNumber.objects.filter(number__in=wanted, generation=0).values_list("number", "parcel_id")
    ids: dict[str, list[int]] = {number: [] for number in wanted}
    for number, parcel_id in pairs:
        ids[number].append(parcel_id)
    rows = _rows(actor).in_bulk({parcel_id for found in ids.values() for parcel_id in found})
    return {number: [rows[pk] for pk in dict.fromkeys(found) if pk in rows] for number, found in ids.items()}


def parcels_in_bags(*, actor: Actor, bags: Iterable[int]) -> dict[int, list[Parcel]]:
    """What lies in each bag, as far as the actor sees it, in the order of packing."""
    wanted = set(bags)
    if not wanted:
        return {}
    items = BagItem.objects.filter(bag__in=wanted, removed_at=None).order_by("pk")
    pairs = list(items.values_list("bag_id", "parcel_id"))
    rows = _rows(actor).in_bulk([parcel_id for _bag, parcel_id in pairs])
    return {bag: [rows[p] for b, p in pairs if b == bag and p in rows] for bag in wanted}


def parcels_at(*, actor: Actor, station: str, stage: str, limit: int) -> list[Parcel]:
    """Open parcels bound for a station, or handed in there, at a stage ("" for any), oldest first. At most `limit`."""
    rows = _rows(actor).filter(closed_at=None)
    if stage:
        rows = rows.filter(stage=stage)
    served = rows.filter(destination_station__code=station) | rows.filter(origin_station__code=station)
    return list(served.order_by("pk")[:limit])


def _rows(actor: Actor):
    return visible_parcels(actor=actor, permission=PRINT).select_related(*_PLACES)


def labels_of(parcels: Sequence[Parcel]) -> list[Label]:
    """The contents of the labels, masked, in the order given."""
    people: dict[tuple[int, str], ParcelContact] = {
        (contact.parcel_id, contact.role): contact
        for contact in ParcelContact.objects.filter(parcel__in=[parcel.pk for parcel in parcels])
    }
    names = _places(parcels)
    return [_label(parcel, people, names) for parcel in parcels]


def _label(parcel: Parcel, people: dict[tuple[int, str], ParcelContact], names: dict[str, str]) -> Label:
    leaves = parcel.direction == Direction.UP or parcel.stage == Stage.RETURNING
    station = parcel.origin_station if parcel.direction == Direction.UP else parcel.destination_station
    carrier = parcel.carrier.short_name if parcel.carrier else ""
    return Label(
        waybill=parcel.waybill,
        link=lookup_link(parcel.waybill),
        carrier=carrier,
        carrier_number=parcel.carrier_number,
        code=(carrier if leaves or station is None else station.code.upper()) or gettext("待分拣"),
        station=station.name if station else "",
        place=names.get(parcel.destination_id or "", "") or (station.name if station else ""),
        lane=_lane(station, leaves),
        badge=_badge(parcel),
        recipient=masked(people.get((parcel.pk, ContactRole.RECIPIENT))),
        sender=masked(people.get((parcel.pk, ContactRole.SENDER))),
        pieces=parcel.pieces,
        weight_grams=parcel.weight_grams,
        registered=parcel.created_at.astimezone(COUNTY_TIME).strftime("%Y-%m-%d %H:%M"),
    )


def _lane(station: Station | None, leaves: bool) -> str:
    """Down: the station below the hub through which the parcel goes. Up and back: to the county hub."""
    if leaves:
        return gettext("县级中心")
    above = station.parent if station else None
    return (above if above and above.kind != StationKind.HUB else station).name if station else ""


def _badge(parcel: Parcel) -> str:
    if parcel.stage == Stage.RETURNING or parcel.return_of_id:
        return gettext("退回")
    return gettext("出村") if parcel.direction == Direction.UP else gettext("到村")


def _places(parcels: Iterable[Parcel]) -> dict[str, str]:
    """Names of the destinations by code: a village with its township, anything higher with its city or province."""
    rows: dict[str, Division] = {p.destination.code: p.destination for p in parcels if p.destination}
    return {
        found.code: "".join((*found.path[-1 if found.level >= Level.TOWNSHIP else 0 :], found.name))
        for found in (with_paths(list(rows.values())) if rows else [])
    }


def masked(contact: ParcelContact | None) -> Party:
    if contact is None:
        return Party()
    return Party(mask_name(contact.name), mask_phone(contact.dialled), mask_address(contact.address))


def lookup_link(waybill: str) -> str:
    return f"{settings.PUBLIC_URL}/t/{waybill}"

"""What a page shows of a parcel beside the large word. Masked; no goods, no address."""

from __future__ import annotations

from typing import Any

from logistics.parcels.models import Bag, BagItem, Parcel, ParcelContact
from logistics.parcels.services.pickup.arrival import NUMBER_TAIL
from logistics.parcels.states import BagState, ContactRole, Direction, Stage
from logistics.registry.models import Station
from portal.core.masking import mask_name


def facts_of(parcel: Parcel, station: Station) -> dict[str, Any]:
    """What stands on the label and where it goes, with the masked recipient: for those within whose reach it is."""
    return label_facts(parcel, station) | recipient_of(parcel)


def label_facts(parcel: Parcel, station: Station) -> dict[str, Any]:
    """Carrier, tail of the number on the label, destination and the lane to it from `station`: nothing of a person."""
    return {
        "carrier": parcel.carrier.short_name if parcel.carrier else "",
        "tail": tail_of(parcel),
        **way_of(parcel, station),
    }


def tail_of(parcel: Parcel) -> str:
    return parcel.printed_number[-NUMBER_TAIL:]


def recipient_of(parcel: Parcel) -> dict[str, Any]:
    """The masked name, whether there is a phone to which messages go, and else whether there is one to call."""
    contact = recipient_contact(parcel)
    if contact is None:
        return {"recipient": "", "reachable": False, "call": ""}
    call = "relay" if contact.relay else "phone" if contact.phone else ""
    return {"recipient": mask_name(contact.name), "reachable": contact.takes_texts, "call": call}


def recipient_contact(parcel: Parcel) -> ParcelContact | None:
    """A scanned parcel has it along already."""
    if hasattr(parcel, "recipient"):
        return parcel.recipient
    return ParcelContact.objects.filter(parcel=parcel, role=ContactRole.RECIPIENT).first()


def way_of(parcel: Parcel, station: Station) -> dict[str, str]:
    """`destination` and `lane`: the next station towards it from here, "" when it lies here or nowhere known."""
    to = parcel.destination_station if goes_down(parcel) else None
    if to is None:
        return {"destination": to.name if to else "", "lane": ""}
    path = path_to(to)
    place = next((n for n, s in enumerate(path) if s.pk == station.pk), None)
    return {"destination": to.name, "lane": path[place - 1].name if place else ""}


def goes_down(parcel: Parcel) -> bool:
    """Whether the parcel is on its way to a station of ours; those going up or back leave the county."""
    return parcel.direction == Direction.DOWN and parcel.stage != Stage.RETURNING


def path_to(station: Station) -> list[Station]:
    """The station and those above it, from below."""
    path = [station]
    while path[-1].parent is not None and len(path) < 4:
        path.append(path[-1].parent)
    return path


def fitting_bag(parcel: Parcel, station: Station) -> Bag | None:
    """An open bag of `station` into which the parcel may go: the one that gets it farthest, the newest of several."""
    bags = Bag.objects.filter(origin=station, state=BagState.OPEN).select_related("destination")
    if goes_down(parcel):
        if parcel.destination_station is None:
            return None
        order = [s.pk for s in path_to(parcel.destination_station)]
        found = sorted(bags.filter(destination__in=order).order_by("-id"), key=lambda b: order.index(b.destination_id))
        return found[0] if found else None
    return bags.filter(destination=station.parent_id).order_by("-id").first() if station.parent_id else None


def pieces_in(bag: Bag) -> int:
    return BagItem.objects.filter(bag=bag, removed_at=None).count()

"""Tells the devices' floor which stations and enterprises there are."""

from __future__ import annotations

from logistics.registry.models import Enterprise, Station
from logistics.registry.states import State
from members.devices.places import Place, PlaceKind


def place_of(party: Station | Enterprise) -> Place:
    kind = PlaceKind.STATION if isinstance(party, Station) else PlaceKind.ENTERPRISE
    return Place(kind, party.pk, party.code, party.name, party.division_id)


def find_station(code: str) -> Place | None:
    return _place(Station.objects.exclude(state=State.CLOSED).filter(code=code).first())


def find_enterprise(code: str) -> Place | None:
    return _place(Enterprise.objects.exclude(state=State.CLOSED).filter(code=code).first())


def _place(party: Station | Enterprise | None) -> Place | None:
    return place_of(party) if party else None

"""Reads of parcels, cut to the actor."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from logistics.parcels.events import normalise_number
from logistics.parcels.models import Event, Parcel, ParcelContact
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand
from portal.core.errors import NotFound


def visible_parcels(*, actor: Actor, permission: str = Permission.PARCEL_VIEW) -> QuerySet[Parcel]:
    """The parcels that `actor` may see for `permission`; none without it.

    Officials: the county's end of the journey lies in their division. Staff of a station: parcels bound for it or
    for a station below it, handed in there, or lying there now. Enterprises: those they carry. Members: those sent
    to or by their own phone or a consenting relative's.
    """
    scope = demand(actor).scope(permission)
    parcels = Parcel.objects.all()
    if scope.everything:
        return parcels
    return parcels.filter(_within(scope)) if scope else parcels.none()


def _within(scope: Scope) -> Q:
    reach = Q(pk__in=[])
    for prefix in scope.divisions:
        reach |= Q(area__startswith=prefix)
    if scope.stations:
        served = stations_and_below(scope.stations)
        reach |= Q(destination_station__in=served) | Q(origin_station__in=served)
        reach |= Q(station__in=scope.stations, closed_at__isnull=True)
    if scope.enterprises:
        reach |= Q(carrier__in=scope.enterprises)
    if scope.phones:
        reach |= Q(Exists(ParcelContact.objects.filter(parcel=OuterRef("pk"), phone__in=scope.phones)))
    return reach


def within_reach(*, actor: Actor, permission: str, parcel: Parcel) -> bool:
    """Whether visible_parcels would show this very parcel, decided from the row that was read: no statement for staff.

    Asks for the stations above the destination: who has read them along is answered at once.
    """
    scope = demand(actor).scope(permission)
    if scope.everything or scope.covers_division(parcel.area) or parcel.carrier_id in scope.enterprises:
        return True
    if scope.stations:
        lies_there = parcel.station_id in scope.stations and parcel.closed_at is None
        if lies_there or _served(parcel.destination_station, scope) or _served(parcel.origin_station, scope):
            return True
    return bool(scope.phones) and ParcelContact.objects.filter(parcel=parcel, phone__in=scope.phones).exists()


def _served(station: Station | None, scope: Scope) -> bool:
    """Whether the station is one of the scope's, or within two levels below one."""
    for _level in range(3):
        if station is None:
            return False
        if station.pk in scope.stations:
            return True
        station = station.parent
    return False


def covers_station(scope: Scope, station: Station) -> bool:
    """Whether a scope reaches what is done at this station."""
    return (
        scope.everything
        or station.pk in scope.stations
        or station.operator_id in scope.enterprises
        or scope.covers_division(station.division_id)
    )


def stations_and_below(stations: frozenset[int]) -> list[int]:
    """These stations and the two levels below them (township, village), as ids."""
    return list(
        Station.objects.filter(
            Q(pk__in=stations) | Q(parent__in=stations) | Q(parent__parent__in=stations)
        ).values_list("pk", flat=True)
    )


def parcel_by_number(*, actor: Actor, number: str, permission: str = Permission.PARCEL_VIEW) -> Parcel:
    """The parcel that any of its numbers finds. Raises NotFound also when it is somebody else's."""
    found = visible_parcels(actor=actor, permission=permission).filter(numbers__number=normalise_number(number))
    parcel = found.select_related("carrier", "destination_station", "origin_station", "station").order_by("-pk").first()
    if parcel is None:
        raise NotFound()
    return parcel


def events_of(*, actor: Actor, parcel: Parcel, permission: str = Permission.PARCEL_VIEW) -> list[Event]:
    """All events of a parcel that the actor may see, in the order in which they happened."""
    if not visible_parcels(actor=actor, permission=permission).filter(pk=parcel.pk).exists():
        raise NotFound()
    return list(
        Event.objects.filter(parcel=parcel).select_related("station", "source").order_by("occurred_at", "rank", "id")
    )

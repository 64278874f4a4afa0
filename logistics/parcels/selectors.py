"""Reads of parcels, cut to the actor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from logistics.parcels.events import normalise_number
from logistics.parcels.models import Event, HandoverItem, Parcel, ParcelContact
from logistics.parcels.states import SERVED_AFTER_END, Custodian
from logistics.registry.models import Station
from members.access.states import Permission, Role
from portal.core.actor import Actor, Scope, demand, union
from portal.core.clock import now
from portal.core.errors import NotFound

# What shows a parcel and its people: couriers reach what they carry, not all that their station serves. Their acts
# reach as the station does and check custody themselves, so that a wrong parcel is answered in words.
OF_CARRIED = frozenset({Permission.PARCEL_VIEW, Permission.PARCEL_VIEW_PERSONAL, Permission.DOCUMENT_PRINT})


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor reaches for one permission. `serves`: stations whose whole district counts; `carries`: the actor
    as holder of goods, "" where only places count; `since`: what ended before is no longer theirs who served it."""

    scope: Scope
    serves: frozenset[int]
    carries: str
    since: dt.datetime


def reach_of(actor: Actor, permission: str) -> Reach:
    scope, since = demand(actor).scope(permission), now() - SERVED_AFTER_END
    if permission not in OF_CARRIED or Role.COURIER not in actor.roles:
        return Reach(scope, scope.stations, "", since)
    serving = union(g.scope for g in actor.grants if permission in g.permissions and g.role != Role.COURIER)
    return Reach(scope, serving.stations, actor.id, since)


def visible_parcels(*, actor: Actor, permission: str = Permission.PARCEL_VIEW) -> QuerySet[Parcel]:
    """The parcels that `actor` may see for `permission`; none without it.

    Officials: the county's end of the journey lies in their division. Staff of a station: parcels bound for it or
    for a station below it, handed in there, until some time after the end, or lying there now. Couriers: what they
    carry, what was handed to or by them lately, what lies at their station. Enterprises: those they carry. Members:
    those sent to or by their own phone or a consenting relative's.
    """
    reach = reach_of(actor, permission)
    parcels = Parcel.objects.all()
    if reach.scope.everything:
        return parcels
    return parcels.filter(_within(reach)) if reach.scope else parcels.none()


def _within(reach: Reach) -> Q:
    scope, found = reach.scope, Q(pk__in=[])
    for prefix in scope.divisions:
        found |= Q(area__startswith=prefix)
    if reach.serves:
        served = stations_and_below(reach.serves)
        not_over = Q(closed_at__isnull=True) | Q(closed_at__gte=reach.since)
        found |= (Q(destination_station__in=served) | Q(origin_station__in=served)) & not_over
    if scope.stations:
        found |= Q(station__in=scope.stations, closed_at__isnull=True)
    if reach.carries:
        found |= Q(custody_kind=Custodian.PERSON, custody_ref=reach.carries, closed_at__isnull=True)
        found |= Q(pk__in=_handed(reach).values("parcel"))
    if scope.enterprises:
        found |= Q(carrier__in=scope.enterprises)
    if scope.phones:
        found |= Q(Exists(ParcelContact.objects.filter(parcel=OuterRef("pk"), phone__in=scope.phones)))
    return found


def _handed(reach: Reach) -> QuerySet[HandoverItem]:
    """What was offered to the courier, or passed through their hands, not long ago."""
    to_them = Q(handover__to_kind=Custodian.PERSON, handover__to_ref=reach.carries)
    to_them &= Q(open=True, expected=True) | Q(scanned=True)
    by_them = Q(handover__from_kind=Custodian.PERSON, handover__from_ref=reach.carries, scanned=True)
    return HandoverItem.objects.filter(to_them | by_them, handover__offered_at__gte=reach.since)


def within_reach(*, actor: Actor, permission: str, parcel: Parcel) -> bool:
    """Whether visible_parcels would show this very parcel, decided from the row that was read: no statement for staff
    (one for couriers, about what they do not hold).

    Asks for the stations above the destination: who has read them along is answered at once.
    """
    reach = reach_of(actor, permission)
    scope = reach.scope
    if scope.everything or scope.covers_division(parcel.area) or parcel.carrier_id in scope.enterprises:
        return True
    if parcel.closed_at is None and parcel.station_id in scope.stations:
        return True
    if parcel.closed_at is None or parcel.closed_at >= reach.since:
        ends = (parcel.destination_station, parcel.origin_station) if reach.serves else ()
        if any(_served(station, reach.serves) for station in ends):
            return True
    if reach.carries and (_holds(reach, parcel) or _handed(reach).filter(parcel=parcel).exists()):
        return True
    return bool(scope.phones) and ParcelContact.objects.filter(parcel=parcel, phone__in=scope.phones).exists()


def _holds(reach: Reach, parcel: Parcel) -> bool:
    holder = (parcel.custody_kind, parcel.custody_ref)
    return parcel.closed_at is None and holder == (Custodian.PERSON, reach.carries)


def _served(station: Station | None, stations: frozenset[int]) -> bool:
    """Whether the station is one of these, or within two levels below one."""
    for _level in range(3):
        if station is None:
            return False
        if station.pk in stations:
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

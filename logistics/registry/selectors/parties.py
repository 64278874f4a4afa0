"""Reads of enterprises and stations, cut to the actor; what everybody may know is named public_*."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import (
    Enterprise,
    EnterpriseUserObjectPermission,
    Station,
    StationUserObjectPermission,
)
from logistics.registry.states import EnterpriseKind, State, StationKind
from members.access.states import Permission, Role
from portal.core.actor import Actor, Scope, demand
from portal.core.errors import NotFound
from portal.regions.selectors import with_paths


class EnterpriseNotFound(NotFound):
    code = "unknown_enterprise"
    message = _("没有这个企业。")
    hint = _("请核对企业代码，或在企业列表中选择。")


class StationNotFound(NotFound):
    code = "unknown_station"
    message = _("没有这个站点。")
    hint = _("请核对站点代码，或在站点列表中选择。")


def visible_enterprises(*, actor: Actor, permission: str = Permission.ENTERPRISE_VIEW) -> QuerySet[Enterprise]:
    """Enterprises for which the actor holds `permission`: registered in their division, or their own."""
    scope = demand(actor).scope(permission)
    rows = Enterprise.objects.all()
    return rows if scope.everything else rows.filter(enterprises_within(scope))


def visible_stations(*, actor: Actor, permission: str = Permission.STATION_VIEW) -> QuerySet[Station]:
    """Stations for which the actor holds `permission`: in their division, run by their enterprise, their own and
    those below it."""
    scope = demand(actor).scope(permission)
    rows = Station.objects.all()
    return rows if scope.everything else rows.filter(stations_within(scope))


def enterprises_within(scope: Scope) -> Q:
    reach = Q(pk__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(division__code__startswith=prefix)
    return reach


def stations_within(scope: Scope) -> Q:
    reach = Q(pk__in=scope.stations) | Q(operator__in=scope.enterprises)
    if scope.stations:
        reach |= Q(parent__in=scope.stations) | Q(parent__parent__in=scope.stations)
    for prefix in scope.divisions:
        reach |= Q(division__code__startswith=prefix)
    return reach


def enterprise_by_code(*, actor: Actor, code: str, permission: str = Permission.ENTERPRISE_VIEW) -> Enterprise:
    """Raises EnterpriseNotFound also for somebody else's."""
    found = visible_enterprises(actor=actor, permission=permission).filter(code=code).first()
    if found is None:
        raise EnterpriseNotFound()
    return found


def station_by_code(*, actor: Actor, code: str, permission: str = Permission.STATION_VIEW) -> Station:
    """Raises StationNotFound also for somebody else's."""
    found = visible_stations(actor=actor, permission=permission).filter(code=code).first()
    if found is None:
        raise StationNotFound()
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """A role that a person holds at a station or an enterprise."""

    user_id: int
    name: str
    role: Role


def staff_of(*, actor: Actor, at: Station | Enterprise) -> list[Held]:
    """Who works at a place. Needs STAFF_MANAGE there; raises NotFound for a place beyond the actor's reach."""
    rows: QuerySet[StationUserObjectPermission] | QuerySet[EnterpriseUserObjectPermission]
    if isinstance(at, Station):
        if not visible_stations(actor=actor, permission=Permission.STAFF_MANAGE).filter(pk=at.pk).exists():
            raise StationNotFound()
        rows = StationUserObjectPermission.objects.filter(content_object=at)
    else:
        if not visible_enterprises(actor=actor, permission=Permission.STAFF_MANAGE).filter(pk=at.pk).exists():
            raise EnterpriseNotFound()
        rows = EnterpriseUserObjectPermission.objects.filter(content_object=at)
    held = rows.filter(permission__codename__startswith="hold_").order_by("user_id")
    return [
        Held(user_id, name, Role(codename.removeprefix("hold_")))
        for user_id, name, codename in held.values_list("user_id", "user__name", "permission__codename")
    ]


@dataclass(frozen=True, slots=True)
class PublicStation:
    """What anyone may know of a station. No person's name or phone."""

    code: str
    name: str
    kind: str
    kind_label: str
    place: str
    address: str
    hours: str
    phone: str
    longitude: Decimal | None
    latitude: Decimal | None
    illustrative: bool
    open: bool
    parent: str


def public_station(code: str) -> PublicStation:
    """The public face of a station. A suspended one is shown as not open; a closed one is not found."""
    station = Station.objects.exclude(state=State.CLOSED).select_related("division", "parent").filter(code=code).first()
    if station is None:
        raise StationNotFound()
    (place,) = with_paths([station.division])
    return PublicStation(
        station.code, station.name, station.kind, station.get_kind_display(), place.full_name, station.address,
        station.hours, station.phone, station.longitude, station.latitude, station.illustrative,
        station.state == State.ACTIVE, station.parent.name if station.parent else "",
    )  # fmt: skip


def public_stations(*, within: str = "") -> QuerySet[Station]:
    """Open stations, by code; `within` is a division code prefix."""
    return Station.objects.filter(state=State.ACTIVE, division__code__startswith=within).order_by("code")


def public_paused_stations(*, most: int = 3) -> QuerySet[Station]:
    """Stations that take a break at present, the latest first: news for who meant to go there."""
    return Station.objects.filter(state=State.SUSPENDED).order_by("-updated_at")[:most]


def public_carriers() -> QuerySet[Enterprise]:
    """Carriers at work in the county, with their hotlines."""
    return Enterprise.objects.filter(kind=EnterpriseKind.CARRIER, state=State.ACTIVE).order_by("code")


_SERVED_BY = {12: StationKind.VILLAGE, 9: StationKind.TOWNSHIP}  # digits of a division's prefix


def certified(today: dt.date, prefix: str = "") -> Q:
    """Whose certificate lets them work on `today` (registry/standing.py says the same of one row), for stations and
    enterprises; `prefix` leads to them from another row."""
    until, by = f"{prefix}certified_until", f"{prefix}certify_by"
    never = Q(**{f"{until}__isnull": True}) & (Q(**{f"{by}__isnull": True}) | Q(**{f"{by}__gte": today}))
    return Q(**{f"{prefix}state": State.ACTIVE}) & (never | Q(**{f"{until}__gte": today}))


def working_stations(*, today: dt.date) -> QuerySet[Station]:
    """Stations that may take in new parcels on `today`, as may whoever operates them: what is offered to choose."""
    return Station.objects.filter(certified(today) & (Q(operator__isnull=True) | certified(today, "operator__")))


def public_serving_stations(*, divisions: Iterable[str], today: dt.date | None = None) -> dict[str, Station]:
    """The station that serves each of `divisions` (12-digit codes): its own, else the one of its township.

    Only open village and township stations count, with `today` only those that may take in new parcels on that day.
    Of several in one place the one of that place's kind serves it; when there are several of them nothing is guessed,
    and the place is missing in the answer. One query.
    """
    wanted = {code: [code, f"{code[:9]}000"] for code in divisions if len(code) == 12 and code[6:9] != "000"}
    there: dict[str, list[Station]] = {}
    rows = working_stations(today=today) if today else Station.objects.filter(state=State.ACTIVE)
    open_ones = rows.filter(kind__in=_SERVED_BY.values())
    for station in open_ones.filter(division__in={c for codes in wanted.values() for c in codes}) if wanted else ():
        there.setdefault(station.division_id, []).append(station)
    answers = {code: next((_only(there[c], c) for c in places if c in there), None) for code, places in wanted.items()}
    return {code: station for code, station in answers.items() if station is not None}


def _only(stations: list[Station], division: str) -> Station | None:
    """The one station of a place, or None when it can't be told."""
    kind = _SERVED_BY[9 if division.endswith("000") else 12]
    candidates = [station for station in stations if station.kind == kind] if len(stations) > 1 else stations
    return candidates[0] if len(candidates) == 1 else None

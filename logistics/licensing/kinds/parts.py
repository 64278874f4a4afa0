"""What several kinds declare or do alike."""

from __future__ import annotations

import datetime as dt
import math

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds.spec import Duplicate, Problems, Values
from logistics.registry.models import Enterprise
from logistics.registry.names import near
from logistics.registry.selectors import enterprises_within
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand, union
from portal.regions.models import Division

ADMINISTERS = Permission.STAFF_MANAGE  # of the roles at enterprises only the administrator's has it
KEEPS = Permission.STATION_GIVE_OUT  # of the roles at stations only the keeper's has it
_EARTH_RADIUS = 6_371_000  # metres
_METRES_OF_DEGREE = 111_320


def administered(actor: Actor) -> QuerySet[Enterprise]:
    """Enterprises whose administrator the actor is. An official's reach over a division is not meant."""
    return Enterprise.objects.filter(pk__in=demand(actor).scope(ADMINISTERS).enterprises)


def works_for(actor: Actor) -> Scope:
    """The enterprises and stations where the actor holds any role."""
    everywhere = union(grant.scope for grant in demand(actor).grants)
    return Scope(stations=everywhere.stations, enterprises=everywhere.enterprises)


def employers(actor: Actor) -> QuerySet[Enterprise]:
    """Enterprises that the actor works for: by a role there, or at a station that they operate."""
    scope = works_for(actor)
    return Enterprise.objects.filter(Q(enterprises_within(scope)) | Q(stations__in=scope.stations)).distinct()


def without(rows: QuerySet, pk: int | None) -> QuerySet:
    """All rows but that one; all when there is none to leave out."""
    return rows if pk is None else rows.exclude(pk=pk)


def division_of(values: Values) -> Division | None:
    return Division.objects.filter(code=values.get("division") or "").first()


def day_of(values: Values, name: str) -> dt.date | None:
    return dt.date.fromisoformat(values[name]) if values.get(name) else None


def text_of_day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def not_future(values: Values, today: dt.date, *names: str) -> Problems:
    return {name: _("这个日期还没有到。") for name in names if (day := day_of(values, name)) and day > today}


def not_past(values: Values, today: dt.date, *names: str) -> Problems:
    """Papers that ended before today. Today is the last good day."""
    sentence = _("已经过期。请先办理新的证件，再填写新的有效期。")
    return {name: sentence for name in names if (day := day_of(values, name)) and day < today}


def in_order(values: Values, first: str, last: str) -> Problems:
    start, end = day_of(values, first), day_of(values, last)
    return {last: _("结束日期不能早于开始日期。")} if start and end and end < start else {}


def in_force(values: Values, today: dt.date, *names: str) -> bool:
    """Whether none of these papers has ended; one without an end lasts."""
    return not not_past(values, today, *names)


def near_names(rows: QuerySet, name: str) -> list[Duplicate]:
    """Those of `rows` (with code and name) that may well be called the same. Read as values: a county has thousands."""
    named = rows.values_list("pk", "code", "name").iterator()
    return [Duplicate(_("名称相近"), pk, code, other, False) for pk, code, other in named if near(other, name)]


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance on the sphere between two points (longitude, latitude); haversine."""
    (west, south), (east, north) = (tuple(math.radians(part) for part in point) for point in (one, other))
    half = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * _EARTH_RADIUS * math.asin(math.sqrt(half))


def box_around(point: tuple[float, float], reach: float) -> tuple[float, float, float, float]:
    """West, south, east, north of a box that holds everything within `reach` metres."""
    longitude, latitude = point
    high = reach / _METRES_OF_DEGREE
    wide = high / max(math.cos(math.radians(latitude)), 0.01)
    return longitude - wide, latitude - high, longitude + wide, latitude + high


def point_of(values: Values) -> tuple[float, float] | None:
    """Longitude and latitude of a stored point."""
    if not values.get("point"):
        return None
    longitude, latitude = values["point"].split(",")
    return float(longitude), float(latitude)

"""Where a person works: reads of the scan pages, cut to the actor."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from logistics.desk.selectors_scan import station_with_way
from logistics.parcels.selectors import covers_station
from logistics.registry.models import Station
from logistics.registry.states import State, StationKind
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand
from portal.core.errors import Conflict, NotFound

_FROM_THE_TOP = Case(
    When(kind=StationKind.HUB, then=Value(0)),
    When(kind=StationKind.TOWNSHIP, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


class NoWorkStation(Conflict):
    code = "no_work_station"
    message = _("您还没有被安排到可以办理这项业务的站点。")
    hint = _("请联系站点负责人或县级中心，为您开通所在站点的权限。")


class NotYourStation(NotFound):
    """Also for a station that is closed or that nobody knows."""

    code = "not_your_station"
    message = _("您不在这个站点工作。")
    hint = _("请在页面上方选择您所在的站点。")


def work_stations(*, actor: Actor, permission: str) -> QuerySet[Station]:
    """The stations at which the actor may do this work: their own, few; the hub first, then by code.

    Officials have none, unless they hold the very permission there. A station below one's own is not one's own.
    """
    scope = demand(actor).scope(permission)
    rows = Station.objects.filter(~Q(state=State.CLOSED)).order_by(_FROM_THE_TOP, "code")
    if scope.everything:
        return rows
    return rows.filter(_works_at(scope)) if scope else rows.none()


def work_station(*, actor: Actor, permission: str, code: str) -> Station:
    """The station `code` with the two above it. Raises NotYourStation for any other than one of work_stations.

    The one place where a scan reads its station.
    """
    scope = demand(actor).scope(permission)
    station = station_with_way(code) if scope and code and code.isprintable() else None
    if station is None or station.state == State.CLOSED or not covers_station(scope, station):
        raise NotYourStation()
    return station


def _works_at(scope: Scope) -> Q:
    reach = Q(pk__in=scope.stations) | Q(operator__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(division__code__startswith=prefix)
    return reach


def any_work_station(*, actor: Actor, code: str) -> Station:
    """A station at which the actor may do any work at all. Raises NotYourStation."""
    return work_station(actor=actor, permission=Permission.STATION_VIEW, code=code)

"""Tells the floor of access who works where, and what the places are called."""

from __future__ import annotations

from django.db.models import QuerySet

from logistics.registry.models import (
    Enterprise,
    EnterpriseUserObjectPermission,
    Station,
    StationUserObjectPermission,
)
from logistics.registry.selectors import enterprises_within, stations_within
from portal.core.actor import Scope

HELD = "hold_"


def stations_named(ids: list[str]) -> dict[str, str]:
    return {str(pk): name for pk, name in Station.objects.filter(pk__in=ids).values_list("pk", "name")}


def enterprises_named(ids: list[str]) -> dict[str, str]:
    return {str(pk): name for pk, name in Enterprise.objects.filter(pk__in=ids).values_list("pk", "name")}


def people_within(scope: Scope) -> QuerySet:
    """Ids of the people who hold a role at a station or an enterprise in the scope."""
    stations = Station.objects.filter(stations_within(scope)).values("pk")
    enterprises = Enterprise.objects.filter(enterprises_within(scope)).values("pk")
    at_stations = StationUserObjectPermission.objects.filter(
        content_object__in=stations, permission__codename__startswith=HELD
    )
    at_enterprises = EnterpriseUserObjectPermission.objects.filter(
        content_object__in=enterprises, permission__codename__startswith=HELD
    )
    return at_stations.values_list("user_id").union(at_enterprises.values_list("user_id"))

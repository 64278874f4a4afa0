"""Certification on the map: where stations may work, where that ends soon, and where somebody wants to open one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import parts
from logistics.licensing.models import Application
from logistics.licensing.selectors import all_values, title_of, waiting
from logistics.registry.models import Station
from logistics.registry.selectors import visible_stations
from logistics.registry.standing import standing_of
from logistics.registry.states import Standing, State
from members.access.panels import PLACES, Page, add_page
from members.access.states import Permission
from portal.core.access import holders
from portal.core.clock import county_day, now

SOON = dt.timedelta(days=60)
ORDER = ("full", "busy", "calm")  # tones of the map: stopped, waiting or ending soon, at work
_FOR_MAP = ("id", "name", "lon", "lat", "kind", "tone", "text", "href", "illustrative")


def map_page(request, context):
    today = county_day(now())
    stations = visible_stations(actor=request.actor, permission=Permission.STATION_VIEW)
    rows = [_station(row, today) for row in stations.exclude(state=State.CLOSED).select_related("division")]
    asked = waiting(actor=request.actor, permission=Permission.APPLICATION_VIEW)
    rows += [_wanted(row) for row in asked.filter(kind="station").select_related("division")]
    rows.sort(key=lambda row: (ORDER.index(row["tone"]), row["name"]))
    ground = {
        "points": [{name: row[name] for name in _FOR_MAP} for row in rows if row["lon"] is not None],
        "labels": [],
        "tiles": {"url": settings.MAP_TILES_URL, "attribution": settings.MAP_TILES_ATTRIBUTION}
        if settings.MAP_TILES_URL
        else None,
        "words": {"zoomIn": gettext("放大"), "zoomOut": gettext("缩小")},
    }
    return TemplateResponse(request, "admin/licensing/map.html", {**context, "rows": rows, "ground": ground})


def _station(station: Station, today: dt.date) -> dict[str, Any]:
    standing = standing_of(station, today=today)
    ends_soon = station.certified_until is not None and station.certified_until <= today + SOON
    tone = "full" if standing != Standing.GOOD else "busy" if ends_soon else "calm"
    until = f"{station.certified_until:%Y-%m-%d}" if station.certified_until else gettext("未取得证书")
    return {
        "id": f"s{station.pk}", "name": station.name, "kind": station.kind, "place": station.division.name,
        "lon": None if station.longitude is None else float(station.longitude),
        "lat": None if station.latitude is None else float(station.latitude),
        "illustrative": station.illustrative, "tone": tone, "tone_label": str(Standing(standing).label),
        "text": gettext("证书有效期至：%(until)s") % {"until": until},
        "href": reverse("admin:registry_station_change", args=[station.pk]),
    }  # fmt: skip


def _wanted(application: Application) -> dict[str, Any]:
    values = all_values(application)
    point = parts.point_of(values)
    return {
        "id": f"a{application.pk}", "name": title_of(application), "kind": values.get("kind") or "village",
        "place": application.division.name, "lon": point[0] if point else None, "lat": point[1] if point else None,
        "illustrative": True, "tone": "busy", "tone_label": gettext("待审核"),
        "text": gettext("待审核：%(number)s") % {"number": application.number},
        "href": reverse("admin:licensing_application_change", args=[application.pk]),
    }  # fmt: skip


RULE = holders(Permission.APPLICATION_VIEW)
add_page(Page("review-map/", "review_map", _("认证地图"), RULE, map_page, PLACES, 7, "pin_drop"))

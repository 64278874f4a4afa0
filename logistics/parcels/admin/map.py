"""The county on a map: every station with what lies there and what is late, and the same as a table."""

from __future__ import annotations

from django.conf import settings
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.admin.home import figures
from logistics.parcels.selectors_county import parts_of
from logistics.registry.selectors import visible_stations
from logistics.registry.states import State
from members.access.panels import MONITOR, Page, add_page
from members.access.states import Permission
from portal.core.access import holders
from portal.core.clock import now
from portal.regions.states import Level

TOWNSHIP = int(Level.TOWNSHIP)
BUSY, FULL = 0.7, 1.0  # shares of a station's capacity


def map_page(request, context):
    found = figures(request.actor, now())
    stations = visible_stations(actor=request.actor, permission=Permission.STATION_VIEW)
    rows = [_row(station, found) for station in stations.exclude(state=State.CLOSED).select_related("division")]
    rows.sort(key=lambda row: (-row["stuck"], -row["stock"], row["name"]))
    labels = parts_of(request.actor.scope(Permission.STATION_VIEW).divisions)
    ground = {
        "points": [{name: row[name] for name in _FOR_MAP} for row in rows if row["lon"] is not None],
        "labels": _labels(labels, rows),
        "tiles": {"url": settings.MAP_TILES_URL, "attribution": settings.MAP_TILES_ATTRIBUTION}
        if settings.MAP_TILES_URL
        else None,
        "words": {"zoomIn": gettext("放大"), "zoomOut": gettext("缩小")},
    }
    shown = {**context, "rows": rows, "ground": ground, "at": found.at, "placed": len(ground["points"])}
    return TemplateResponse(request, "admin/parcels/map.html", shown)


def _labels(parts, rows) -> list[dict]:
    """Names of townships at their own point, or else between the stations that lie in them."""
    found = []
    for part in parts:
        points = [(row["lon"], row["lat"]) for row in rows if row["lon"] is not None and row["area"] == part.prefix]
        if part.longitude is not None:
            points = [(float(part.longitude), float(part.latitude))]
        if points:
            lon, lat = (sum(axis) / len(points) for axis in zip(*points, strict=True))
            found.append({"name": part.name, "lon": lon, "lat": lat})
    return found


_FOR_MAP = ("id", "name", "lon", "lat", "kind", "tone", "text", "href", "illustrative")


def _row(station, found) -> dict:
    stock, stuck = found.stations[station.pk], found.stuck[station.pk]
    tone = _tone(station, stock)
    listed = reverse("admin:parcels_parcel_changelist")
    return {
        "id": station.pk,
        "name": station.name,
        "kind": station.kind,
        "kind_label": station.get_kind_display(),
        "place": station.division.name,
        "area": station.division_id[:TOWNSHIP],
        "lon": None if station.longitude is None else float(station.longitude),
        "lat": None if station.latitude is None else float(station.latitude),
        "illustrative": station.illustrative,
        "stock": stock,
        "capacity": station.capacity,
        "stuck": stuck,
        "tone": tone,
        "tone_label": TONES[tone],
        "text": gettext("存放 %(stock)s / %(capacity)s，超时 %(stuck)s")
        % {"stock": stock, "capacity": station.capacity, "stuck": stuck},
        "href": f"{listed}?station__id__exact={station.pk}&open=1",
        "late_href": f"{listed}?station__id__exact={station.pk}&late=1",
    }


TONES = {"calm": _("正常"), "busy": _("将满（70% 以上）"), "full": _("已满"), "off": _("暂停")}


def _tone(station, stock: int) -> str:
    if station.state != State.ACTIVE:
        return "off"
    share = stock / station.capacity
    return "full" if share >= FULL else "busy" if share >= BUSY else "calm"


RULE = holders(Permission.STATION_VIEW, Permission.PARCEL_VIEW)
add_page(Page("map/", "map", _("站点地图"), RULE, map_page, MONITOR, 5, "map"))

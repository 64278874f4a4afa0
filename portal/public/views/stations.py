"""The station finder: by village, on a map, near the reader; and the page of one station."""

from __future__ import annotations

from django.shortcuts import render
from django.views.decorators.http import require_safe

from logistics.registry.selectors import public_station, public_stations
from portal.core.access import public


@public("where the stations are and when they are open is for everybody")
@require_safe
def finder(request):
    return render(request, "stations/finder.html", {"stations": public_stations()})


@public("where the stations are and when they are open is for everybody")
@require_safe
def station(request, code: str):
    """Raises StationNotFound."""
    return render(request, "stations/station.html", {"station": public_station(code)})

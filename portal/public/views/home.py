"""The front door."""

from __future__ import annotations

from django.shortcuts import render

from logistics.registry.selectors import public_paused_stations
from portal.core.access import public


@public("the front door")
def home(request):
    """The lookup first; then how a parcel comes to the village, and the ways on."""
    return render(request, "public/home.html", {"paused": public_paused_stations()})

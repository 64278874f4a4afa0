"""The station finder: by village, on a map, near the reader; and the page of one station."""

from __future__ import annotations

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from logistics.registry.finder import find, public_card, public_cards
from logistics.registry.states import StationKind
from portal.core.access import public
from portal.core.clock import now
from portal.public.hours import state_of, week_rows
from portal.public.views.qr import drawn

_WHY = "where the stations are and when they are open is for everybody"


@public(_WHY)
@require_safe
def finder(request):
    """With a query the places that fit and who serves them; with a place its stations; else the townships to choose."""
    cards = public_cards(now=now())
    query, place = request.GET.get("q", ""), request.GET.get("place", "")
    context = {"query": query, "total": len(cards), "leaflet": _leaflet()}
    if query.strip():
        context["answer"] = find(query, cards)
    elif place:
        context["chosen"] = [card for card in cards if card.township_code == place]
    else:
        context["hubs"] = [card for card in cards if card.kind == StationKind.HUB]
        context["townships"] = _townships(cards)
    return render(request, "stations/finder.html", context)


def _townships(cards) -> list[dict]:
    """Each township that has stations, and how many."""
    found: dict[str, dict] = {}
    for card in cards:
        if card.township:
            found.setdefault(card.township_code, {"code": card.township_code, "name": card.township, "count": 0})
            found[card.township_code]["count"] += 1
    return list(found.values())


@public(_WHY)
@require_safe
def station(request, code: str):
    """Raises StationNotFound."""
    card, others = public_card(code, now=now())
    context = {
        "card": card,
        "others": others[:5],
        "week": week_rows(card.week) if card.week else None,
        "address": f"{settings.PUBLIC_URL}{reverse('station', args=[card.code])}",
        "leaflet": _leaflet(),
    }
    return render(request, "stations/station.html", context)


@public(_WHY)
@require_safe
@cache_control(private=True, max_age=60)
def points(request):
    """Stations with a place on the map, for the map and for finding the nearest inside the reader's own phone."""
    cards = [card for card in public_cards(now=now()) if card.longitude is not None and card.latitude is not None]
    tiles = {"url": settings.MAP_TILES_URL, "attribution": settings.MAP_TILES_ATTRIBUTION}
    labels = [card for card in cards if card.kind == StationKind.TOWNSHIP]
    return JsonResponse({
        "points": [_point(card) for card in cards],
        "labels": [{"name": c.township, "lon": float(c.longitude), "lat": float(c.latitude)} for c in labels],
        "tiles": tiles if settings.MAP_TILES_URL else None,
    })  # fmt: skip


def _point(card) -> dict:
    return {
        "id": card.code, "name": card.name, "lon": float(card.longitude), "lat": float(card.latitude),
        "kind": card.kind, "tone": "calm" if card.open_now else "off", "text": state_of(card) or card.hours,
        "href": reverse("station", args=[card.code]), "illustrative": card.illustrative,
    }  # fmt: skip


@public("draws the address of a public page; reads nothing")
@require_safe
def station_qr(request, code: str):
    """An SVG of the address of a station's page."""
    return drawn(f"{settings.PUBLIC_URL}{reverse('station', args=[code])}")


def _leaflet() -> dict[str, str]:
    """Words of the map that a script shows."""
    return {"zoom_in": _("放大"), "zoom_out": _("缩小")}

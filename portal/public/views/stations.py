"""The station finder: by village, on a map, near the reader; and the page of one station."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from logistics.firms.papers.sign import Sign, SignSize, draw_sign
from logistics.registry.finder import find, narrowed, public_card, public_cards, public_photos
from logistics.registry.states import StationKind, StationService
from portal.core.access import public
from portal.core.clock import now
from portal.public.hours import state_of, week_rows
from portal.public.views.qr import drawn

_WHY = "where the stations are and when they are open is for everybody"


@public(_WHY)
@require_safe
def finder(request):
    """With a query the places that fit and who serves them; with a place its stations; else the townships to choose."""
    every = public_cards(now=now())
    query, place = request.GET.get("q", ""), request.GET.get("place", "")
    service, open_now = request.GET.get("service", ""), request.GET.get("open") == "1"
    cards = narrowed(every, open_now=open_now, service=service)
    context = {
        "query": query, "total": len(every), "leaflet": _leaflet(), "service": service, "open_now": open_now,
        "services": StationService.choices, "narrowed": len(cards) != len(every), "points": _points_address(request),
    }  # fmt: skip
    if query.strip():
        context["answer"] = find(query, cards)
    elif place:
        context["chosen"] = [card for card in cards if card.township_code == place]
    else:
        context["hubs"] = [card for card in cards if card.kind == StationKind.HUB]
        context["townships"] = _townships(cards)
    return render(request, "stations/finder.html", context)


def _points_address(request) -> str:
    """The map and "near me" show what the list shows."""
    kept = {name: request.GET[name] for name in ("service", "open") if request.GET.get(name)}
    address = reverse("station_points")
    return f"{address}?{urlencode(kept)}" if kept else address


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
        "photos": public_photos(card.code),
        "points": reverse("station_points"),
        "address": f"{settings.PUBLIC_URL}{reverse('station', args=[card.code])}",
        "leaflet": _leaflet(),
    }
    return render(request, "stations/station.html", context)


@public(_WHY)
@require_safe
@cache_control(private=True, max_age=60)
def points(request):
    """Stations with a place on the map, for the map and for finding the nearest inside the reader's own phone."""
    wanted = {"open_now": request.GET.get("open") == "1", "service": request.GET.get("service", "")}
    shown = narrowed(public_cards(now=now()), **wanted)
    cards = [card for card in shown if card.longitude is not None and card.latitude is not None]
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


@public("the same as the station's page, to hang at its door")
@require_safe
def station_sign(request, code: str):
    """A sheet for the door, ?size=a4 or a5. Raises StationNotFound."""
    card, _others = public_card(code, now=now())
    size = SignSize.A5 if request.GET.get("size", "").lower() == "a5" else SignSize.A4
    sign = Sign(
        card.name, card.kind_label, card.place, card.address, card.hours, card.market_days, card.harvest_hours,
        card.phone, tuple(card.service_labels), f"{settings.PUBLIC_URL}{reverse('station', args=[card.code])}",
        settings.HOTLINE,
    )  # fmt: skip
    response = HttpResponse(draw_sign(sign, size), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="station-{card.code}-{size.value}.pdf"'
    return response


def _leaflet() -> dict[str, str]:
    """Words of the map that a script shows."""
    return {"zoom_in": _("放大"), "zoom_out": _("缩小")}

"""Divisions as JSON, for forms and programs."""

from __future__ import annotations

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from portal.core.access import public
from portal.core.errors import BadInput
from portal.regions.addresses import resolve_village
from portal.regions.selectors import MAX_LIMIT, Found, search_divisions
from portal.regions.states import Level


@public("the statistical divisions of the country are published")
@require_safe
@cache_control(public=True, max_age=3600)
def divisions(request):
    """Places that match `q`, at most `limit`, inside the code prefix `within`. `ambiguous`: let the reader choose."""
    query = request.GET.get("q", "")
    found = search_divisions(query, within=request.GET.get("within", ""), limit=_limit(request))
    same = [f for f in found if found and f.short_name == found[0].short_name and f.level == found[0].level]
    return JsonResponse(
        {
            "count": len(found),
            "ambiguous": len(same) > 1,
            "question": _("“%(name)s”有 %(count)d 处，请按上级区划选择。")
            % {"name": same[0].short_name, "count": len(same)}
            if len(same) > 1
            else "",
            "results": [as_json(place) for place in found],
        }
    )


@public("the answer holds only published divisions")
@csrf_exempt  # reads only; an address belongs into a body, where no log keeps it
@require_POST
def resolve(request):
    """Which village the address in `text` means: candidates, and a question unless it is certain."""
    resolution = resolve_village(request.POST.get("text", ""), within=request.POST.get("within", ""))
    response = JsonResponse(
        {
            "certain": resolution.certain,
            "question": resolution.question,
            "rest": resolution.rest,
            "candidates": [as_json(place) for place in resolution.candidates],
        }
    )
    response["Cache-Control"] = "no-store"
    return response


def as_json(place: Found) -> dict:
    return {
        "code": place.code,
        "level": place.level,
        "kind": place.kind,
        "name": place.name,
        "short_name": place.short_name,
        "path": list(place.path),
        "township": place.above(Level.TOWNSHIP) if place.level >= Level.TOWNSHIP else None,
        "county": place.above(Level.COUNTY) if place.level >= Level.COUNTY else None,
        "repeats": place.repeats,
    }


def _limit(request) -> int:
    text = request.GET.get("limit", "20")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
        raise BadInput(
            _("limit 应为 1 到 %(most)d 的整数。") % {"most": MAX_LIMIT},
            code="bad_limit",
            fields={"limit": _("请改正。")},
        )
    return int(text)

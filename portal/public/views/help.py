"""Help for everybody, and the first steps of each role."""

from __future__ import annotations

from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.core.access import public
from portal.core.errors import NotFound
from portal.public.guides import GUIDES, TOPICS


@public("how the portal is used is for everybody to read")
@require_safe
def index(request):
    return render(request, "help/index.html", {"topics": TOPICS.values(), "guides": GUIDES.values()})


@public("how the portal is used is for everybody to read")
@require_safe
def page(request, slug: str):
    """One topic, or the first steps of one role. Raises NotFound."""
    if slug not in TOPICS and slug not in GUIDES:
        raise NotFound()
    return render(request, f"help/{slug}.html", {"page": TOPICS.get(slug) or GUIDES[slug]})

"""Help for everybody, and the first steps of each role."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from portal.core.access import public, signed_in
from portal.core.errors import NotFound
from portal.public.guides import FIRST_STEPS_COOKIE, GUIDES, TOPICS, guide_for


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


@signed_in
@require_POST
def first_steps_done(request) -> HttpResponse:
    """A newcomer has seen enough: the panel stays away in this browser until the role changes."""
    messages.success(request, _("不再显示。需要时，页面底部有各项说明。"))
    response = redirect("my_parcels")
    response.set_cookie(
        FIRST_STEPS_COOKIE, guide_for(request.actor.roles).slug, max_age=365 * 24 * 3600, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE, httponly=True,
    )  # fmt: skip
    return response

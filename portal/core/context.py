"""What every page knows."""

from django.conf import settings


def portal(request):
    actor = getattr(request, "actor", None)
    roles: frozenset[str] = getattr(actor, "roles", frozenset())
    return {
        "actor": actor,
        "public_url": settings.PUBLIC_URL,
        "hotline": settings.HOTLINE,
        "large_type": request.COOKIES.get("large_type") == "1",
        # Which links the header offers; what a person may do there is decided behind the links.
        "works_here": bool(roles - {"member"}),
        "official": any(g.scope.divisions or g.scope.everything for g in getattr(actor, "grants", ())),
    }

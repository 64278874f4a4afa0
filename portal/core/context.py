"""What every page knows."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def portal(request):
    actor = getattr(request, "actor", None)
    roles: frozenset[str] = getattr(actor, "roles", frozenset())
    return {
        "actor": actor,
        "reader": _reader(request),
        "public_url": settings.PUBLIC_URL,
        "hotline": settings.HOTLINE,
        "large_type": request.COOKIES.get("large_type") == "1",
        # Which links the header offers; what a person may do there is decided behind the links.
        "works_here": bool(roles - {"member"}),
        "official": any(g.scope.divisions or g.scope.everything for g in getattr(actor, "grants", ())),
    }


def _reader(request) -> str:
    """A mark of who is logged in, so that scripts give nobody what another one typed. It says nothing else."""
    actor = getattr(request, "actor", None)
    if actor is None or not actor.signed_in:
        return ""
    return salted_hmac("portal.core.context.reader", actor.id).hexdigest()[:16]

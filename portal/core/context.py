"""What every page knows."""

from django.conf import settings


def portal(request):
    return {
        "actor": getattr(request, "actor", None),
        "public_url": settings.PUBLIC_URL,
        "large_type": request.COOKIES.get("large_type") == "1",
    }

"""Reads of the outbox."""

from __future__ import annotations

from django.conf import settings

from portal.core.errors import NotFound
from portal.notify.models import Message


def public_developer_messages(limit: int = 50) -> list[Message]:
    """The latest messages, for whoever runs the portal on their own machine. Raises NotFound in production."""
    if settings.PRODUCTION:
        raise NotFound()
    return list(Message.objects.order_by("-created_at", "-id")[:limit])

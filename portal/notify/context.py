"""What the header may show of messages."""

from __future__ import annotations

from django.utils.functional import SimpleLazyObject

from portal.core.clock import now
from portal.notify.selectors import own_unread


def unread(request):
    """`unread_messages`: how many of the reader's messages are unread, up to 100. Asked only when a page shows it."""
    actor = getattr(request, "actor", None)
    if actor is None or not actor.extra.get("own_phone"):
        return {"unread_messages": 0}
    return {"unread_messages": SimpleLazyObject(lambda: own_unread(actor=actor, now=now()))}

"""The developer's page: what the portal would have sent."""

from __future__ import annotations

from django.shortcuts import render
from django.views.decorators.cache import never_cache

from portal.core.access import public
from portal.notify.selectors import public_developer_messages
from portal.notify.services import text_of


@public("for development only: answers 404 in production")
@never_cache
def developer_messages(request):
    """The latest messages with their texts, newest first."""
    rows = [(message, text_of(message)) for message in public_developer_messages()]
    return render(request, "notify/developer_messages.html", {"rows": rows})

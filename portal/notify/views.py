"""Messages in the account, and the developer's page: what the portal would have sent."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core.access import public, signed_in
from portal.core.addresses import is_loopback
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.masking import normalise_digits
from portal.notify.cards import developer_card, own_card
from portal.notify.selectors import own_page, public_developer_messages, public_provider_health
from portal.notify.services import mark_read

REFRESH_SECONDS = 5
TAIL_DIGITS = 11


@signed_in
@require_safe
@never_cache
def my_messages(request):
    """Parcel messages of the last 30 days to the own phone, newest first, a page at a time."""
    moment = now()
    rows, more = own_page(actor=request.actor, now=moment, before=request.GET.get("before", "")[:40])
    context = {
        "cards": [own_card(row) for row in rows],
        "unread": any(row.read_at is None for row in rows),
        "first_page": not request.GET.get("before"),
        "older": f"?before={more}" if more else "",
    }
    return render(request, "notify/my_messages.html", context)


@signed_in
@require_POST
def read_messages(request):
    """Marks one message (`message`) as read, or all. Raises NotFound for somebody else's."""
    mark_read(actor=request.actor, now=now(), message_id=request.POST.get("message", "")[:40])
    messages.success(request, _("已标为已读。"))
    return redirect("my_messages")


@public("for development only: answers 404 in production")
@require_safe
@never_cache
def developer_messages(request):
    """The latest messages with text, state, tries and cost; `tail` filters by phone, `refresh` reloads by itself.

    They hold login codes: who calls from another machine is answered as if the page did not exist.
    """
    if not is_loopback(request.client_address):
        raise NotFound()
    tail = "".join(c for c in normalise_digits(request.GET.get("tail", "")) if c.isdigit())[-TAIL_DIGITS:]
    context = {
        "cards": [developer_card(row) for row in public_developer_messages(tail=tail)],
        "tail": tail,
        "refresh": REFRESH_SECONDS if request.GET.get("refresh") else 0,
        "providers": public_provider_health(now=now()),
        "refresh_label": _("每 5 秒刷新"),
    }
    return render(request, "notify/developer_messages.html", context)

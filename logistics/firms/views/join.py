"""The link of an invitation. Opening it changes nothing: whoever reads messages for a phone may open links too."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from logistics.registry.services.invitations import accept, offered
from members.access.states import Role
from portal.core.access import public
from portal.core.clock import now


@public("an invitation: says nothing until the phone it was sent to has logged in")
@never_cache
@require_http_methods(["GET", "POST"])
def join(request, token: str):
    """Raises InvitationNotFound and what else `accept` refuses."""
    if not request.actor.signed_in:
        back = urlencode({"next": reverse("join", args=[token])})
        return render(request, "firms/join_login.html", {"back": back})
    if request.method == "GET":
        row = offered(token=token, actor=request.actor, now=now())
        place = row.station or row.enterprise
        return render(request, "firms/join.html", {"row": row, "place": place, "role": Role(row.role).label})
    row = accept(token=token, actor=request.actor, now=now())
    messages.success(request, _("已接受邀请，您现在可以开始工作。"))
    return redirect("work")

"""Staff: who works here, who is invited, who leaves."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.firms.forms import InviteForm, WhyForm
from logistics.firms.selectors.firm import stations_of
from logistics.firms.selectors.people import colleague, colleagues, open_invitations, person_of
from logistics.firms.views.common import page_of, show
from logistics.registry.services.invitations import invite, withdraw
from logistics.registry.services.staff import leave
from members.access.states import Permission
from portal.core.access import needs
from portal.core.clock import now
from portal.core.errors import DomainError


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_GET
def staff(request, firm: str):
    context = page_of(request, firm, "firm_staff")
    return _page(request, context, InviteForm(stations=stations_of(firm=context["firm"])))


def _page(request, context: dict, form, status: int = 200):
    row = context["firm"]
    moment = now()
    context |= {
        "people": colleagues(firm=row, own_id=request.actor.user_id),
        "invitations": [{"row": i, "over": i.expires_at <= moment} for i in open_invitations(firm=row)],
        "form": form,
    }
    return render(request, "firms/staff.html", context, status=status)


@needs(Permission.STAFF_MANAGE)
@require_POST
def staff_invite(request, firm: str):
    context = page_of(request, firm, "firm_staff")
    stations = list(stations_of(firm=context["firm"]))
    form = InviteForm(request.POST, stations=stations)
    if not form.is_valid():
        return _page(request, context, form, 400)
    data = form.cleaned_data
    try:
        invite(
            enterprise=context["firm"], role=data["role"], name=data["name"], phone=data["phone"],
            station=next((s for s in stations if s.code == data["station"]), None), actor=request.actor, now=now(),
        )  # fmt: skip
    except DomainError as error:
        show(form, error)
        return _page(request, context, form, error.status)
    messages.success(request, _("邀请短信已发出，7 天内有效。对方接受后会出现在员工列表中。"))
    return redirect("firm_staff", firm=firm)


@needs(Permission.STAFF_MANAGE)
@require_POST
def staff_withdraw(request, firm: str, invitation_id: uuid.UUID):
    row = page_of(request, firm, "firm_staff")["firm"]
    withdraw(enterprise=row, invitation_id=invitation_id, actor=request.actor, now=now())
    messages.success(request, _("邀请已撤回，链接不能再用。"))
    return redirect("firm_staff", firm=firm)


@needs(Permission.STAFF_MANAGE)
@never_cache
@require_http_methods(["GET", "POST"])
def staff_leave(request, firm: str, user_id: int):
    """Asks first: what ends is named before it ends."""
    context = page_of(request, firm, "firm_staff")
    row = context["firm"]
    person = person_of(firm=row, user_id=user_id)
    form = WhyForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                left = leave(actor=request.actor, user=person, enterprise=row, now=now(), why=form.cleaned_data["why"])
            except DomainError as error:
                show(form, error)
                status = error.status
            else:
                _say(request, left)
                return redirect("firm_devices" if left.devices else "firm_staff", firm=firm)
    context |= {"person": colleague(firm=row, user_id=user_id, own_id=request.actor.user_id), "form": form}
    return render(request, "firms/leave.html", context, status=status)


def _say(request, left) -> None:
    messages.success(request, _("已离开。角色和登录都已结束，即时生效。"))
    count = len(left.devices)
    if count:
        warning = ngettext(
            "有 %(count)s 台终端的密钥此人看过，请更换。", "有 %(count)s 台终端的密钥此人看过，请更换。", count
        )
        messages.warning(request, warning % {"count": count})

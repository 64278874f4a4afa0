"""The officials' site: people with a role that needs a second factor, after they passed it."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from members.access.second_factor import second_factor_page
from members.access.states import SECOND_FACTOR_ROLES
from portal.core.errors import Forbidden
from portal.core.middleware import error_response


class OfficialsSite(UnfoldAdminSite):
    site_header = site_title = _("县域物流管理后台")
    index_title = _("管理首页")

    def has_permission(self, request) -> bool:
        """Whether any role of the actor is an official's. actor_of drops the role without the second factor."""
        return bool(SECOND_FACTOR_ROLES & set(request.actor.roles))

    def login(self, request, extra_context=None):
        """No second door: people log in on the portal's page, with its limits and its second factor."""
        back = request.GET.get("next") or reverse("admin:index")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
            back = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(back)
        if request.actor.extra.get("second_factor_missing"):
            return redirect(second_factor_page(request.user, back))
        return redirect(back) if self.has_permission(request) else error_response(request, Forbidden())

    def logout(self, request, extra_context=None):
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def search(self, request, extra_context=None):
        """The theme would cache what was found for five minutes, across changes of scope."""
        raise Http404

"""The officials' site: people with a role that needs a second factor, after they passed it.

Its home and its sidebar are made of what the apps register (members/access/panels.py) and of the pages they have; the
site knows none of them.
"""

from __future__ import annotations

from functools import partial

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from members.access import panels
from members.access.admin_base import guarded
from members.access.second_factor import second_factor_page
from members.access.states import SECOND_FACTOR_ROLES
from portal.core import referee
from portal.core.clock import now
from portal.core.errors import Forbidden
from portal.core.middleware import error_response


class OfficialsSite(UnfoldAdminSite):
    site_header = site_title = _("县域物流管理后台")
    index_title = _("管理首页")

    def has_permission(self, request) -> bool:
        """Whether any role of the actor is an official's. actor_of drops the role without the second factor."""
        return bool(SECOND_FACTOR_ROLES & set(request.actor.roles))

    def each_context(self, request):
        """As the theme's, without its colours: it would write them into each page, which the policy does not allow."""
        return {**super().each_context(request), "colors": None}

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

    # -- home ----------------------------------------------------------------------------------------
    def index(self, request, extra_context=None):
        """Every panel the actor may read, each by its own few reads."""
        moment = now()
        shown = [(panel, panel.read(request.actor, moment)) for panel in panels.panels_for(request.actor)]
        duties = [(d, count, d.link(moment)) for d, count in panels.duties_of(request.actor, moment) if count]
        return super().index(
            request,
            {
                "panels": shown,
                "duties": duties,
                "moment": moment,
                "clock_alarm": referee.alarm(),
                **(extra_context or {}),
            },
        )

    # -- pages that apps add -------------------------------------------------------------------------
    def get_urls(self):
        added = [
            path(page.path, guarded(partial(self.show, page), page.rule, self), name=page.name)
            for page in panels.pages()
        ]
        # No record has an address outside this site, so Django's way there would only be a door to nowhere.
        return added + [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def show(self, page: panels.Page, request, **kwargs):
        return page.view(request, {**self.each_context(request), "title": page.title}, **kwargs)

    # -- sidebar -------------------------------------------------------------------------------------
    def get_sidebar_list(self, request):
        """Pages in groups of plain words; a page without a place in a group is reached from others."""
        places = [
            (admin.menu, admin.opts.verbose_name_plural, f"{admin.opts.app_label}_{admin.opts.model_name}_changelist")
            for admin in self._registry.values()
            if getattr(admin, "menu", None) and admin.has_module_permission(request)
        ]
        places += [
            (panels.Menu(page.section, page.order, page.icon), page.title, page.name)
            for page in panels.pages()
            if page.rule.allows(request.actor)
        ]
        groups: dict[panels.Section, list] = {}
        for menu, title, name in sorted(places, key=lambda place: (place[0].section.order, place[0].order)):
            groups.setdefault(menu.section, []).append(self._item(request, title, f"admin:{name}", menu.icon))
        home = [self._item(request, self.index_title, "admin:index", "home")]
        return [{"title": "", "items": home}] + [
            {"title": section.title, "items": items, "separator": True} for section, items in groups.items()
        ]

    def _item(self, request, title, name: str, icon: str) -> dict:
        link = reverse(name)
        here = request.path == link if name == "admin:index" else request.path.startswith(link)
        return {"title": title, "link": link, "icon": icon, "active": here, "has_permission": True}

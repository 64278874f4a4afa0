"""The officials' site: people with a role that needs a second factor, after they passed it."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from members.access.states import SECOND_FACTOR_ROLES
from portal.core.labels import OUR_PACKAGES


class OfficialsSite(UnfoldAdminSite):
    site_header = site_title = _("县域物流管理后台")
    index_title = _("管理首页")

    def has_permission(self, request) -> bool:
        """Whether any role of the actor is an official's. Second factor included: actor_of drops the role without it."""
        return bool(SECOND_FACTOR_ROLES & set(request.actor.roles))


class OfficialsSiteConfig(SimpleAdminConfig):
    """Loads the admin pages of this project only: those of third parties know nothing of scopes."""

    default_site = "members.access.site.OfficialsSite"

    def ready(self):
        super().ready()
        for app in apps.get_app_configs():
            if app.name.startswith(OUR_PACKAGES) and module_has_submodule(app.module, "admin"):
                import_module(f"{app.name}.admin")

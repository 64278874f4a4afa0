"""Starts the officials' site (officials.py), when the apps are known and before their models are."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule

from portal.core.labels import OUR_PACKAGES


class OfficialsSiteConfig(SimpleAdminConfig):
    """Loads the admin pages of this project only: those of third parties know nothing of scopes."""

    default_site = "members.access.officials.OfficialsSite"

    def ready(self):
        super().ready()
        for app in apps.get_app_configs():
            if app.name.startswith(OUR_PACKAGES) and module_has_submodule(app.module, "admin"):
                import_module(f"{app.name}.admin")

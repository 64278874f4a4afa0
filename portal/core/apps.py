from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = _("基础")

    def ready(self):
        from portal import celery  # noqa: F401  so that a task sent from a page goes to our broker
        from portal.core import checks, database_checks, labels  # noqa: F401  registers the system checks

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "portal.notify"
    label = "notify"
    verbose_name = _("消息")

    def ready(self):
        from portal.notify import checks  # noqa: F401  registers the deployment check

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.certificates"
    label = "certificates"
    verbose_name = _("证书")

    def ready(self):
        from logistics.certificates import notices  # noqa: F401  declares its messages to portal.notify

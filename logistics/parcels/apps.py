from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.parcels"
    label = "parcels"
    verbose_name = _("包裹")

    def ready(self):
        from logistics.parcels import door_text, notices, pickup_text  # noqa: F401  declares its messages to portal.notify

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "members.devices"
    label = "devices"
    verbose_name = _("终端设备")

    def ready(self):
        from members.devices import schema  # noqa: F401  registers the description of the credentials

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.licensing"
    label = "licensing"
    verbose_name = _("认证申请")

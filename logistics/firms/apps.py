from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.firms"
    label = "firms"
    verbose_name = _("企业工作台")

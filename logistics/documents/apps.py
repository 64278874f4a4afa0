from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.documents"
    label = "documents"
    verbose_name = _("单据")

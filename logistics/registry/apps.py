from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.registry"
    label = "registry"
    verbose_name = _("登记")

    def ready(self):
        from logistics.registry import models
        from members.access.sources import add_source, guardian_grants
        from members.access.states import ScopeKind

        add_source(guardian_grants(models.StationUserObjectPermission, ScopeKind.STATION))
        add_source(guardian_grants(models.EnterpriseUserObjectPermission, ScopeKind.ENTERPRISE))

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.registry"
    label = "registry"
    verbose_name = _("登记")

    def ready(self):
        from logistics.registry import models, places
        from members.access.sources import add_source, guardian_grants
        from members.access.states import ScopeKind
        from members.devices.places import PlaceKind, add_finder

        add_source(guardian_grants(models.StationUserObjectPermission, ScopeKind.STATION))
        add_source(guardian_grants(models.EnterpriseUserObjectPermission, ScopeKind.ENTERPRISE))
        add_finder(PlaceKind.STATION, places.find_station)
        add_finder(PlaceKind.ENTERPRISE, places.find_enterprise)

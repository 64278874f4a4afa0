from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Config(AppConfig):
    name = "logistics.registry"
    label = "registry"
    verbose_name = _("登记")

    def ready(self):
        from logistics.registry import models, notices, places, staff_reach  # noqa: F401  notices declares its messages
        from members.access.sources import add_namer, add_reach, add_source, guardian_grants
        from members.access.states import ScopeKind
        from members.devices.places import PlaceKind, add_finder

        add_source(guardian_grants(models.StationUserObjectPermission, ScopeKind.STATION))
        add_source(guardian_grants(models.EnterpriseUserObjectPermission, ScopeKind.ENTERPRISE))
        add_finder(PlaceKind.STATION, places.find_station)
        add_finder(PlaceKind.ENTERPRISE, places.find_enterprise)
        add_namer(ScopeKind.STATION, staff_reach.stations_named)
        add_namer(ScopeKind.ENTERPRISE, staff_reach.enterprises_named)
        add_reach(staff_reach.people_within)

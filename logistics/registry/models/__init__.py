from logistics.registry.models.certified import Certified
from logistics.registry.models.fleet import DriverBinding, Vehicle
from logistics.registry.models.grants import (
    EnterpriseGroupObjectPermission,
    EnterpriseUserObjectPermission,
    StationGroupObjectPermission,
    StationUserObjectPermission,
)
from logistics.registry.models.parties import Enterprise, Station
from logistics.registry.models.people import Courier, Invitation
from logistics.registry.models.photos import StationPhoto

__all__ = [
    "Certified",
    "Courier",
    "DriverBinding",
    "Enterprise",
    "EnterpriseGroupObjectPermission",
    "EnterpriseUserObjectPermission",
    "Invitation",
    "Station",
    "StationGroupObjectPermission",
    "StationPhoto",
    "StationUserObjectPermission",
    "Vehicle",
]

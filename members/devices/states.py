"""What a kind of device may do: an allow-list of route names, and the permissions it acts with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.access.states import Permission


class Profile(models.TextChoices):
    SCANNER = "scanner", _("站点扫描终端")
    CARRIER = "carrier", _("承运企业系统")


# What each kind of device is bound to.
BOUND_TO = {Profile.SCANNER: "station", Profile.CARRIER: "enterprise"}

ROUTES: dict[str, frozenset[str]] = {
    Profile.SCANNER: frozenset({"api:events", "api:refused", "api:device-self"}),
    Profile.CARRIER: frozenset(
        {
            "api:events",
            "api:parcels",
            "api:imports",
            "api:import",
            "api:import-result",
            "api:refused",
            "api:device-self",
        }
    ),
}

FUNCTIONS: dict[str, frozenset[str]] = {
    Profile.SCANNER: frozenset({Permission.EVENT_RECORD, Permission.PARCEL_VIEW, Permission.STATION_RECEIVE}),
    Profile.CARRIER: frozenset(
        {
            Permission.EVENT_RECORD,
            Permission.PARCEL_CREATE,
            Permission.PARCEL_VIEW,
            Permission.IMPORT_RUN,
            Permission.IMPORT_VIEW,
            Permission.REFUSED_VIEW,
        }
    ),
}

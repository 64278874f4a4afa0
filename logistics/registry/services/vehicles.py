"""Registering and changing vehicles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Vehicle
from logistics.registry.register import Register, add, change
from logistics.registry.selectors import VehicleNotFound, visible_vehicles
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import Conflict

VEHICLE_FIELDS = frozenset(
    {"plate", "plate_kind", "vin", "type", "brand", "operator", "owner", "division", "ownership", "lease_until",
     "load_kg", "volume_l", "cold_box", "insurance_until", "inspection_until"}
)  # fmt: skip


class VehicleThere(Conflict):
    code = "vehicle_registered"
    message = _("号牌号码或车辆识别代号已被登记。")
    hint = _("请先查询是否就是这辆车；换了主的车辆请先办理原登记的变更。")


VEHICLES = Register(Permission.VEHICLE_EDIT, visible_vehicles, VEHICLE_FIELDS, VehicleNotFound, VehicleThere)


def register_vehicle(
    *, fields: Mapping[str, Any], actor: Actor, now: dt.datetime, why: str, demo: bool = False
) -> Vehicle:
    """Register a vehicle. Needs VEHICLE_EDIT over its place.

    Raises BadInput with a sentence per field, VehicleThere, Forbidden, OutOfScope.
    """
    return add(register=VEHICLES, party=Vehicle(demo=demo), fields=fields, actor=actor, now=now, why=why)


def update_vehicle(*, vehicle: Vehicle, fields: Mapping[str, Any], actor: Actor, now: dt.datetime, why: str) -> Vehicle:
    """Change some fields of a vehicle, before and after kept in the audit trail. Raises as register_vehicle, and
    VehicleNotFound beyond the actor's reach."""
    return change(register=VEHICLES, party=vehicle, fields=fields, actor=actor, now=now, why=why)

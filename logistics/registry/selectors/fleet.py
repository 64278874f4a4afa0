"""Reads of vehicles and couriers."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Courier, Vehicle
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.errors import NotFound
from portal.core.identity import squeeze


class VehicleNotFound(NotFound):
    code = "unknown_vehicle"
    message = _("没有这辆车。")
    hint = _("请核对号牌号码，或在车辆列表中选择。")


class CourierNotFound(NotFound):
    code = "unknown_courier"
    message = _("没有这位快递员。")
    hint = _("请核对工号，或在人员列表中选择。")


def visible_vehicles(*, actor: Actor, permission: str = Permission.VEHICLE_VIEW) -> QuerySet[Vehicle]:
    """Vehicles for which the actor holds `permission`: in their division, of their enterprise; and their own."""
    scope = demand(actor).scope(permission)
    rows = Vehicle.objects.all()
    if scope.everything:
        return rows
    reach = Q(operator__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(division__code__startswith=prefix)
    if permission == Permission.VEHICLE_VIEW and actor.user_id is not None:
        reach |= Q(owner=actor.user_id)
    return rows.filter(reach)


def visible_couriers(*, actor: Actor, permission: str = Permission.COURIER_VIEW) -> QuerySet[Courier]:
    """Couriers for whom the actor holds `permission`: in their division, of their enterprise; and themselves."""
    scope = demand(actor).scope(permission)
    rows = Courier.objects.all()
    if scope.everything:
        return rows
    reach = Q(enterprise__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(division__code__startswith=prefix)
    if permission == Permission.COURIER_VIEW and actor.user_id is not None:
        reach |= Q(user=actor.user_id)
    return rows.filter(reach)


def vehicle_by_plate(*, actor: Actor, plate: str, permission: str = Permission.VEHICLE_VIEW) -> Vehicle:
    """Raises VehicleNotFound also for somebody else's. The plate may be typed with blanks, dots or small letters."""
    found = visible_vehicles(actor=actor, permission=permission).filter(plate=squeeze(plate)).first()
    if found is None:
        raise VehicleNotFound()
    return found


def courier_by_code(*, actor: Actor, code: str, permission: str = Permission.COURIER_VIEW) -> Courier:
    """Raises CourierNotFound also for somebody else's."""
    found = visible_couriers(actor=actor, permission=permission).filter(code=squeeze(code)).first()
    if found is None:
        raise CourierNotFound()
    return found


def courier_of(*, actor: Actor) -> Courier | None:
    """The registration of the person who acts."""
    return Courier.objects.filter(user=demand(actor).user_id).first() if actor.user_id is not None else None

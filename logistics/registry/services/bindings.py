"""A driver and a vehicle: asked by either side, agreed by the other, ended by either.

The side of a vehicle is whoever manages the staff of the enterprise that operates it, or the person who owns it. Who
is on both sides (drives the own vehicle) has agreed by asking.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Courier, DriverBinding, Vehicle
from logistics.registry.states import BindingSide, CourierKind, State
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, NotFound, SignInNeeded
from portal.core.masking import normalise_digits
from portal.notify.services import send


class BindingNotFound(NotFound):
    code = "unknown_binding"
    message = _("没有这个绑定。")
    hint = _("请刷新页面，查看最新的车辆和驾驶员。")


class NoSuchVehicle(BadInput):
    code = "unknown_vehicle"
    message = _("没有登记这个号牌的车辆。")
    hint = _("请核对号牌；没有登记的车辆请先申请车辆认证。")


class NoSuchDriver(BadInput):
    code = "unknown_driver"
    message = _("没有这个工号的驾驶员。")
    hint = _("请向本人核对工号；没有工号的人员请先申请驾驶员认证。")


class NotADriver(BadInput):
    code = "not_a_driver"
    message = _("这位人员登记的是快递员，没有登记驾驶证。")
    hint = _("请先由本人申请驾驶员认证。")


class AlreadyBound(Conflict):
    code = "already_bound"
    message = _("这位驾驶员和这辆车已经绑定，或正在等对方同意。")
    hint = _("请在列表中查看。")


class AlreadyAgreed(Conflict):
    code = "already_agreed"
    message = _("对方已经同意过了。")
    hint = _("无需再办理。")


class NotYoursToAgree(Conflict):
    code = "not_yours_to_agree"
    message = _("这是您这一方发起的，要由对方同意。")
    hint = _("请联系对方，在“我的车辆”或企业的“车辆”页同意。")


def ask(*, plate: str, driver_code: str, actor: Actor, now: dt.datetime) -> DriverBinding:
    """Asks for a binding from the actor's side; from both sides it counts at once.

    Raises SignInNeeded, NoSuchVehicle, NoSuchDriver (both also for what the actor has no part in), NotADriver,
    AlreadyBound.
    """
    _person(actor)
    with transaction.atomic():
        vehicle = Vehicle.objects.select_related("operator").filter(plate=squeeze_plate(plate)).first()
        driver = Courier.objects.select_related("user").filter(code=_squeeze(driver_code)).first()
        if vehicle is None or vehicle.state == State.CLOSED:
            raise NoSuchVehicle()
        if driver is None or driver.state == State.CLOSED:
            raise NoSuchDriver()
        sides = sides_of(actor=actor, vehicle=vehicle, driver=driver)
        if not sides:
            raise NoSuchVehicle()
        if driver.kind != CourierKind.DRIVER:
            raise NotADriver()
        side = BindingSide.DRIVER if BindingSide.DRIVER in sides else BindingSide.VEHICLE
        agreed = now if len(sides) > 1 else None
        try:
            with transaction.atomic():
                row = DriverBinding.objects.create(
                    vehicle=vehicle, driver=driver, asked_by=side, asked_at=now, agreed_at=agreed
                )
        except IntegrityError:
            raise AlreadyBound() from None
        _note(actor, row, "binding.asked", now)
        if side == BindingSide.VEHICLE:
            _tell(row, now)
    return row


def agree(*, binding_id: uuid.UUID, actor: Actor, now: dt.datetime) -> DriverBinding:
    """The other side agrees. Raises BindingNotFound (also for strangers), AlreadyAgreed, NotYoursToAgree."""
    with transaction.atomic():
        row, sides = _locked(binding_id, actor)
        if row.agreed_at is not None:
            raise AlreadyAgreed()
        if sides == {row.asked_by}:
            raise NotYoursToAgree()
        row.agreed_at = now
        row.save(update_fields=["agreed_at"])
        _note(actor, row, "binding.agreed", now)
    return row


def end(*, binding_id: uuid.UUID, actor: Actor, now: dt.datetime) -> DriverBinding:
    """Either side ends it, or takes back or declines what was asked. Raises BindingNotFound, also when it has ended."""
    with transaction.atomic():
        row, sides = _locked(binding_id, actor)
        row.ended_at = now
        row.ended_by = BindingSide.DRIVER if BindingSide.DRIVER in sides else BindingSide.VEHICLE
        row.save(update_fields=["ended_at", "ended_by"])
        _note(actor, row, "binding.ended", now)
    return row


def sides_of(*, actor: Actor, vehicle: Vehicle, driver: Courier) -> set[str]:
    """On which sides of a binding the actor stands; empty for a stranger."""
    sides: set[str] = set()
    if actor.user_id is not None and driver.user_id == actor.user_id:
        sides.add(BindingSide.DRIVER)
    managed = actor.scope(Permission.STAFF_MANAGE).enterprises
    if vehicle.operator_id in managed or (actor.user_id is not None and vehicle.owner_id == actor.user_id):
        sides.add(BindingSide.VEHICLE)
    return sides


def squeeze_plate(text: str) -> str:
    """`甘l·12345 ` → 甘L12345: as plates are stored."""
    return _squeeze(text).replace("·", "").replace("•", "").replace(".", "").replace("-", "")


def _squeeze(text: str) -> str:
    return "".join(normalise_digits(text or "").split()).upper()[:20]


def _person(actor: Actor) -> None:
    if demand(actor).user_id is None:
        raise SignInNeeded()


def _locked(binding_id: uuid.UUID, actor: Actor) -> tuple[DriverBinding, set[str]]:
    _person(actor)
    rows = DriverBinding.objects.select_related("vehicle", "driver").select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=binding_id, ended_at__isnull=True).first()
    sides = sides_of(actor=actor, vehicle=row.vehicle, driver=row.driver) if row else set()
    if row is None or not sides:
        raise BindingNotFound()
    return row, sides


def _tell(row: DriverBinding, now: dt.datetime) -> None:
    operator = row.vehicle.operator
    parameters = {
        "firm": operator.short_name if operator else str(_("车主")),
        "plate": row.vehicle.plate,
        "link": f"{settings.PUBLIC_URL}/my/vehicles/",
    }
    send(template="driver_asked", recipient=row.driver.user.phone, parameters=parameters,
         dedupe_key=f"binding:{row.pk}", now=now, area=row.vehicle.division_id)  # fmt: skip


def _note(actor: Actor, row: DriverBinding, action: str, now: dt.datetime) -> None:
    after = {"vehicle": row.vehicle_id, "driver": row.driver_id, "asked_by": str(row.asked_by)}
    record(actor=actor, now=now, action=action, target=row, after=after, area=row.vehicle.division_id)

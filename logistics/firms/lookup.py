"""What anybody may know: whether a vehicle or a courier is certified, and who carries parcels here. Nobody's name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.certificates.models import Certificate
from logistics.certificates.selectors import current_certificate, current_of
from logistics.firms.selectors.lights import Light, light_of
from logistics.registry.models import Courier, Enterprise, Vehicle
from logistics.registry.states import EnterpriseKind, State
from portal.core.errors import NotFound
from portal.core.masking import mask_name, normalise_digits


class NoSuchVehicle(NotFound):
    code = "unknown_vehicle"
    message = _("没有登记这个号牌的车辆。")
    hint = _("请核对号牌。没有登记的车辆不承运本县的包裹；如有人以此揽收，请拨打服务热线。")


class NoSuchCourier(NotFound):
    code = "unknown_courier"
    message = _("没有这个工号。")
    hint = _("请核对工牌上的工号。没有登记的人员不在本县收派包裹；如有人以此上门，请拨打服务热线。")


@dataclass(frozen=True, slots=True)
class PublicVehicle:
    plate: str
    type: Any
    cold_box: bool
    operator: str
    light: Light
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class PublicCourier:
    """`name` is masked: enough to compare with a badge."""

    code: str
    name: str
    kind: Any
    enterprise: str
    light: Light
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class Carrier:
    name: str
    hotline: str
    website: str
    light: Light
    certificate: Certificate | None


def public_vehicle(plate: str, *, today: dt.date) -> PublicVehicle:
    """By its plate. The operator is named when it is an enterprise, never a person. Raises NoSuchVehicle."""
    rows = Vehicle.objects.exclude(state=State.CLOSED).select_related("operator")
    row = rows.filter(plate=squeezed(plate)).first()
    if row is None:
        raise NoSuchVehicle()
    certificate = current_certificate(kind="vehicle", holder=row.pk)
    operator = row.operator.name if row.operator else ""
    return PublicVehicle(
        row.plate, row.get_type_display(), row.cold_box, operator, light_of(row, today=today), certificate
    )


def public_courier(code: str, *, today: dt.date) -> PublicCourier:
    """By the number on the badge. Raises NoSuchCourier."""
    rows = Courier.objects.exclude(state=State.CLOSED).select_related("enterprise")
    row = rows.filter(code=squeezed(code)).first()
    if row is None:
        raise NoSuchCourier()
    certificate = current_certificate(kind="courier", holder=row.pk)
    return PublicCourier(
        row.code, mask_name(row.name), row.get_kind_display(), row.enterprise.name if row.enterprise else "",
        light_of(row, today=today), certificate,
    )  # fmt: skip


def public_carriers(*, today: dt.date) -> list[Carrier]:
    """Carriers of the county with their hotlines, also those that may not work at present. Two queries."""
    rows = list(Enterprise.objects.filter(kind=EnterpriseKind.CARRIER).exclude(state=State.CLOSED).order_by("code"))
    found = current_of(kind="enterprise", holders=[row.pk for row in rows])
    return [Carrier(row.name, row.hotline, row.website, light_of(row, today=today), found.get(row.pk)) for row in rows]


def squeezed(text: str) -> str:
    """`甘l·12345 ` → 甘L12345: as plates and numbers are stored."""
    kept = (c for c in normalise_digits(text or "") if c.isalnum())
    return "".join(kept).upper()[:20]

"""What makes a registered party well formed. Used by the services and by the officials' pages alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Courier, Enterprise, Station, Vehicle
from logistics.registry.states import CourierKind, EnterpriseKind, Ownership, PlateKind, StationKind, VehicleType
from portal.core.checkdigits import is_credit_code
from portal.core.clock import county_day, now
from portal.core.errors import BadInput, DomainError
from portal.core.fields import keyed_hash
from portal.core.identity import read_id_number, read_plate, read_vin
from portal.core.masking import normalise_digits
from portal.core.phones import to_e164

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PUBLIC_PHONE = re.compile(r"\+?[0-9][0-9 -]{3,18}[0-9]")

# Which kinds of station a kind may hang below; a hub hangs below nothing.
PARENTS: dict[str, frozenset[str]] = {
    StationKind.HUB: frozenset(),
    StationKind.TOWNSHIP: frozenset({StationKind.HUB}),
    StationKind.VILLAGE: frozenset({StationKind.TOWNSHIP, StationKind.HUB}),
    StationKind.LOCKER: frozenset({StationKind.HUB, StationKind.TOWNSHIP, StationKind.VILLAGE}),
}


def enterprise_problems(enterprise: Enterprise) -> dict[str, Any]:
    """Field names and sentences; empty when all is well. Also brings codes and phones into their one spelling."""
    enterprise.code = _squeeze(enterprise.code).lower()
    enterprise.credit_code = _squeeze(enterprise.credit_code).upper()
    enterprise.kuaidi100_code = _squeeze(enterprise.kuaidi100_code).lower()
    problems = _common(enterprise, enterprise.hotline, "hotline")
    if enterprise.credit_code and not is_credit_code(enterprise.credit_code):
        problems["credit_code"] = _("统一社会信用代码不正确：应为 18 位，且末位校验码要相符。请对照营业执照核对。")
    if enterprise.kuaidi100_code and enterprise.kind != EnterpriseKind.CARRIER:
        problems["kuaidi100_code"] = _("只有快递企业才有快递100代码。")
    return problems


def station_problems(station: Station) -> dict[str, Any]:
    """As enterprise_problems. A station hangs below one of a higher kind, in a place that has coordinates or none."""
    station.code = _squeeze(station.code).lower()
    problems = _common(station, station.phone, "phone")
    if (station.longitude is None) != (station.latitude is None):
        problems["longitude"] = _("经度和纬度要么都填，要么都不填。")
    elif (
        isinstance(station.longitude, Decimal)
        and isinstance(station.latitude, Decimal)
        and not (73 <= station.longitude <= 136 and 3 <= station.latitude <= 54)
    ):
        problems["longitude"] = _("这个位置不在中国境内，请检查经纬度是否填反。")
    if station.capacity is not None and station.capacity == 0:
        problems["capacity"] = _("可存件数至少为 1。")
    if parent := _parent_problem(station):
        problems["parent"] = parent
    return problems


def _parent_problem(station: Station):
    allowed = PARENTS.get(station.kind, frozenset())
    parent = station.parent
    if parent is None:
        return _("请选择上级站点。") if allowed else None
    if station.pk and station.pk in (parent.pk, parent.parent_id):
        return _("站点不能挂在自己或自己的下级之下。")
    if parent.kind not in allowed:
        return _("这类站点不能挂在所选的上级之下。")
    return None


def _common(party: Enterprise | Station, public_phone: str, phone_field: str) -> dict[str, Any]:
    problems: dict[str, Any] = {}
    if not _CODE.fullmatch(party.code):
        problems["code"] = _("代码只能用小写字母、数字和短横线。")
    if public_phone and not _PUBLIC_PHONE.fullmatch(public_phone):
        problems[phone_field] = _("电话只能是数字，可用空格或短横线分隔。")
    if party.contact_phone:
        try:
            party.contact_phone = to_e164(party.contact_phone)
        except DomainError as error:
            problems["contact_phone"] = error.message
    return problems


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", normalise_digits(text or ""))


def vehicle_problems(vehicle: Vehicle) -> dict[str, Any]:
    """As enterprise_problems. The plate is of its kind; a trailer has a trailer's plate and nothing else has one."""
    problems: dict[str, Any] = {}
    _read(problems, vehicle, "plate", lambda text: read_plate(text, vehicle.plate_kind))
    if vehicle.vin:
        _read(problems, vehicle, "vin", read_vin)
    if (vehicle.type == VehicleType.TRAILER) != (vehicle.plate_kind == PlateKind.TRAILER):
        problems["plate_kind"] = _("挂车要用挂车号牌，其他车辆不能用挂车号牌。")
    if vehicle.ownership == Ownership.LEASED and vehicle.lease_until is None:
        problems["lease_until"] = _("租用的车辆请填写租期。")
    if vehicle.ownership == Ownership.OWNED:
        vehicle.lease_until = None
    if (vehicle.operator_id is None) == (vehicle.owner_id is None):
        problems["operator"] = _("车辆要么属于一个企业，要么属于一个人。")
    for name in ("load_kg", "volume_l"):
        if getattr(vehicle, name) == 0:
            problems[name] = _("至少为 1。")
    return problems


def courier_problems(courier: Courier) -> dict[str, Any]:
    """As enterprise_problems. A driver has a licence; the identity number keeps its searchable hash beside it."""
    problems: dict[str, Any] = {}
    today = county_day(now())
    _read(problems, courier, "id_number", lambda text: read_id_number(text, today=today))
    if "id_number" not in problems:
        courier.id_hash = id_hash(courier.id_number)
    if courier.kind == CourierKind.DRIVER:
        if not courier.licence_class:
            problems["licence_class"] = _("驾驶员请填写准驾车型。")
        if courier.licence_until is None:
            problems["licence_until"] = _("驾驶员请填写驾驶证有效期。")
    return problems


def id_hash(number: str) -> str:
    """What finds a checked identity number again without showing it."""
    return keyed_hash(number, "courier.id_number")


def _read(problems: dict[str, Any], party: Any, name: str, reader: Callable[[str], str]) -> None:
    try:
        setattr(party, name, reader(getattr(party, name)))
    except DomainError as error:
        problems[name] = error.message


_PROBLEMS: dict[type, Callable[[Any], dict[str, Any]]] = {
    Enterprise: enterprise_problems,
    Station: station_problems,
    Vehicle: vehicle_problems,
    Courier: courier_problems,
}


def hold(party: Enterprise | Station | Vehicle | Courier) -> None:
    """Raises BadInput naming every field that is wrong. Values are of their field's type afterwards."""
    for name in ("code", "credit_code", "kuaidi100_code"):
        if hasattr(party, name):
            setattr(party, name, _squeeze(getattr(party, name)))
    if isinstance(party, Enterprise | Station):
        party.code = party.code.lower()
    problems: dict[str, Any] = {}
    try:
        party.full_clean(exclude=["id_hash"], validate_constraints=False)  # the hash follows from the number below
    except ValidationError as error:
        problems = {field: " ".join(texts) for field, texts in error.message_dict.items()}
    problems = _PROBLEMS[type(party)](party) | problems
    if problems:
        raise BadInput(next(iter(problems.values())), code="bad_party", fields=problems)

"""What makes an enterprise or a station well formed. Used by the services and by the officials' pages alike."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind, StationKind
from portal.core.checkdigits import is_credit_code
from portal.core.errors import BadInput, DomainError
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


def hold(party: Enterprise | Station) -> None:
    """Raises BadInput naming every field that is wrong. Values are of their field's type afterwards."""
    for name in ("code", "credit_code", "kuaidi100_code"):
        if hasattr(party, name):
            setattr(party, name, _squeeze(getattr(party, name)))
    party.code = party.code.lower()
    problems: dict[str, Any] = {}
    try:
        party.full_clean(validate_constraints=False)
    except ValidationError as error:
        problems = {field: " ".join(texts) for field, texts in error.message_dict.items()}
    more = enterprise_problems(party) if isinstance(party, Enterprise) else station_problems(party)
    problems = more | problems
    if problems:
        raise BadInput(next(iter(problems.values())), code="bad_party", fields=problems)

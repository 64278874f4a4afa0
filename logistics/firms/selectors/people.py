"""Staff and terminals of an enterprise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import (
    Enterprise,
    EnterpriseUserObjectPermission,
    Invitation,
    Station,
    StationUserObjectPermission,
)
from members.access.states import Role
from members.accounts.models import User
from members.devices.models import Device
from portal.audit.models import AuditEntry
from portal.core.errors import NotFound
from portal.core.masking import mask_phone

HELD = "permission__codename"


class ColleagueNotFound(NotFound):
    code = "unknown_colleague"
    message = _("员工列表中没有这个人。")
    hint = _("请刷新员工列表；此人可能已经离开。")


class TerminalNotFound(NotFound):
    code = "unknown_terminal"
    message = _("终端列表中没有这台终端。")
    hint = _("请刷新终端列表。")


@dataclass(slots=True)
class Colleague:
    """A person with all roles they hold at the enterprise and its stations, as (role, name of the place)."""

    user_id: int
    name: str
    phone: str
    roles: list[tuple[str, str]] = field(default_factory=list)
    administers: bool = False
    own: bool = False


def colleagues(*, firm: Enterprise, own_id: int | None) -> list[Colleague]:
    """Everybody who works for the enterprise: administrators first, then by name. Two queries."""
    at_firm = EnterpriseUserObjectPermission.objects.filter(content_object=firm)
    at_stations = StationUserObjectPermission.objects.filter(content_object__operator=firm)
    found: dict[int, Colleague] = {}
    for rows in (at_firm, at_stations):
        named = rows.filter(**{f"{HELD}__startswith": "hold_"}).order_by("user__name", "user_id", "content_object_id")
        for user_id, name, phone, codename, place in named.values_list(
            "user_id", "user__name", "user__phone", HELD, "content_object__name"
        ):
            role = Role(codename.removeprefix("hold_"))
            one = found.setdefault(user_id, Colleague(user_id, name, mask_phone(phone), own=user_id == own_id))
            one.roles.append((str(role.label), "" if rows is at_firm else place))
            one.administers |= role == Role.ENTERPRISE_ADMIN
    return sorted(found.values(), key=lambda one: (not one.administers, one.name))


def colleague(*, firm: Enterprise, user_id: int, own_id: int | None) -> Colleague | None:
    return next((one for one in colleagues(firm=firm, own_id=own_id) if one.user_id == user_id), None)


def open_invitations(*, firm: Enterprise) -> QuerySet[Invitation]:
    """Sent, neither taken up nor withdrawn; those past their term too, so that nobody waits for nothing."""
    rows = Invitation.objects.filter(enterprise=firm, accepted_at=None, withdrawn_at=None)
    return rows.select_related("station").order_by("-invited_at")


@dataclass(frozen=True, slots=True)
class Terminal:
    """A device, where it stands, and whether somebody who left has seen its present secret."""

    device: Device
    place: str
    change: bool


def terminals(*, firm: Enterprise) -> list[Terminal]:
    """Live ones first, the latest first. Three queries."""
    stations = dict(Station.objects.filter(operator=firm).values_list("pk", "name"))
    rows = Device.objects.filter(Q(enterprise=firm.pk) | Q(station__in=list(stations)))
    known = _known_to_leavers(firm)
    return [
        Terminal(device, stations.get(device.station or 0, firm.short_name), _is_known(device, known.get(device.pk)))
        for device in rows.order_by(F("revoked_at").desc(nulls_first=True), "-issued_at")
    ]


def own_terminal(*, firm: Enterprise, device_id: int) -> Device:
    """Raises TerminalNotFound for a device of anybody else."""
    stations = Station.objects.filter(operator=firm).values("pk")
    rows = Device.objects.filter(Q(enterprise=firm.pk) | Q(station__in=stations), pk=device_id)
    found = rows.first()
    if found is None:
        raise TerminalNotFound()
    return found


def _is_known(device: Device, left_at: dt.datetime | None) -> bool:
    changed = device.rotated_at or device.issued_at
    return device.revoked_at is None and left_at is not None and changed < left_at


def _known_to_leavers(firm: Enterprise) -> dict[int, dt.datetime]:
    """When somebody last left who had been shown the secret of a device, by the device's id."""
    left = AuditEntry.objects.filter(
        object_type=Enterprise._meta.label_lower, object_id=str(firm.pk), action="staff.left"
    ).order_by("at")
    return {pk: at for at, after in left.values_list("at", "after") for pk in (after or {}).get("devices", [])}


def person_of(*, firm: Enterprise, user_id: int) -> User:
    """Somebody who works for the enterprise. Raises ColleagueNotFound for everybody else."""
    at_firm = EnterpriseUserObjectPermission.objects.filter(content_object=firm, user=user_id)
    at_stations = StationUserObjectPermission.objects.filter(content_object__operator=firm, user=user_id)
    if not (at_firm.exists() or at_stations.exists()):
        raise ColleagueNotFound()
    return User.objects.get(pk=user_id)

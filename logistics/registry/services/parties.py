"""Registering, changing, suspending enterprises and stations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.registry import rules
from logistics.registry.models import Enterprise, Station
from logistics.registry.register import (
    AlreadyThere,
    OutOfScope,
    Register,
    action,
    add,
    change,
    lock,
    need_reason,
)
from logistics.registry.selectors import (
    EnterpriseNotFound,
    StationNotFound,
    visible_enterprises,
    visible_stations,
)
from logistics.registry.states import State
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict

__all__ = [
    "ENTERPRISE_FIELDS",
    "STATION_FIELDS",
    "AlreadyThere",
    "OutOfScope",
    "close",
    "create_enterprise",
    "create_station",
    "resume",
    "suspend",
    "update_enterprise",
    "update_station",
]

Party = Enterprise | Station
ENTERPRISE_FIELDS = frozenset(
    {"name", "short_name", "kind", "credit_code", "division", "kuaidi100_code", "hotline", "website",
     "contact_name", "contact_phone"}
)  # fmt: skip
STATION_FIELDS = frozenset(
    {"name", "kind", "division", "parent", "operator", "address", "longitude", "latitude", "illustrative", "hours",
     "services", "equipment", "market_days", "harvest_hours", "capacity", "phone", "contact_name", "contact_phone"}
)  # fmt: skip
ENTERPRISES = Register(Permission.ENTERPRISE_EDIT, visible_enterprises, ENTERPRISE_FIELDS, EnterpriseNotFound)
STATIONS = Register(Permission.STATION_EDIT, visible_stations, STATION_FIELDS, StationNotFound)


class CertificateStopped(Conflict):
    code = "certificate_suspended"
    message = _("停用的是证书，不能只恢复单位或站点。")
    hint = _("请在证书页面恢复证书，单位或站点会同时恢复。")


def create_enterprise(
    *, code: str, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str, demo: bool = False
):
    """Register an enterprise. Needs ENTERPRISE_EDIT over its place.

    Raises BadInput with a sentence per field, AlreadyThere, Forbidden, OutOfScope.
    """
    return add(
        register=ENTERPRISES, party=Enterprise(code=code, demo=demo), fields=fields, actor=actor, now=now, why=why
    )


def create_station(*, code: str, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str, demo: bool = False):
    """Register a station. As create_enterprise, with STATION_EDIT."""
    return add(register=STATIONS, party=Station(code=code, demo=demo), fields=fields, actor=actor, now=now, why=why)


def update_enterprise(*, enterprise: Enterprise, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str):
    """Change some fields of an enterprise, before and after kept in the audit trail. Code and state stay.

    Raises BadInput, AlreadyThere, EnterpriseNotFound, OutOfScope when the change would move it out of the scope.
    """
    return change(register=ENTERPRISES, party=enterprise, fields=fields, actor=actor, now=now, why=why)


def update_station(*, station: Station, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str):
    """As update_enterprise. A station that has stations below it keeps a kind they can hang below."""
    return change(register=STATIONS, party=station, fields=fields, actor=actor, now=now, why=why, also=_hold_children)


def suspend(*, party: Party, actor: Actor, now: dt.datetime, why: str) -> Party:
    """Take an enterprise or station out of work for the time being. Raises Conflict unless it is active."""
    return _move(party, (State.ACTIVE,), State.SUSPENDED, actor, now, why)


def resume(*, party: Party, actor: Actor, now: dt.datetime, why: str) -> Party:
    """Put a suspended enterprise or station back to work. Raises Conflict unless it is suspended, or when its
    certificate is: that is reinstated, and the party with it."""
    return _move(party, (State.SUSPENDED,), State.ACTIVE, actor, now, why)


def close(*, party: Party, actor: Actor, now: dt.datetime, why: str) -> Party:
    """Take an enterprise or station out of work for good. Raises Conflict when it is closed already."""
    return _move(party, tuple(state for state in State if state != State.CLOSED), State.CLOSED, actor, now, why)


def _register(party: Party) -> Register:
    return ENTERPRISES if isinstance(party, Enterprise) else STATIONS


def _move(party: Party, starts: Collection[State], end: State, actor: Actor, now: dt.datetime, why: str) -> Party:
    need_reason(why)
    with transaction.atomic():
        row = lock(_register(party), party, actor)
        before = row.state
        if before not in starts:
            raise Conflict(
                _("当前状态是“%(state)s”，不能这样操作。") % {"state": row.get_state_display()}, code="wrong_state"
            )
        if end == State.ACTIVE and row.stopped_why:  # written by whoever stopped the certificate
            raise CertificateStopped()
        row.state = end
        row.save(update_fields=["state", "updated_at"])
        record(
            actor=actor, now=now, action=action(row, end.value), target=row, why=why,
            before={"state": before}, after={"state": end.value},
        )  # fmt: skip
    return row


def _hold_children(party: Party) -> None:
    if not isinstance(party, Station):
        return
    kinds = party.children.values_list("kind", flat=True).distinct()
    if any(party.kind not in rules.PARENTS[kind] for kind in kinds):
        sentence = _("还有下级站点挂在这里，不能改成这个类型。")
        raise BadInput(sentence, code="has_children", fields={"kind": sentence}, hint=_("请先为下级站点另选上级。"))

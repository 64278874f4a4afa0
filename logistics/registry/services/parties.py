"""Registering, changing, suspending enterprises and stations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from logistics.registry import rules
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import (
    EnterpriseNotFound,
    StationNotFound,
    visible_enterprises,
    visible_stations,
)
from logistics.registry.states import State
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, Forbidden

Party = Enterprise | Station
ENTERPRISE_FIELDS = frozenset(
    {"name", "short_name", "kind", "credit_code", "division", "kuaidi100_code", "hotline", "website",
     "contact_name", "contact_phone"}
)  # fmt: skip
STATION_FIELDS = frozenset(
    {"name", "kind", "division", "parent", "operator", "address", "longitude", "latitude", "illustrative", "hours",
     "capacity", "phone", "contact_name", "contact_phone"}
)  # fmt: skip


class OutOfScope(Forbidden):
    code = "out_of_scope"
    message = _("保存后的记录不在您的管辖范围内。")
    hint = _("请选择您辖区内的地点或单位，或请上级管理员办理。")


class AlreadyThere(Conflict):
    code = "already_registered"
    message = _("代码、信用代码或快递100代码已被登记。")
    hint = _("请先查询是否已有同一单位；确为另一单位时换一个代码。")


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
    return _create(Enterprise(code=code, demo=demo), fields, actor, now, why)


def create_station(*, code: str, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str, demo: bool = False):
    """Register a station. As create_enterprise, with STATION_EDIT."""
    return _create(Station(code=code, demo=demo), fields, actor, now, why)


def update_enterprise(*, enterprise: Enterprise, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str):
    """Change some fields of an enterprise, before and after kept in the audit trail. Code and state stay.

    Raises BadInput, AlreadyThere, EnterpriseNotFound, OutOfScope when the change would move it out of the scope.
    """
    return _update(enterprise, fields, actor, now, why)


def update_station(*, station: Station, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str):
    """As update_enterprise. A station that has stations below it keeps a kind they can hang below."""
    return _update(station, fields, actor, now, why)


def suspend(*, party: Party, actor: Actor, now: dt.datetime, why: str) -> Party:
    """Take an enterprise or station out of work for the time being. Raises Conflict unless it is active."""
    return _move(party, State.ACTIVE, State.SUSPENDED, actor, now, why)


def resume(*, party: Party, actor: Actor, now: dt.datetime, why: str) -> Party:
    """Put a suspended enterprise or station back to work. Raises Conflict unless it is suspended, or when its
    certificate is: that is reinstated, and the party with it."""
    return _move(party, State.SUSPENDED, State.ACTIVE, actor, now, why)


def _create(party: Party, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str) -> Party:
    demand(actor).require(_permission(party))
    _need_reason(why)
    _assign(party, fields)
    with transaction.atomic():
        _save(party)
        _hold_in_scope(party, actor)
        record(actor=actor, now=now, action=_action(party, "added"), target=party, after=_values(party), why=why)
    return party


def _update(party: Party, fields: dict[str, Any], actor: Actor, now: dt.datetime, why: str) -> Party:
    _need_reason(why)
    with transaction.atomic():
        row = _lock(party, actor)
        before = _values(row)
        _assign(row, fields)
        _hold_children(row)
        _save(row)
        _hold_in_scope(row, actor)
        after = _values(row)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            record(
                actor=actor, now=now, action=_action(row, "changed"), target=row, why=why,
                before={n: before[n] for n in changed}, after={n: after[n] for n in changed},
            )  # fmt: skip
    return row


def _move(party: Party, start: State, end: State, actor: Actor, now: dt.datetime, why: str) -> Party:
    _need_reason(why)
    with transaction.atomic():
        row = _lock(party, actor)
        if row.state != start:
            raise Conflict(
                _("当前状态是“%(state)s”，不能这样操作。") % {"state": row.get_state_display()}, code="wrong_state"
            )
        if end == State.ACTIVE and row.stopped_why:
            raise CertificateStopped()
        row.state = end
        row.save(update_fields=["state", "updated_at"])
        record(
            actor=actor, now=now, action=_action(row, end.value), target=row, why=why,
            before={"state": start.value}, after={"state": end.value},
        )  # fmt: skip
    return row


def _permission(party: Party) -> str:
    return Permission.ENTERPRISE_EDIT if isinstance(party, Enterprise) else Permission.STATION_EDIT


def _reach(party: Party, actor: Actor):
    if isinstance(party, Enterprise):
        return visible_enterprises(actor=actor, permission=Permission.ENTERPRISE_EDIT)
    return visible_stations(actor=actor, permission=Permission.STATION_EDIT)


def _lock(party: Party, actor: Actor) -> Party:
    """The row, fresh and locked. Somebody else's answers as one that does not exist."""
    demand(actor).require(_permission(party))
    row = _reach(party, actor).filter(pk=party.pk).select_for_update(of=("self",)).first()
    if row is None:
        raise EnterpriseNotFound() if isinstance(party, Enterprise) else StationNotFound()
    return row


def _assign(party: Party, fields: dict[str, Any]) -> None:
    allowed = ENTERPRISE_FIELDS if isinstance(party, Enterprise) else STATION_FIELDS
    if unknown := sorted(set(fields) - allowed):
        sentence = _("这些栏目不能修改。")
        raise BadInput(sentence, code="unknown_fields", fields=dict.fromkeys(unknown, sentence))
    for name, value in fields.items():
        setattr(party, name, value)


def _save(party: Party) -> None:
    rules.hold(party)
    try:
        with transaction.atomic():
            party.save()
    except IntegrityError as error:
        raise AlreadyThere() from error


def _hold_in_scope(party: Party, actor: Actor) -> None:
    if not _reach(party, actor).filter(pk=party.pk).exists():
        raise OutOfScope()


def _hold_children(party: Party) -> None:
    if not isinstance(party, Station):
        return
    kinds = party.children.values_list("kind", flat=True).distinct()
    if any(party.kind not in rules.PARENTS[kind] for kind in kinds):
        sentence = _("还有下级站点挂在这里，不能改成这个类型。")
        raise BadInput(sentence, code="has_children", fields={"kind": sentence}, hint=_("请先为下级站点另选上级。"))


def _need_reason(why: str) -> None:
    if not why.strip():
        raise BadInput(_("没有填写原因。"), code="reason_missing", hint=_("请填写原因，它会写入操作记录。"))


def _action(party: Party, verb: str) -> str:
    return f"{party._meta.model_name}.{verb}"


def _values(party: Party) -> dict[str, Any]:
    values = {f.attname: getattr(party, f.attname) for f in party._meta.concrete_fields}
    return {
        name: value if value is None or isinstance(value, bool | int | str) else str(value)
        for name, value in values.items()
        if name not in ("created_at", "updated_at")
    }

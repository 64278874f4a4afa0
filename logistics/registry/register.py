"""Adding to a register and changing it: the same for every registered party."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Certified
from logistics.registry.rules import hold
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, Forbidden, NotFound
from portal.core.labels import SECRET

_KEPT_BY_ITSELF = ("created_at", "updated_at")


class OutOfScope(Forbidden):
    code = "out_of_scope"
    message = _("保存后的记录不在您的管辖范围内。")
    hint = _("请选择您辖区内的地点或单位，或请上级管理员办理。")


class AlreadyThere(Conflict):
    code = "already_registered"
    message = _("代码、信用代码或快递100代码已被登记。")
    hint = _("请先查询是否已有同一单位；确为另一单位时换一个代码。")


@dataclass(frozen=True)
class Register:
    """One register: who may write in it (`permission` over the rows of `reach`), which fields, and how it refuses."""

    permission: str
    reach: Callable[..., QuerySet]
    fields: frozenset[str]
    missing: type[NotFound]
    taken: type[Conflict] = AlreadyThere


def add(*, register: Register, party: Any, fields: Mapping[str, Any], actor: Actor, now: dt.datetime, why: str) -> Any:
    """Saves a new row. Raises Forbidden, BadInput with a sentence a field, `taken`, OutOfScope."""
    demand(actor).require(register.permission)
    need_reason(why)
    assign(register, party, fields)
    with transaction.atomic():
        _save(register, party)
        _hold_in_scope(register, party, actor)
        record(actor=actor, now=now, action=action(party, "added"), target=party, after=values_of(party), why=why)
    return party


def change(
    *, register: Register, party: Any, fields: Mapping[str, Any], actor: Actor, now: dt.datetime, why: str,
    also: Callable[[Any], None] | None = None,
) -> Any:  # fmt: skip
    """Saves changed fields, before and after kept in the audit trail. `also` looks at the row before it is saved.

    Raises as `add`, and `missing` for a row beyond the actor's reach.
    """
    need_reason(why)
    with transaction.atomic():
        row = lock(register, party, actor)
        before = values_of(row)
        assign(register, row, fields)
        if also is not None:
            also(row)
        _save(register, row)
        _hold_in_scope(register, row, actor)
        after = values_of(row)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            record(
                actor=actor, now=now, action=action(row, "changed"), target=row, why=why,
                before={n: before[n] for n in changed}, after={n: after[n] for n in changed},
            )  # fmt: skip
    return row


def lock(register: Register, party: Certified, actor: Actor) -> Any:
    """The row, fresh and locked. Somebody else's answers as one that does not exist."""
    demand(actor).require(register.permission)
    rows = register.reach(actor=actor, permission=register.permission)
    row = rows.filter(pk=party.pk).select_for_update(of=("self",)).first()
    if row is None:
        raise register.missing()
    return row


def assign(register: Register, party: Any, fields: Mapping[str, Any]) -> None:
    if unknown := sorted(set(fields) - register.fields):
        sentence = _("这些栏目不能修改。")
        raise BadInput(sentence, code="unknown_fields", fields=dict.fromkeys(unknown, sentence))
    for name, value in fields.items():
        setattr(party, name, value)


def need_reason(why: str) -> None:
    if not why.strip():
        raise BadInput(_("没有填写原因。"), code="reason_missing", hint=_("请填写原因，它会写入操作记录。"))


def action(party: Any, verb: str) -> str:
    return f"{party._meta.model_name}.{verb}"


def values_of(party: Any) -> dict[str, Any]:
    """What the audit trail keeps of a row: everything but secrets."""
    fields = [
        f for f in party._meta.concrete_fields if f.name not in _KEPT_BY_ITSELF and party.labels[f.name] != SECRET
    ]
    values = {field.attname: getattr(party, field.attname) for field in fields}
    return {
        name: value if value is None or isinstance(value, bool | int | str | list) else str(value)
        for name, value in values.items()
    }


def _save(register: Register, party: Any) -> None:
    hold(party)
    try:
        with transaction.atomic():
            party.save()
    except IntegrityError as error:
        raise register.taken() from error


def _hold_in_scope(register: Register, party: Any, actor: Actor) -> None:
    if not register.reach(actor=actor, permission=register.permission).filter(pk=party.pk).exists():
        raise OutOfScope()

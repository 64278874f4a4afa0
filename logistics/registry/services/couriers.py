"""Registering and changing couriers and drivers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Courier
from logistics.registry.register import Register, add, change
from logistics.registry.selectors import CourierNotFound, visible_couriers
from members.access.states import Permission
from members.accounts.models import User
from portal.core.actor import Actor
from portal.core.checkdigits import random_number
from portal.core.errors import Conflict

PREFIX, LENGTH = "K", 6
COURIER_FIELDS = frozenset(
    {"name", "id_number", "kind", "enterprise", "division", "licence_class", "licence_until"}
)  # fmt: skip


class CourierThere(Conflict):
    code = "courier_registered"
    message = _("这个人或这个身份证号已经登记。")
    hint = _("请先查询；同一个人换了手机号的，请由县级管理员核实后变更。")


COURIERS = Register(Permission.COURIER_EDIT, visible_couriers, COURIER_FIELDS, CourierNotFound, CourierThere)


def register_courier(
    *, user: User, fields: Mapping[str, Any], actor: Actor, now: dt.datetime, why: str, demo: bool = False
) -> Courier:
    """Register a person as courier or driver, under a number of their own. Needs COURIER_EDIT over the place.

    Raises BadInput with a sentence per field, CourierThere, Forbidden, OutOfScope.
    """
    row = Courier(user=user, code=random_number(PREFIX, LENGTH), demo=demo)
    return add(register=COURIERS, party=row, fields=fields, actor=actor, now=now, why=why)


def update_courier(*, courier: Courier, fields: Mapping[str, Any], actor: Actor, now: dt.datetime, why: str) -> Courier:
    """Change some fields of a courier, before and after kept in the audit trail (never the identity number).

    Raises as register_courier, and CourierNotFound beyond the actor's reach.
    """
    return change(register=COURIERS, party=courier, fields=fields, actor=actor, now=now, why=why)

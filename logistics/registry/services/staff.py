"""Who works where: roles at stations and enterprises, granted and withdrawn with effect at once.

A role is one row in the direct-foreign-key table of django-guardian; the person's Django groups follow. Nothing is
kept in sessions, so the next request already acts without a withdrawn role.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Permission as DjangoPermission
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import (
    Enterprise,
    EnterpriseUserObjectPermission,
    Station,
    StationUserObjectPermission,
)
from logistics.registry.selectors import (
    EnterpriseNotFound,
    StationNotFound,
    enterprises_within,
    stations_within,
)
from logistics.registry.states import State
from members.access.groups import follow_groups
from members.access.states import ROLE_SCOPE, Permission, Role, ScopeKind, hold_codename
from members.accounts.models import User
from portal.audit.services import record
from portal.core.actor import Actor, ActorKind, demand
from portal.core.errors import BadInput, Conflict, Forbidden, NotFound

Place = Station | Enterprise
_AT_STATIONS = frozenset({Role.KEEPER, Role.COURIER})
_AT_ENTERPRISES = frozenset({Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_STAFF})

# What each holder of STAFF_MANAGE may hand out: only roles below their own.
BELOW: dict[Role, frozenset[Role]] = {
    Role.ENTERPRISE_ADMIN: _AT_STATIONS | {Role.ENTERPRISE_STAFF},
    Role.COUNTY_OFFICIAL: _AT_STATIONS | _AT_ENTERPRISES,
    Role.ADMINISTRATOR: _AT_STATIONS | _AT_ENTERPRISES,
}


class WrongPlace(BadInput):
    code = "role_not_held_here"
    message = _("这个角色不能在这里担任。")
    hint = _("站长、快递员在站点任职；企业管理员、企业操作员在企业任职。")


class RoleTooHigh(Forbidden):
    code = "role_too_high"
    message = _("只能管理比自己低的角色。")
    hint = _("请由县级管理员办理。")


class OwnRole(Forbidden):
    code = "own_role"
    message = _("不能给自己授予角色。")
    hint = _("请由另一位管理员办理。")


class PlaceNotActive(Conflict):
    code = "party_not_active"
    message = _("该单位或站点已暂停或关闭，不能安排人员。")
    hint = _("请先恢复该单位或站点。")


class NoSuchRole(NotFound):
    code = "role_not_held"
    message = _("此人在这里没有这个角色。")
    hint = _("请刷新人员列表后重试。")


def grant_role(*, actor: Actor, user: User, role: Role, at: Place, now: dt.datetime, why: str = "") -> bool:
    """Give `user` a role at a station or an enterprise. Returns False when they held it already.

    Raises WrongPlace, StationNotFound or EnterpriseNotFound (beyond the actor's reach), RoleTooHigh, OwnRole,
    PlaceNotActive, BadInput for a person whose account is switched off.
    """
    with transaction.atomic():
        place = _authorised(actor, role, at)
        if actor.user_id == user.pk:
            raise OwnRole()
        if place.state != State.ACTIVE:
            raise PlaceNotActive()
        if not user.is_active:
            raise BadInput(_("这个账户已停用。"), code="user_inactive", hint=_("请先启用账户，或选择其他人员。"))
        _row, made = _table(place).get_or_create(user=user, permission=_held(role, place), content_object=place)
        if made:
            follow_groups(user=user)
            _audit(actor, "staff.granted", user, role, place, now, why)
    return made


def withdraw_role(*, actor: Actor, user: User, role: Role, at: Place, now: dt.datetime, why: str = "") -> None:
    """Take a role away; the next request of that person acts without it. Raises as grant_role, and NoSuchRole."""
    with transaction.atomic():
        place = _authorised(actor, role, at)
        deleted, _rows = _table(place).filter(user=user, permission=_held(role, place), content_object=place).delete()
        if not deleted:
            raise NoSuchRole()
        follow_groups(user=user)
        _audit(actor, "staff.withdrawn", user, role, place, now, why)


def _authorised(actor: Actor, role: Role, at: Place) -> Place:
    """The place, locked, when the actor manages staff there and the role is below the one by which they do."""
    demand(actor).require(Permission.STAFF_MANAGE)
    wanted = ScopeKind.STATION if isinstance(at, Station) else ScopeKind.ENTERPRISE
    if ROLE_SCOPE[Role(role)] != wanted:
        raise WrongPlace()
    within = stations_within if isinstance(at, Station) else enterprises_within
    rows = type(at).objects.filter(pk=at.pk).select_for_update(no_key=True, of=("self",))
    if actor.kind == ActorKind.SYSTEM:
        return _first(rows, at)
    grants = [g for g in actor.grants if Permission.STAFF_MANAGE in g.permissions]
    by_role = [g.role for g in grants if rows.filter(within(g.scope)).first() is not None]
    if not by_role:
        raise _missing(at)
    if not any(role in BELOW.get(Role(held), frozenset()) for held in by_role):
        raise RoleTooHigh()
    return _first(rows, at)


def _first(rows: QuerySet, at: Place) -> Place:
    row = rows.first()
    if row is None:
        raise _missing(at)
    return row


def _missing(at: Place) -> NotFound:
    return StationNotFound() if isinstance(at, Station) else EnterpriseNotFound()


def _table(place: Place) -> QuerySet:
    model = StationUserObjectPermission if isinstance(place, Station) else EnterpriseUserObjectPermission
    return model.objects.all()


def _held(role: Role, place: Place) -> DjangoPermission:
    return DjangoPermission.objects.get(
        codename=hold_codename(Role(role)),
        content_type__app_label=place._meta.app_label,
        content_type__model=place._meta.model_name,
    )


def _audit(actor: Actor, action: str, user: User, role: Role, place: Place, now: dt.datetime, why: str) -> None:
    values = {"user": user.pk, "role": Role(role).value}
    before, after = (values, None) if action == "staff.withdrawn" else (None, values)
    record(actor=actor, now=now, action=action, target=place, before=before, after=after, why=why)

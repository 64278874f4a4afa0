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
from logistics.registry.services.leaving import Left, end_everything, other_administrators
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


class LastAdministrator(Conflict):
    code = "last_administrator"
    message = _("这是本企业最后一位管理员，不能离开。")
    hint = _("请先请县级管理员为本企业安排另一位企业管理员。")


def grant_role(*, actor: Actor, user: User, role: Role, at: Place, now: dt.datetime, why: str = "") -> bool:
    """Give `user` a role at a station or an enterprise. Returns False when they held it already.

    Raises WrongPlace, StationNotFound or EnterpriseNotFound (beyond the actor's reach), RoleTooHigh, OwnRole,
    PlaceNotActive, BadInput for a person whose account is switched off.
    """
    with transaction.atomic():
        place = authorised_place(actor, role, at)
        if actor.user_id == user.pk:
            raise OwnRole()
        return give_role(actor=actor, user=user, role=role, at=place, now=now, why=why)


def give_role(*, actor: Actor, user: User, role: Role, at: Place, now: dt.datetime, why: str) -> bool:
    """The row itself, in the caller's transaction; that somebody may give it the caller has checked.

    Raises PlaceNotActive, BadInput for a person whose account is switched off.
    """
    if at.state != State.ACTIVE:
        raise PlaceNotActive()
    if not user.is_active:
        raise BadInput(_("这个账户已停用。"), code="user_inactive", hint=_("请先启用账户，或选择其他人员。"))
    _row, made = _table(at).get_or_create(user=user, permission=_held(role, at), content_object=at)
    if made:
        follow_groups(user=user)
        _audit(actor, "staff.granted", user, role, at, now, why)
    return made


def holds_role(*, user: User, role: Role, at: Place) -> bool:
    return _table(at).filter(user=user, permission=_held(role, at), content_object=at).exists()


def withdraw_role(*, actor: Actor, user: User, role: Role, at: Place, now: dt.datetime, why: str = "") -> None:
    """Take a role away; the next request of that person acts without it. Raises as grant_role, and NoSuchRole."""
    with transaction.atomic():
        place = authorised_place(actor, role, at)
        deleted, _rows = _table(place).filter(user=user, permission=_held(role, place), content_object=place).delete()
        if not deleted:
            raise NoSuchRole()
        follow_groups(user=user)
        _audit(actor, "staff.withdrawn", user, role, place, now, why)


def leave(*, actor: Actor, user: User, enterprise: Enterprise, now: dt.datetime, why: str = "") -> Left:
    """Everything that `user` held at the enterprise and its stations ends at once; see leaving.py for the rest.

    By somebody who manages staff there and stands above all roles of that person, or by the person themselves.
    Raises EnterpriseNotFound, RoleTooHigh, NoSuchRole, LastAdministrator.
    """
    with transaction.atomic():
        firm = Enterprise.objects.select_for_update(no_key=True).filter(pk=enterprise.pk).first()
        if firm is None:
            raise EnterpriseNotFound()
        held = _held_at(firm, user)
        if actor.user_id == user.pk:
            if not held:
                raise EnterpriseNotFound()
        else:
            _require_above(actor, firm, held)
        if (firm, Role.ENTERPRISE_ADMIN) in held and not other_administrators(firm=firm, user=user):
            raise LastAdministrator()
        for place, role in held:
            _table(place).filter(user=user, permission=_held(role, place), content_object=place).delete()
        follow_groups(user=user)
        return end_everything(actor=actor, user=user, firm=firm, held=held, now=now, why=why)


def _held_at(firm: Enterprise, user: User) -> list[tuple[Place, Role]]:
    at_firm: QuerySet = EnterpriseUserObjectPermission.objects.filter(user=user, content_object=firm)
    at_stations: QuerySet = StationUserObjectPermission.objects.filter(user=user, content_object__operator=firm)
    rows = [
        row
        for found in (at_firm, at_stations)
        for row in found.filter(permission__codename__startswith="hold_").select_related("content_object", "permission")
    ]
    return [(row.content_object, Role(row.permission.codename.removeprefix("hold_"))) for row in rows]


def _require_above(actor: Actor, firm: Enterprise, held: list[tuple[Place, Role]]) -> None:
    """Raises EnterpriseNotFound beyond the actor's reach, NoSuchRole, RoleTooHigh."""
    demand(actor).require(Permission.STAFF_MANAGE)
    reach = enterprises_within(actor.scope(Permission.STAFF_MANAGE))
    if actor.kind != ActorKind.SYSTEM and not Enterprise.objects.filter(reach, pk=firm.pk).exists():
        raise EnterpriseNotFound()
    if not held:
        raise NoSuchRole()
    for place, role in held:
        authorised_place(actor, role, place)


def authorised_place(actor: Actor, role: Role, at: Place) -> Place:
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

"""Granting and withdrawing the roles of officials, and keeping the Django groups in step with the enums."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Permission as DjangoPermission
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.access.groups import follow_groups, role_group
from members.access.models import DivisionGrant, Function
from members.access.selectors import highest_rank, people_below, people_within
from members.access.states import RANK, ROLE_PERMISSIONS, Permission, Role, ScopeKind, roles_of
from members.accounts.models import User
from portal.audit.services import record
from portal.core.actor import Actor, ActorKind, demand
from portal.core.errors import BadInput, Forbidden, NotFound
from portal.regions.models import Division
from portal.regions.states import Level


class NotADivisionRole(BadInput):
    code = "not_a_division_role"
    message = _("这个角色不按辖区授予。")
    hint = _("站点和企业的人员请在站点或企业页管理。")


class TooWide(BadInput):
    code = "division_too_wide"
    message = _("乡镇管理员只能授予乡镇或村。")
    hint = _("请选择乡镇；管理全县请授予县级管理员。")


class RoleTooHigh(Forbidden):
    code = "role_too_high"
    message = _("不能授予或收回高于自己的角色。")
    hint = _("请由系统管理员办理。")


class PersonTooHigh(Forbidden):
    code = "person_too_high"
    message = _("对方的角色高于您，不能对其办理。")
    hint = _("没有办理任何一项。请由系统管理员办理。")


class OwnAccount(Forbidden):
    code = "own_account"
    message = _("不能对自己的账户这样操作。")
    hint = _("自己的会话在“账户”页管理。")


class OwnRole(Forbidden):
    code = "own_role"
    message = _("不能更改自己的角色。")
    hint = _("请由另一位管理员办理。")


@transaction.atomic
def grant_division_role(
    *, actor: Actor, user: User, role: str, division: Division, now: dt.datetime, why: str = ""
) -> DivisionGrant:
    """Give `user` an official's role in `division`; effective with their next request.

    Granting what is held changes nothing. Raises Forbidden, NotFound (division out of scope), NotADivisionRole,
    TooWide, RoleTooHigh, PersonTooHigh, OwnRole.
    """
    role = _authorised(actor, user, role, division)
    if role == Role.TOWNSHIP_OFFICIAL and division.level < Level.TOWNSHIP:
        raise TooWide()
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one change of a person's roles at a time
    grant, made = DivisionGrant.objects.get_or_create(
        user=user, role=role, division=division, defaults={"granted_at": now, "granted_by": actor.id}
    )
    if made:
        follow_groups(user=user)
        _audit(actor, "role.granted", user, role, division, now, why)
    return grant


@transaction.atomic
def make_administrator(*, actor: Actor, phone: str, county: str, now: dt.datetime, why: str) -> Division:
    """Let the person with `phone` (E.164) administer the county of 6 digits, also before they ever logged in.

    The phone counts as theirs only after a code was sent to it. Raises NotFound for a county that is not loaded.
    """
    division = Division.objects.filter(prefix=county).first()
    if division is None:
        raise NotFound(code="county_not_loaded")
    user = User.objects.filter(phone=phone).first() or User.objects.create_user(phone)
    grant_division_role(actor=actor, user=user, role=Role.ADMINISTRATOR, division=division, now=now, why=why)
    return division


@transaction.atomic
def withdraw_division_role(
    *, actor: Actor, user: User, role: str, division: Division, now: dt.datetime, why: str = ""
) -> bool:
    """Take the role away; the next request acts without it. Returns whether it was held. Raises as granting."""
    role = _authorised(actor, user, role, division)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    deleted, _rows = DivisionGrant.objects.filter(user=user, role=role, division=division).delete()
    if deleted:
        follow_groups(user=user)
        _audit(actor, "role.withdrawn", user, role, division, now, why)
    return bool(deleted)


def _authorised(actor: Actor, user: User, role: str, division: Division) -> Role:
    """The role, when the actor may decide about it for this person in this division."""
    demand(actor).require(Permission.PEOPLE_GRANT)
    if role not in roles_of(ScopeKind.DIVISION):
        raise NotADivisionRole()
    if not actor.scope(Permission.PEOPLE_GRANT).covers_division(division.code):
        raise NotFound()
    if actor.kind == ActorKind.SYSTEM:
        return Role(role)
    if actor.user_id == user.pk:
        raise OwnRole()
    if RANK[Role(role)] > rank_within(actor, division.code):
        raise RoleTooHigh()
    require_not_above(actor=actor, user=user, permission=Permission.PEOPLE_GRANT)
    return Role(role)


def require_not_above(*, actor: Actor, user: User, permission: str) -> None:
    """For roles given and taken: raises PersonTooHigh for a person who ranks above the actor, here or elsewhere."""
    if actor.kind != ActorKind.SYSTEM and highest_rank(user=user) > _own_rank(actor, permission):
        raise PersonTooHigh()


def require_below(*, actor: Actor, user: User) -> None:
    """For acts on an account. Raises Forbidden, OwnAccount, NotFound (no role in the actor's area), PersonTooHigh."""
    demand(actor).require(Permission.PEOPLE_GRANT)
    if actor.user_id == user.pk:
        raise OwnAccount()
    if not people_within(actor=actor, permission=Permission.PEOPLE_GRANT).filter(pk=user.pk).exists():
        raise NotFound()
    if not people_below(actor=actor).filter(pk=user.pk).exists():
        raise PersonTooHigh()


def _own_rank(actor: Actor, permission: str) -> int:
    held = [grant.role for grant in actor.grants if permission in grant.permissions]
    return max((RANK.get(Role(role), 0) for role in held), default=0)


def rank_within(actor: Actor, code: str) -> int:
    """The rank of the actor's highest role that grants people in the division `code`."""
    return max(
        (
            RANK.get(Role(grant.role), 0)
            for grant in actor.grants
            if Permission.PEOPLE_GRANT in grant.permissions and grant.scope.covers_division(code)
        ),
        default=0,
    )


def _audit(actor, action: str, user: User, role: Role, division: Division, now, why: str) -> None:
    values = {"role": role.value, "division": division.code}
    before, after = (None, values) if action == "role.granted" else (values, None)
    record(
        actor=actor,
        now=now,
        action=action,
        target=user,
        before=before,
        after=after,
        why=why,
        area=division.code,
    )


@transaction.atomic
def sync_roles() -> dict[str, int]:
    """Make each role's group hold exactly the role's permissions; counts of permissions by role. Idempotent."""
    rows = DjangoPermission.objects.filter(
        content_type__app_label=Function._meta.app_label, content_type__model=Function._meta.model_name
    )
    by_code = {row.codename: row for row in rows}
    counts = {}
    for role, permissions in ROLE_PERMISSIONS.items():
        role_group(role).permissions.set(by_code[p.value] for p in permissions)
        counts[role.value] = len(permissions)
    return counts


def stop_person(*, actor: Actor, user: User, now: dt.datetime, why: str) -> None:
    """Nobody logs in as `user` any more, and running sessions act as nobody with their next request.

    Raises Forbidden, NotFound (no role within the actor's area), PersonTooHigh, OwnAccount.
    """
    _set_active(actor, user, False, now, why)


def unstop_person(*, actor: Actor, user: User, now: dt.datetime, why: str) -> None:
    """Takes `stop_person` back. Raises as it does."""
    _set_active(actor, user, True, now, why)


@transaction.atomic
def _set_active(actor: Actor, user: User, active: bool, now: dt.datetime, why: str) -> None:
    """Only officials: who works at a station or enterprise loses that role instead."""
    require_below(actor=actor, user=user)
    held = DivisionGrant.objects.filter(user=user).order_by("pk").first()
    if held is None:
        raise NotFound()
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked.is_active == active:
        return
    User.objects.filter(pk=user.pk).update(is_active=active)
    action = "person.restored" if active else "person.stopped"
    record(actor=actor, now=now, action=action, target=user, why=why, area=held.division_id)


@transaction.atomic
def note_help(*, actor: Actor, user: User, action: str, now: dt.datetime, why: str) -> None:
    """Writes into the trail what an official does for a person's login: ends sessions, lifts a pause.

    To be called before it is done, in the same transaction. Raises as require_below.
    """
    require_below(actor=actor, user=user)
    record(actor=actor, now=now, action=action, target=user, why=why)

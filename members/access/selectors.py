"""Who is acting, and what they may."""

from __future__ import annotations

from members.access.sources import PHONE, rows_of
from members.access.states import ROLE_PERMISSIONS, ROLE_SCOPE, SECOND_FACTOR_ROLES, Role, ScopeKind
from portal.core.actor import ANONYMOUS, Actor, ActorKind, Grant, Scope


def actor_of(user, *, address: str = "", second_factor: bool = False) -> Actor:
    """The actor behind a logged-in user: one query.

    Roles that reach many people (SECOND_FACTOR_ROLES) count only when this session passed the second factor;
    `extra["second_factor_missing"]` then tells the faces to ask for it.
    """
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    grants, phones, withheld = [], {user.phone} if user.phone_verified else set(), False
    for kind, role_code, target in rows_of(user.pk):
        if kind == PHONE:
            phones.add(target)
            continue
        role = Role(role_code)
        if ROLE_SCOPE[role] != kind:
            continue  # a role held at the wrong kind of object grants nothing
        if role in SECOND_FACTOR_ROLES and not second_factor:
            withheld = True
            continue
        grants.append(Grant(ROLE_PERMISSIONS[role], _scope(kind, target), role.value))
    grants.append(Grant(ROLE_PERMISSIONS[Role.MEMBER], Scope(phones=frozenset(phones)), Role.MEMBER.value))
    return Actor(
        ActorKind.USER,
        f"user:{user.pk}",
        label="+".join(sorted({g.role for g in grants})),
        grants=tuple(grants),
        address=address,
        second_factor=second_factor,
        user_id=user.pk,
        extra={"second_factor_missing": withheld, "own_phone": user.phone if user.phone_verified else ""},
    )


def _scope(kind: str, target: str) -> Scope:
    if kind == ScopeKind.DIVISION:
        return Scope(divisions=frozenset({target}))
    if kind == ScopeKind.STATION:
        return Scope(stations=frozenset({int(target)}))
    return Scope(enterprises=frozenset({int(target)}))

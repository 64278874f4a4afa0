"""Who is acting, and what they may."""

from __future__ import annotations

from members.access.sources import PHONE, named, rows_of
from members.access.states import (
    ROLE_PERMISSIONS,
    ROLE_SCOPE,
    SECOND_FACTOR_ROLES,
    Permission,
    Role,
    ScopeKind,
)
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


def held_by(*, user_id: int) -> list[tuple[str, str, list[str]]]:
    """The roles of a person as officials read them: label of the role, name of the place, labels of its functions."""
    rows = [row for row in rows_of(user_id) if row[0] != PHONE and ROLE_SCOPE[Role(row[1])] == row[0]]
    names: dict[tuple[str, str], str] = {}
    for kind in {row[0] for row in rows}:
        targets = [target for kind_of, _role, target in rows if kind_of == kind]
        names |= {(kind, target): name for target, name in named(kind, targets).items()}
    return [
        (str(Role(role).label), names.get((kind, target), target), _functions(Role(role)))
        for kind, role, target in rows
    ]


def _functions(role: Role) -> list[str]:
    return [str(p.label) for p in Permission if p in ROLE_PERMISSIONS[role]]

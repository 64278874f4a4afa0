"""Who is acting, and what they may."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from members.access.models import DivisionGrant
from members.access.sources import PHONE, named, reaches, rows_of
from members.access.states import (
    RANK,
    ROLE_PERMISSIONS,
    ROLE_SCOPE,
    SECOND_FACTOR_ROLES,
    Permission,
    Role,
    ScopeKind,
)
from members.accounts.models import User
from portal.core.actor import ANONYMOUS, Actor, ActorKind, Grant, Scope, demand


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


# -- people, as officials reach them ------------------------------------------------------------------------------
def officials_within(*, actor: Actor, permission: str) -> QuerySet[User]:
    """People with an official's role in a division that the actor reaches."""
    scope = demand(actor).scope(permission)
    return User.objects.filter(Exists(_grants_of_row().filter(Q() if scope.everything else _in_divisions(scope))))


def people_within(*, actor: Actor, permission: str) -> QuerySet[User]:
    """People with a role at a place that the actor reaches: to see. Members who hold none are nobody's staff."""
    scope = demand(actor).scope(permission)
    rows = Q(pk__in=officials_within(actor=actor, permission=permission).values("pk"))
    for reach in reaches():
        rows |= Q(pk__in=reach(scope))
    return User.objects.filter(rows)


def people_below(*, actor: Actor, permission: str = Permission.PEOPLE_GRANT) -> QuerySet[User]:
    """Those of `people_within` whose account the actor may act on: every official's role they hold, here or
    elsewhere, lies where the actor holds one of the same rank or above. Nobody acts on themselves."""
    people = people_within(actor=actor, permission=permission)
    if actor.kind == ActorKind.SYSTEM:
        return people
    others = people.exclude(pk__in=[] if actor.user_id is None else [actor.user_id])
    return others.exclude(Exists(_grants_of_row().exclude(_not_above(actor, permission))))


def _grants_of_row() -> QuerySet[DivisionGrant]:
    return DivisionGrant.objects.filter(user=OuterRef("pk"))


def _in_divisions(scope: Scope) -> Q:
    wanted = Q(pk__in=[])
    for prefix in scope.divisions:
        wanted |= Q(division__code__startswith=prefix)
    return wanted


def _not_above(actor: Actor, permission: str) -> Q:
    """Grants in the reach of one of the actor's own that ranks as high."""
    covered = Q(pk__in=[])
    for grant in actor.grants:
        if permission in grant.permissions:
            rank = RANK.get(Role(grant.role), 0)
            covered |= _in_divisions(grant.scope) & Q(role__in=[role for role in RANK if RANK[role] <= rank])
    return covered


def highest_rank(*, user: User) -> int:
    """The rank of the highest official's role that a person holds anywhere; 0 without one."""
    roles = DivisionGrant.objects.filter(user=user).values_list("role", flat=True)
    return max((RANK.get(Role(role), 0) for role in roles), default=0)

"""Who acts. Every selector and service takes an `actor`; nothing is read or written without one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from portal.core.errors import Forbidden, SignInNeeded


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    USER = "user"
    DEVICE = "device"
    FEED = "feed"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records a permission reaches: the union of the parts; empty reaches nothing.

    `divisions` are code prefixes without trailing zeros (6 county, 9 township, 12 village digits).
    `stations` and `enterprises` are primary keys. `phones` are the member's own and consented relatives'.
    """

    everything: bool = False
    divisions: frozenset[str] = frozenset()
    stations: frozenset[int] = frozenset()
    enterprises: frozenset[int] = frozenset()
    phones: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.everything or self.divisions or self.stations or self.enterprises or self.phones)

    def covers_division(self, code: str) -> bool:
        return self.everything or any(code.startswith(prefix) for prefix in self.divisions)

    def __or__(self, other: Scope) -> Scope:
        return Scope(
            self.everything or other.everything,
            self.divisions | other.divisions,
            self.stations | other.stations,
            self.enterprises | other.enterprises,
            self.phones | other.phones,
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """Some permissions within one scope. Kept apart, so that a keeper here is no keeper there."""

    permissions: frozenset[str]
    scope: Scope
    role: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    id: str
    label: str = ""  # shown in audit lines: a role and an id, never a phone
    grants: tuple[Grant, ...] = ()
    address: str = ""
    second_factor: bool = False
    user_id: int | None = None
    extra: dict = field(default_factory=dict, compare=False)

    @property
    def signed_in(self) -> bool:
        return self.kind != ActorKind.ANONYMOUS

    @property
    def permissions(self) -> frozenset[str]:
        return frozenset().union(*(g.permissions for g in self.grants))

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(g.role for g in self.grants if g.role)

    def may(self, permission: str) -> bool:
        """Whether the actor holds `permission` anywhere at all."""
        return self.kind == ActorKind.SYSTEM or any(permission in g.permissions for g in self.grants)

    def require(self, permission: str) -> None:
        """Raises SignInNeeded or Forbidden unless the actor holds `permission` somewhere."""
        if not self.may(permission):
            raise Forbidden() if self.signed_in else SignInNeeded()

    def scope(self, permission: str) -> Scope:
        """The union of the scopes in which the actor holds `permission`."""
        if self.kind == ActorKind.SYSTEM:
            return Scope(everything=True)
        return union(g.scope for g in self.grants if permission in g.permissions)


def union(scopes: Iterable[Scope]) -> Scope:
    total = Scope()
    for scope in scopes:
        total = total | scope
    return total


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "anonymous", "anonymous")


def system_actor(name: str) -> Actor:
    """The portal itself, acting in a task or a command called `name`."""
    return Actor(ActorKind.SYSTEM, f"system:{name}", name)


class ActorMissing(RuntimeError):
    """A programming error: a read or write was tried without saying who acts."""


def demand(actor: Actor | None) -> Actor:
    if not isinstance(actor, Actor):
        raise ActorMissing("pass actor=")
    return actor

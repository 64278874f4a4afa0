"""Declared access: a view that does not say who may use it stops the start-up.

A rule is written on the view itself with a decorator, or for class views as `access = …` in the body of
the very class (an inherited rule does not count: a subclass is a new door). The middleware and the REST
permission class enforce the same object that the check reads, so that what is declared is what happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    NEEDS = "needs"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Rule:
    """`permissions`: any one of them opens the door; the records behind it are cut by the selectors."""

    kind: Kind
    permissions: tuple[str, ...] = ()
    why: str = ""
    devices: bool = False  # whether a device may enter with its own credentials

    def allows(self, actor) -> bool:
        if self.kind in (Kind.PUBLIC, Kind.SIGNATURE):
            return True
        if not actor.signed_in or (actor.kind == "device" and not self.devices):
            return False
        return self.kind == Kind.SIGNED_IN or any(actor.may(p) for p in self.permissions)


def anyone(why: str) -> Rule:
    """Open to everybody; `why` says why that is right."""
    return Rule(Kind.PUBLIC, why=why)


def members() -> Rule:
    return Rule(Kind.SIGNED_IN)


def holders(*permissions: str, devices: bool = False) -> Rule:
    """People (and, with `devices`, terminals) who hold one of `permissions` somewhere."""
    return Rule(Kind.NEEDS, tuple(str(p) for p in permissions), devices=devices)


def signed_message(why: str) -> Rule:
    """The request proves itself by a signature that the view checks first."""
    return Rule(Kind.SIGNATURE, why=why)


def declare(rule: Rule) -> Callable:
    def mark(view):
        view.access = rule
        return view

    return mark


def public(why: str) -> Callable:
    return declare(anyone(why))


def signed_in(view):
    return declare(members())(view)


def needs(*permissions: str, devices: bool = False) -> Callable:
    return declare(holders(*permissions, devices=devices))


def by_signature(why: str) -> Callable:
    return declare(signed_message(why))


def rule_of(callback, action: str | None = None) -> Rule | None:
    """The rule declared on a URL callback, or None. `action` picks one of a DRF viewset's rules."""
    cls = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    rule = vars(cls).get("access") if cls is not None else vars(callback).get("access")
    if isinstance(rule, dict):
        return rule.get(action) if action else None
    return rule

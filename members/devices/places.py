"""What a device can be bound to. Stations and firms live above this floor; the registry tells how to find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.core.actor import Scope
from portal.core.errors import BadInput


class PlaceKind(StrEnum):
    STATION = "station"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Place:
    """A station or a firm. `area` is the 12-digit code of its division: officials reach the device by it."""

    kind: PlaceKind
    pk: int
    code: str
    name: str
    area: str

    def within(self, scope: Scope) -> bool:
        held = scope.stations if self.kind == PlaceKind.STATION else scope.enterprises
        return self.pk in held or scope.covers_division(self.area)


class NoSuchPlace(BadInput):
    code = "no_such_place"
    message = _("没有这个站点或企业代码。")
    hint = _("请在“站点”或“企业”页核对代码后重新填写。")


Finder = Callable[[str], Place | None]
_finders: dict[PlaceKind, Finder] = {}


def add_finder(kind: PlaceKind, finder: Finder) -> None:
    """`finder(code)` returns the place with that code, or None."""
    _finders[kind] = finder


def find_place(kind: PlaceKind, code: str) -> Place:
    """Raises NoSuchPlace."""
    finder = _finders.get(kind)
    place = finder(code.strip()) if finder else None
    if place is None:
        raise NoSuchPlace()
    return place

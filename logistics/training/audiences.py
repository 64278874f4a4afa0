"""For whom a course is. An app above this one adds its own audience when it starts, as the registry of places does.

    add_audience("rescuer", _("应急救援队员"), lambda actor: …)      # a drill's people, for example

Everybody may learn any published course; the audience says whose duty it is, so whom it is shown to first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.core.actor import Actor

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Audience:
    code: str
    label: Any
    holds: Callable[[Actor], bool]  # whether the actor belongs to it


_audiences: dict[str, Audience] = {}


def add_audience(code: str, label: Any, holds: Callable[[Actor], bool]) -> None:
    _audiences[code] = Audience(code, label, holds)


def choices() -> list[tuple[str, Any]]:
    return [(audience.code, audience.label) for audience in _audiences.values()]


def known(code: str) -> bool:
    return code in _audiences


def label_of(code: str) -> str:
    return str(_audiences[code].label) if code in _audiences else code


def of_actor(actor: Actor) -> set[str]:
    """The audiences that the actor belongs to."""
    return {audience.code for audience in _audiences.values() if audience.holds(actor)}

"""What other apps add to the officials' site: panels of its home, pages of their own, groups of its sidebar.

The site knows none of them. An app registers when its admin pages load; each entry names the permissions that open
it, and reads are cut to the actor by the app's own selectors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from portal.core.access import Rule
from portal.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the sidebar."""

    order: int
    title: Any


MONITOR = Section(10, _("包裹与作业"))
DATA = Section(20, _("数据接入"))
PLACES = Section(30, _("站点与企业"))
PEOPLE = Section(40, _("人员与授权"))
RECORDS = Section(50, _("记录与消息"))
SETTINGS = Section(60, _("设置"))


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the home page. `read(actor, now)` returns what `template` shows, in a fixed number of queries."""

    code: str
    order: int
    permission: str
    template: str
    read: Callable[[Actor, dt.datetime], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Duty:
    """Work that waits for whoever holds `permission`: the home page begins with it.

    `count(actor, now)` is one query, cut to the actor; `link()` leads to a list of exactly as many.
    """

    code: str
    order: int
    permission: str
    label: Any
    count: Callable[[Actor, dt.datetime], int]
    link: Callable[[dt.datetime], str]
    late: bool = False  # shown in red: it should have been done


@dataclass(frozen=True, slots=True)
class Page:
    """A page beside those of Django. `view(request, context)` answers; `context` is what every admin page knows."""

    path: str
    name: str
    title: Any
    rule: Rule
    view: Callable[..., Any]
    section: Section
    order: int
    icon: str


_panels: dict[str, Panel] = {}
_pages: dict[str, Page] = {}
_duties: dict[str, Duty] = {}


def add_panel(panel: Panel) -> None:
    _panels[panel.code] = panel


def add_duty(duty: Duty) -> None:
    _duties[duty.code] = duty


def duties_of(actor: Actor, now: dt.datetime) -> list[tuple[Duty, int]]:
    """What waits for the actor, in order, with its count; what they may not do is left out."""
    mine = sorted((duty for duty in _duties.values() if actor.may(duty.permission)), key=lambda duty: duty.order)
    return [(duty, duty.count(actor, now)) for duty in mine]


def add_page(page: Page) -> None:
    _pages[page.name] = page


def panels_for(actor: Actor) -> list[Panel]:
    """The panels that the actor may read somewhere, in order."""
    return sorted((p for p in _panels.values() if actor.may(p.permission)), key=lambda p: p.order)


def pages() -> list[Page]:
    return sorted(_pages.values(), key=lambda p: (p.section.order, p.order))


class Menu(NamedTuple):
    """Where a page stands in the sidebar: its group, its order there, the name of its symbol."""

    section: Section
    order: int
    icon: str

"""Hours in words: open or not, until when, and the week as a table."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from logistics.registry.finder import Card
from logistics.registry.opening import DAY, Week
from logistics.registry.opening import clock as minutes_clock
from portal.core.clock import COUNTY_TIME, county_day
from portal.core.clock import now as moment_now
from portal.public.words import WEEKDAYS


def state_of(card: Card) -> str:
    """One line: 营业中，18:30 关门 · 已关门，明天 08:30 开门 · 暂停营业. Empty when the hours are not known."""
    if card.paused:
        return _("暂停营业") if card.suspended else _("不收新件：%(why)s") % {"why": card.stopped}
    if card.now is None:
        return ""
    changes = card.now.changes
    if card.now.open:
        return _("营业中，%(when)s 关门") % {"when": _when(changes)} if changes else _("全天营业")
    return _("已关门，%(when)s 开门") % {"when": _when(changes)} if changes else _("已关门")


def _when(moment: dt.datetime) -> str:
    local = moment.astimezone(COUNTY_TIME)
    clock = f"{local:%H:%M}"
    days = (local.date() - county_day(moment_now())).days
    if days == 0:
        return clock
    if days == 1:
        return _("明天 %(clock)s") % {"clock": clock}
    return f"{WEEKDAYS[local.weekday()]} {clock}"


def week_rows(week: Week) -> list[tuple[str, str]]:
    """Days and their hours; days in a row that are alike share a line."""
    rows: list[tuple[int, int, str]] = []
    for day, spans in enumerate(week):
        text = _("、").join(_span(start, end) for start, end in spans) if spans else _("休息")
        if rows and rows[-1][2] == text:
            rows[-1] = (rows[-1][0], day, text)
        else:
            rows.append((day, day, text))
    return [(_days(first, last), text) for first, last, text in rows]


def _span(start: int, end: int) -> str:
    if (start, end) == (0, DAY):
        return _("全天")
    text = f"{minutes_clock(start)}–{minutes_clock(end)}"
    return _("%(span)s（次日）") % {"span": text} if end > DAY else text


def _days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return _("每天")
    if first == last:
        return str(WEEKDAYS[first])
    return _("%(first)s至%(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}

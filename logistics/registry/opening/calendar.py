"""The ordinary week, market days and the harvest together: open or not at a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from logistics.registry.opening.special import Special, read_harvest, read_market
from logistics.registry.opening.week import DAY, Span, Standing, Week, read_hours
from portal.core.clock import COUNTY_TIME, county_day


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours of any day. On market and harvest days their own hours hold instead of the week's; on a market day in the
    harvest both do."""

    week: Week
    markets: tuple[Special, ...] = ()
    seasons: tuple[Special, ...] = ()

    def spans_on(self, day: dt.date) -> tuple[Span, ...]:
        special = [span for rule in (*self.markets, *self.seasons) if rule.spans and rule.holds(day)
                   for span in rule.spans]  # fmt: skip
        return tuple(special) or self.week[day.weekday()]

    def market_on(self, day: dt.date) -> bool:
        return any(rule.holds(day) for rule in self.markets)


@lru_cache(maxsize=1024)
def calendar_of(hours: str, market_days: str = "", harvest_hours: str = "") -> Calendar | None:
    """What the three texts say together; None unless all of them can be read."""
    week, markets, seasons = read_hours(hours), read_market(market_days), read_harvest(harvest_hours)
    if week is None or markets is None or seasons is None:
        return None
    return Calendar(week, markets, seasons)


def market_today(market_days: str, *, moment: dt.datetime) -> bool:
    """Whether there is a market on the day of `moment`, as far as the text can be read."""
    day = county_day(moment)
    return any(rule.holds(day) for rule in read_market(market_days) or ())


@lru_cache(maxsize=256)  # a list of stations asks for one moment, and most keep the same hours
def standing(hours: Week | Calendar, moment: dt.datetime) -> Standing:
    """Open or not at `moment` (aware), by county time."""
    calendar = hours if isinstance(hours, Calendar) else Calendar(hours)
    local = moment.astimezone(COUNTY_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    minute = local.hour * 60 + local.minute
    spans = _joined(sorted(
        (start + offset * DAY, end + offset * DAY)
        for offset in range(-1, 8)
        for start, end in calendar.spans_on(local.date() + dt.timedelta(days=offset))
    ))  # fmt: skip
    for start, end in spans:
        if start <= minute < end:
            lasts = end - minute < 7 * DAY
            return Standing(True, midnight + dt.timedelta(minutes=end) if lasts else None)
        if start > minute:
            return Standing(False, midnight + dt.timedelta(minutes=start))
    return Standing(False, None)


def _joined(spans: list[Span]) -> list[Span]:
    """Spans that touch as one: a place open around the clock does not close at midnight."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined

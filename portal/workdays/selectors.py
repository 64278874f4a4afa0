"""Counting in working days (工作日). The calendar is public; these reads need no actor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.workdays.models import PublishedYear, SpecialDay
from portal.workdays.states import DayKind

SATURDAY = 5
# Ten working days take at most this many calendar days even across the longest holiday, and some room.
SPAN_PER_DAY, SPAN_ROOM = 2, 30


@dataclass(frozen=True, slots=True)
class Due:
    """The day on which a term ends. Not `certain` when it was counted over a year that is not published yet."""

    day: dt.date
    certain: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The special days between two dates, read once for any number of questions."""

    days: dict[dt.date, str]
    years: frozenset[int]

    def works(self, day: dt.date) -> bool:
        """Whether `day` is a working day: as published, else Monday to Friday."""
        kind = self.days.get(day)
        return kind == DayKind.WORK if kind else day.weekday() < SATURDAY

    def due_after(self, *, start: dt.date, days: int) -> Due:
        """The `days`-th working day after `start`; `start` itself is not counted (民法典 201). No days: `start`."""
        day, left, certain = start, days, True
        while left > 0:
            day += dt.timedelta(days=1)
            certain = certain and day.year in self.years
            left -= self.works(day)
        return Due(day, certain)

    def between(self, *, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` comes first."""
        if end < start:
            return -self.between(start=end, end=start)
        span = (end - start).days
        return sum(self.works(start + dt.timedelta(days=n)) for n in range(1, span + 1))


def calendar(*, start: dt.date, end: dt.date) -> Calendar:
    """The calendar between two dates, in two queries."""
    days = SpecialDay.objects.filter(day__range=(start, end)).values_list("day", "kind")
    years = PublishedYear.objects.filter(year__range=(start.year, end.year)).values_list("year", flat=True)
    return Calendar(dict(days), frozenset(years))


def due_after(*, start: dt.date, days: int) -> Due:
    """As Calendar.due_after, reading what it needs."""
    if days < 0:
        raise ValueError("a term is not negative")
    end = start + dt.timedelta(days=days * SPAN_PER_DAY + SPAN_ROOM)
    return calendar(start=start, end=end).due_after(start=start, days=days)


def days_of(year: int) -> dict[dt.date, tuple[str, str]]:
    """The special days of a year: day → (kind, name)."""
    return {row.day: (row.kind, row.name) for row in SpecialDay.objects.filter(year=year)}


def first_unpublished(*, after: dt.date) -> int:
    """The first year from that of `after` on whose days off are not published yet."""
    known = set(PublishedYear.objects.filter(year__gte=after.year).values_list("year", flat=True))
    year = after.year
    while year in known:
        year += 1
    return year

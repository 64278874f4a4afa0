"""Time is passed in. Faces call `now()` once and hand it on; tests hand in their own."""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

COUNTY_TIME = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    return timezone.now()


def county_day(moment: dt.datetime) -> dt.date:
    """The day in the county on which `moment` falls."""
    return moment.astimezone(COUNTY_TIME).date()


def begin_of_days(moment: dt.datetime, days: int) -> dt.datetime:
    """When the first of the last so many days of the county's calendar began, the day of `moment` included."""
    return dt.datetime.combine(county_day(moment) - dt.timedelta(days=days - 1), dt.time(), COUNTY_TIME)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def short_day(month: int, day: int, english: bool = False) -> str:
    """`12月8日`, `8 Dec`: a day of which the reader knows the year."""
    return f"{day} {_MONTHS[month - 1]}" if english else f"{month}月{day}日"


def read_short_day(text: str) -> tuple[int, int]:
    """Month and day of what `short_day` wrote. Raises ValueError for anything else."""
    if text.endswith("日"):
        month, day = text[:-1].split("月")
        return int(month), int(day)
    day, name = text.split(" ")
    return _MONTHS.index(name) + 1, int(day)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month when it has no such day (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

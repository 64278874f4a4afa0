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


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month when it has no such day (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

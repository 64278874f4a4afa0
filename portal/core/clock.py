"""Time is passed in. Faces call `now()` once and hand it on; tests hand in their own."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

COUNTY_TIME = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    return timezone.now()


def county_day(moment: dt.datetime) -> dt.date:
    """The day in the county on which `moment` falls."""
    return moment.astimezone(COUNTY_TIME).date()

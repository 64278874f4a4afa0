"""A filter by days of the county's calendar, the last one included."""

from __future__ import annotations

import datetime as dt

from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

from portal.core.clock import COUNTY_TIME


class DayRangeFilter(RangeDateFilter):
    """unfold's own compares a moment with a bare date: "until the 3rd" would leave out all that happened on the 3rd."""

    def queryset(self, request, queryset):
        name = self.parameter_name
        first, last = (_begin(self.used_parameters.get(f"{name}_{end}")) for end in ("from", "to"))
        if first is not None:
            queryset = queryset.filter(**{f"{name}__gte": first})
        if last is not None:
            queryset = queryset.filter(**{f"{name}__lt": last + dt.timedelta(days=1)})
        return queryset


def _begin(written) -> dt.datetime | None:
    """The first moment of a day; None without one."""
    day = parse_date_str(written) if isinstance(written, str) else None
    return day and dt.datetime.combine(day, dt.time(), COUNTY_TIME)

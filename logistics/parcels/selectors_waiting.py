"""Until when a parcel is kept at its station: what pages and messages promise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from logistics.parcels.models import Timer, TimerRule
from logistics.parcels.states import TimerKind, keep_hours


def returns_due(parcel_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """Until when each of these is kept at its station, where it goes back by the clock. One statement."""
    rows = Timer.objects.filter(
        parcel__in=list(parcel_ids), kind=TimerKind.RETURN, fired_at__isnull=True, cancelled_at__isnull=True
    )
    return dict(rows.values_list("parcel_id", "due_at"))


def county_keeps() -> int | None:
    """For so many hours the county keeps a parcel; None where nothing goes back by the clock."""
    rule = TimerRule.objects.filter(kind=TimerKind.RETURN).values_list("enabled", "hours").first()
    return keep_hours(*rule or (None, None))

"""Until when a parcel is kept at its station: what pages and messages promise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from logistics.parcels.models import Timer, TimerRule
from logistics.parcels.states import DEFAULT_TIMER_HOURS, TimerKind


def returns_due(parcel_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """Until when each of these is kept at its station, where it goes back by the clock. One statement."""
    rows = Timer.objects.filter(
        parcel__in=list(parcel_ids), kind=TimerKind.RETURN, fired_at__isnull=True, cancelled_at__isnull=True
    )
    return dict(rows.values_list("parcel_id", "due_at"))


def will_return(since: dt.datetime) -> dt.datetime | None:
    """Until when one that came at `since` will be kept, by the hours the county has set; None where they stay."""
    rule = TimerRule.objects.filter(kind=TimerKind.RETURN).only("hours", "enabled").first()
    if rule is not None and not rule.enabled:
        return None
    return since + dt.timedelta(hours=rule.hours if rule else DEFAULT_TIMER_HOURS[TimerKind.RETURN])

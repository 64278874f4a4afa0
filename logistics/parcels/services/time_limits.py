"""The county's time limits from the first day: one row a kind, at its default."""

from __future__ import annotations

from logistics.parcels.models import TimerRule
from logistics.parcels.states import DEFAULT_TIMER_HOURS


def seed_timer_rules() -> int:
    """Adds the kinds that have no row yet; rows that a county changed stay. Returns how many were added."""
    before = TimerRule.objects.count()
    rows = [TimerRule(kind=kind, hours=hours) for kind, hours in DEFAULT_TIMER_HOURS.items()]
    TimerRule.objects.bulk_create(rows, ignore_conflicts=True)
    return TimerRule.objects.count() - before

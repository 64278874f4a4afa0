"""What time does to applications: claims that run out, deadlines that become certain."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from logistics.licensing.kinds import kind_of
from logistics.licensing.models import Application
from logistics.licensing.states import ApplicationState
from portal.core.clock import county_day
from portal.workdays.selectors import due_after


@transaction.atomic
def release_overdue_claims(*, now: dt.datetime) -> int:
    """Frees what an official claimed and left. Decisions look at the time themselves: this only tidies the lists."""
    rows = Application.objects.filter(state=ApplicationState.SUBMITTED, claimed_until__lte=now)
    return rows.update(reviewer=None, claimed_until=None)


@transaction.atomic
def count_deadlines_again(*, now: dt.datetime) -> int:
    """Deadlines that were counted over a year without published days off, counted anew. Returns how many moved."""
    rows = Application.objects.select_for_update().filter(state=ApplicationState.SUBMITTED, due_certain=False)
    moved = 0
    for row in rows.order_by("pk"):
        due = due_after(start=county_day(row.submitted_at or now), days=kind_of(row.kind).review_days)
        if (due.day, due.certain) != (row.due_on, row.due_certain):
            row.due_on, row.due_certain = due.day, due.certain
            row.save(update_fields=["due_on", "due_certain"])
            moved += 1
    return moved

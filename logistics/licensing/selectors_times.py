"""How long reviews take, and what waits: counted in the database, cut to the actor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Avg, Count, DurationField, F, FloatField, Q
from django.db.models.functions import Extract, TruncMonth

from logistics.licensing.selectors import visible_applications
from logistics.licensing.states import ApplicationState
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.clock import COUNTY_TIME, county_day

DECIDED = (ApplicationState.APPROVED, ApplicationState.REFUSED)
_DAY = 86_400  # seconds


class Percentile(Aggregate):
    """PERCENTILE_CONT of PostgreSQL: `Percentile(0.9, expression)`."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, share: float, expression: Any, **extra: Any):
        super().__init__(expression, share=share, **extra)


@dataclass(frozen=True, slots=True)
class Queue:
    waiting: int
    late: int
    mean_days: float | None  # calendar days from submission to decision, over the last 90 days


@dataclass(frozen=True, slots=True)
class Times:
    """Of one group: decided applications, days from the last submission to the decision, the share within the term."""

    group: Any
    count: int
    median: float
    ninetieth: float
    in_time: float


def queue_of(*, actor: Actor, now: dt.datetime) -> Queue:
    """What waits for the actor's office, in one query."""
    rows = visible_applications(actor=actor, permission=Permission.APPLICATION_VIEW)
    waiting = Q(state=ApplicationState.SUBMITTED)
    recent = Q(state__in=DECIDED, decided_at__gte=now - dt.timedelta(days=90))
    found = rows.aggregate(
        waiting=Count("pk", filter=waiting),
        late=Count("pk", filter=waiting & Q(due_on__lt=county_day(now))),
        mean=Avg(F("decided_at") - F("submitted_at"), filter=recent, output_field=DurationField()),
    )
    mean = found["mean"]
    return Queue(found["waiting"], found["late"], mean.total_seconds() / _DAY if mean is not None else None)


def times_of(*, actor: Actor, since: dt.datetime, by: str) -> list[Times]:
    """Processing times of what was decided since, by `kind`, `month` or `township`; in one query.

    `in_time` compares the day of the decision with the deadline, both as days of the county.
    """
    rows = visible_applications(actor=actor, permission=Permission.APPLICATION_VIEW)
    rows = rows.filter(state__in=DECIDED, decided_at__gte=since, submitted_at__isnull=False)
    group = {
        "kind": F("kind"),
        "month": TruncMonth("decided_at", tzinfo=COUNTY_TIME),
        "township": F("division__parent__name"),
    }[by]
    days = Extract(F("decided_at") - F("submitted_at"), "epoch") / float(_DAY)
    late = Q(due_on__isnull=False, decided_at__date__gt=F("due_on"))
    found = (
        rows.order_by()
        .annotate(group=group, days=days)
        .values("group")
        .annotate(
            count=Count("pk"), median=Percentile(0.5, F("days")), ninetieth=Percentile(0.9, F("days")),
            late=Count("pk", filter=late),
        )
        .order_by("group")
    )  # fmt: skip
    return [
        Times(row["group"], row["count"], row["median"], row["ninetieth"], 1 - row["late"] / row["count"])
        for row in found
    ]

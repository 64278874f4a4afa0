"""Months of the event table are made ahead of time."""

from __future__ import annotations

import datetime as dt

from django.db import connection

AHEAD = 3
BEHIND = 13  # late events of the last 390 days find their month


def ensure_months(*, now: dt.datetime) -> int:
    """Make the partitions from 13 months ago to 3 months ahead. Returns how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE parcels_event_ensure_month(m)) "
            "FROM generate_series(%s::timestamptz - make_interval(months => %s), "
            "%s::timestamptz + make_interval(months => %s), interval '1 month') m",
            [now, BEHIND, now, AHEAD],
        )
        return cursor.fetchone()[0]

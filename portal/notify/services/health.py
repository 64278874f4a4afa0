"""Which provider may be asked. Kept in the database, so that all workers agree.

After RESTS_AFTER failures in a row a provider rests; when the rest is over one worker takes one message as a probe,
and the others wait for what comes of it. Each probe that fails makes the rest longer, up to LONGEST_REST. The first
success ends it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce

from portal.notify.models import ProviderHealth

RESTS_AFTER = 5
FIRST_REST = dt.timedelta(minutes=1)
LONGEST_REST = dt.timedelta(minutes=15)

# One statement, so that failures of several workers at once all count.
_FAILED = """
INSERT INTO notify_providerhealth AS h (name, failures, failed_at, error, stray_receipts)
VALUES (%(name)s, 1, %(now)s, %(error)s, 0)
ON CONFLICT (name) DO UPDATE SET
    failures = h.failures + 1, failed_at = %(now)s, error = %(error)s,
    resting_until = CASE WHEN h.failures + 1 >= %(rests_after)s
        THEN %(now)s::timestamptz
            + least(%(first)s::interval * 2 ^ least(h.failures + 1 - %(rests_after)s, 10), %(longest)s::interval) END
"""


def admits(name: str, *, now: dt.datetime) -> bool:
    """Whether `name` may be asked now. After a rest True for one caller only: that call is the probe."""
    row = ProviderHealth.objects.filter(name=name).first()
    if row is None or row.resting_until is None:
        return True
    if row.resting_until > now:
        return False
    probe = ProviderHealth.objects.filter(name=name, resting_until=row.resting_until)
    return bool(probe.update(resting_until=now + FIRST_REST))


def rests_until(names: list[str], *, now: dt.datetime) -> dt.datetime:
    """When the first of `names` may be asked again."""
    found = ProviderHealth.objects.filter(name__in=names, resting_until__gt=now).order_by("resting_until").first()
    return found.resting_until if found is not None and found.resting_until else now + FIRST_REST


def failed(name: str, *, error: str, now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        rest: dict[str, Any] = {"rests_after": RESTS_AFTER, "first": FIRST_REST, "longest": LONGEST_REST}
        cursor.execute(_FAILED, {"name": name, "now": now, "error": error[:200], **rest})


def worked(name: str, *, now: dt.datetime) -> None:
    """Writes only after a failure: the row must not be touched by every message."""
    ProviderHealth.objects.filter(name=name, failures__gt=0).update(failures=0, resting_until=None, worked_at=now)


def count_strays(name: str, number: int) -> None:
    if number:
        ProviderHealth.objects.get_or_create(name=name)
        ProviderHealth.objects.filter(name=name).update(stray_receipts=Coalesce(F("stray_receipts"), 0) + number)

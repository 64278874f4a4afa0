"""The checklist of a submission: what the portal finds out itself, and whether everything passed."""

from __future__ import annotations

import datetime as dt

from logistics.licensing.kinds import Values, kind_of
from logistics.licensing.models import Application, Check
from portal.core.clock import county_day


def keep_automatic(row: Application, values: Values, now: dt.datetime) -> None:
    """Writes the outcome of the automatic items for the present submission, in place of what was found earlier."""
    found = kind_of(row.kind).automatic(row, values, county_day(now))
    Check.objects.filter(application=row, revision=row.revision, item__in=found).delete()
    Check.objects.bulk_create(
        Check(application=row, item=item, revision=row.revision, passed=passed, checked_at=now)
        for item, passed in found.items()
    )


def not_passed(row: Application) -> dict[str, object]:
    """Code and label of every item that was not found to be in order on the present submission."""
    passed = set(
        Check.objects.filter(application=row, revision=row.revision, passed=True).values_list("item", flat=True)
    )
    return {item.code: item.label for item in kind_of(row.kind).checklist if item.code not in passed}

"""Scopes as filters, and records as the audit trail tells them."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q

from portal.core.actor import Scope
from portal.core.labels import SECRET

PARTS = ("divisions", "stations", "enterprises", "phones")


def scope_filter(scope: Scope, fields: dict[str, str]) -> Q:
    """The rows of `scope`, where `fields` names the lookup of each part of a scope.

    A division is compared by prefix, so its lookup must lead to a code (`division__code`, `area`). Parts that
    `fields` does not name reach nothing. Lookups must not multiply rows (no to-many relations).
    """
    wanted = [
        Q(**{f"{fields['divisions']}__startswith": prefix})
        for prefix in (scope.divisions if "divisions" in fields else ())
    ]
    wanted += [Q(**{f"{fields[p]}__in": getattr(scope, p)}) for p in PARTS[1:] if p in fields]
    return reduce(or_, wanted, Q(pk__in=[]))


def snapshot(obj: models.Model) -> dict:
    """The values of a record for the audit trail: secrets left out, everything else as text or number."""
    labels = getattr(obj, "labels", {})
    return {
        f.attname: _plain(getattr(obj, f.attname))
        for f in obj._meta.concrete_fields
        if labels.get(f.name) is not SECRET
    }


def _plain(value):
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def difference(before: dict, after: dict) -> tuple[dict, dict]:
    """Only what changed, on both sides."""
    names = [n for n in after if before.get(n) != after[n]]
    return {n: before.get(n) for n in names}, {n: after[n] for n in names}

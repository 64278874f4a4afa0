"""Whose recipient agreed to a station drop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from logistics.parcels.models import Consent

_SQL = """
SELECT c.parcel_id
FROM parcels_consent c
WHERE c.parcel_id = ANY(%(ids)s::bigint[]) AND c.withdrawn_at IS NULL
UNION
SELECT r.parcel_id
FROM parcels_parcelcontact r
JOIN parcels_consent standing
  ON standing.phone = r.phone AND standing.parcel_id IS NULL AND standing.withdrawn_at IS NULL
WHERE r.parcel_id = ANY(%(ids)s::bigint[]) AND r.role = 'recipient' AND r.phone <> '' AND standing.phone <> ''
  AND NOT EXISTS (
      SELECT 1 FROM parcels_consent no
      WHERE no.parcel_id = r.parcel_id AND no.withdrawn_at >= standing.given_at
  )
"""


def standing_consent(phone: str) -> Consent | None:
    """The consent that stands for whatever comes to `phone` (E.164)."""
    return Consent.objects.filter(phone=phone, parcel=None, withdrawn_at=None).first() if phone else None


def declined(parcel_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """Of `parcel_ids`, those whose recipient said no, or took their yes back, and when; whatever came later."""
    rows = Consent.objects.filter(parcel__in=list(parcel_ids), withdrawn_at__isnull=False).order_by("withdrawn_at")
    return {row.parcel_id: row.withdrawn_at for row in rows if row.parcel_id and row.withdrawn_at}


def consented_parcels(parcel_ids: Iterable[int]) -> set[int]:
    """Of `parcel_ids`, those with a live consent: for the parcel itself or standing for the recipient's phone.

    A standing consent does not count for a parcel for which the recipient said no afterwards.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"ids": list(parcel_ids)})
        return {pk for (pk,) in cursor.fetchall()}

"""Whose recipient agreed to a station drop."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

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


def consented_parcels(parcel_ids: Iterable[int]) -> set[int]:
    """Of `parcel_ids`, those with a live consent: for the parcel itself or standing for the recipient's phone.

    A standing consent does not count for a parcel for which the recipient said no afterwards.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"ids": list(parcel_ids)})
        return {pk for (pk,) in cursor.fetchall()}

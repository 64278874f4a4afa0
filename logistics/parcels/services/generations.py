"""A carrier's number that was given out again after its journey ended: a new parcel with people of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from logistics.parcels.models import Parcel
from logistics.parcels.services.repeats import Facts

REST = dt.timedelta(days=30)  # after so long another recipient need not be told by another phone
_RETIRE = """
UPDATE parcels_parcelnumber n SET generation = 1 + (
    SELECT max(o.generation) FROM parcels_parcelnumber o
    WHERE o.number = n.number AND o.carrier_id IS NOT DISTINCT FROM n.carrier_id)
FROM unnest(%s::bigint[], %s::text[]) AS given (parcel_id, number)
WHERE n.generation = 0 AND n.number = given.number AND n.parcel_id = given.parcel_id
"""


def given_anew(known: Parcel, before: Facts, said: Facts, now: dt.datetime) -> bool:
    """Whether an announcement of a registered number is a new parcel and no repeat of the old announcement.

    Only after the journey ended: at once when it goes to another phone, after REST when anything differs. The very
    same announcement stays a repeat for ever, so that an old file sent again makes no parcels.
    """
    if known.closed_at is None:
        return False
    phones = before.get("recipient_phone"), said.get("recipient_phone")
    if all(phones) and phones[0] != phones[1]:
        return True
    differs = any(value and before.get(name) != value for name, value in said.items())
    return differs and now - known.closed_at >= REST


def give_out_anew(numbers: Iterable[tuple[int, str]]) -> None:
    """Frees numbers for new parcels: (id of the parcel that ended, number). It keeps them as an earlier generation.

    Two that want the same number at once: the second finds nothing to free, and the unique index tells it so.
    """
    pairs = list(numbers)
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(_RETIRE, [list(column) for column in zip(*pairs, strict=True)])

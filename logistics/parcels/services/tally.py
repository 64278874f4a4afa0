"""The tally of parcels on their way: adding its rows up.

Every statement that changes parcels leaves rows with what it changed (models/tally.py). Rows of the same kind are added
up now and then, so that reading them stays a matter of a few thousand rows; what they add up to never changes by it.
"""

from __future__ import annotations

from django.db import connection, transaction

KIND = "area, station_id, direction, stage, issues"
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('parcels_opentally'))"
_ADD_UP = f"""
WITH several AS (
    SELECT {KIND} FROM parcels_opentally GROUP BY {KIND} HAVING count(*) > 1
), gone AS (
    DELETE FROM parcels_opentally t USING several s
    WHERE t.area = s.area AND t.station_id IS NOT DISTINCT FROM s.station_id AND t.direction = s.direction
      AND t.stage = s.stage AND t.issues = s.issues
    RETURNING t.area, t.station_id, t.direction, t.stage, t.issues, t.parcels
)
INSERT INTO parcels_opentally ({KIND}, parcels)
SELECT {KIND}, sum(parcels) FROM gone GROUP BY {KIND} HAVING sum(parcels) <> 0
"""  # noqa: S608  only the names above


@transaction.atomic
def add_up() -> bool:
    """Make one row of several of the same kind. False when another worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_ADD_UP)
        return True

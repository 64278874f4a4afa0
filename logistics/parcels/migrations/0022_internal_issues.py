"""The public reads no issue that only concerns whoever handles the parcel: a count or a seal that differs.

As in 0004, with these codes and their resolutions left out.
"""

from django.db import migrations

PUBLIC_EVENTS = """
CREATE OR REPLACE FUNCTION parcels_public_events(
    parcel bigint, first_at timestamptz, last_at timestamptz, corrected boolean, cancelled boolean
) RETURNS json LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $body$
DECLARE
    found json;
    taken_back text[] := '{}';
BEGIN
    IF corrected THEN  -- a correction may lie after the last event that counts
        SELECT coalesce(array_agg(v.corrects_source || ':' || v.corrects_event), '{}') INTO taken_back
        FROM parcels_event v WHERE v.parcel_id = parcel AND v.code = 'VOID';
    END IF;
    SELECT coalesce(json_agg(json_build_object(
        'at', e.occurred_at,
        'code', e.code,
        'issue', nullif(e.issue, ''),
        'place', (SELECT s.name FROM registry_station s WHERE s.id = e.station_id AND s.kind IN ('hub', 'township'))
    ) ORDER BY e.occurred_at, e.rank), '[]'::json) INTO found
    FROM parcels_event e
    WHERE e.parcel_id = parcel AND e.occurred_at >= first_at AND e.occurred_at <= last_at
      AND e.code NOT IN ('CUSTODY', 'VOID', 'NOTE', 'COUNT_MISMATCH', 'SEAL_BROKEN')
      AND NOT (e.code = 'ISSUE_RESOLVED' AND e.issue IN ('COUNT_MISMATCH', 'SEAL_BROKEN'))
      AND (e.code <> 'CANCELLED' OR cancelled)
      AND (NOT corrected OR e.source_id || ':' || e.source_event_id <> ALL (taken_back));
    RETURN found;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("parcels", "0021_numbers_given_anew")]
    operations = [migrations.RunSQL(PUBLIC_EVENTS, migrations.RunSQL.noop)]

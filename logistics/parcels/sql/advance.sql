-- Parcels whose new events are plain scans: the caller computed the columns from the locked row.
UPDATE parcels_parcel p
SET stage = t.stage, stage_rank = t.stage_rank, stage_at = t.stage_at, headline_at = t.headline_at, station_id = t.station_id,
    first_event_at = t.first_event_at, last_event_at = t.last_event_at, county_at = t.county_at, ready_at = t.ready_at,
    version = p.version + 1
FROM unnest(%s::bigint[], %s::text[], %s::smallint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::timestamptz[],
            %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
     AS t (id, stage, stage_rank, stage_at, headline_at, station_id, first_event_at, last_event_at, county_at, ready_at)
WHERE p.id = t.id

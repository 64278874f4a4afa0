-- Plain scans of open parcels without issues: what each parcel's new scans add up to, merged into its columns.
-- Every merge is a maximum or minimum, so the order of batches plays no part. Left out, and folded again from the log
-- by the caller: an end that is not the latest event, and two scans of one rank at the very same moment.
UPDATE parcels_parcel p
SET stage = CASE WHEN (t.stage_rank > p.stage_rank OR (p.stage_at IS NULL AND t.stage_rank >= 0)) THEN t.stage ELSE p.stage END,
    stage_rank = CASE WHEN (t.stage_rank > p.stage_rank OR (p.stage_at IS NULL AND t.stage_rank >= 0)) THEN t.stage_rank ELSE p.stage_rank END,
    stage_at = CASE WHEN (t.stage_rank > p.stage_rank OR (p.stage_at IS NULL AND t.stage_rank >= 0)) THEN t.stage_at WHEN (t.stage_rank = p.stage_rank) THEN least(p.stage_at, t.stage_at) ELSE p.stage_at END,
    headline_at = CASE WHEN (t.stage_rank > p.stage_rank OR (p.stage_at IS NULL AND t.stage_rank >= 0)) THEN t.headline_at WHEN (t.stage_rank = p.stage_rank) THEN greatest(p.headline_at, t.headline_at) ELSE p.headline_at END,
    station_id = CASE WHEN (t.stage_rank > p.stage_rank OR (p.stage_at IS NULL AND t.stage_rank >= 0)) OR ((t.stage_rank = p.stage_rank) AND t.headline_at > p.headline_at) THEN t.station ELSE p.station_id END,
    first_event_at = least(p.first_event_at, t.first_event_at),
    last_event_at = greatest(p.last_event_at, t.last_event_at),
    county_at = least(p.county_at, t.county_at),
    ready_at = least(p.ready_at, t.ready_at),
    closed_at = CASE WHEN t.stage_rank = 100 THEN t.headline_at END,
    variant = CASE WHEN t.stage_rank = 100 THEN coalesce(t.variant, '') ELSE p.variant END,
    custody_kind = CASE t.stage WHEN 'DELIVERED' THEN 'consignee' WHEN 'RETURNED' THEN 'sender' ELSE p.custody_kind END,
    custody_ref = CASE WHEN t.stage IN ('DELIVERED', 'RETURNED') THEN '' ELSE p.custody_ref END,
    version = p.version + 1
FROM jsonb_to_recordset(%s::jsonb) AS t (
         id bigint, stage text, stage_rank smallint, stage_at timestamptz, headline_at timestamptz, station bigint,
         first_event_at timestamptz, last_event_at timestamptz, county_at timestamptz, ready_at timestamptz, variant text)
WHERE p.id = t.id
  AND NOT (t.stage_rank = p.stage_rank AND t.headline_at IS NOT DISTINCT FROM p.headline_at)
  AND NOT (t.stage_rank = 100 AND t.headline_at <= coalesce(p.last_event_at, '-infinity'))
RETURNING p.id

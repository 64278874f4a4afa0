-- The fold of fold.py for many parcels at once, from all their events: a correction or a scan after the end may lie in
-- any month. Parameters: ids (bigint[]), closers. The parcels are locked by the caller.
WITH wanted AS (
    SELECT unnest(%(ids)s::bigint[]) AS parcel_id
), ev AS MATERIALIZED (
    SELECT e.parcel_id, e.occurred_at, e.rank, e.code, e.source_id, e.source_event_id, e.station_id, e.issue, e.variant,
           e.custody_kind, e.custody_ref, e.corrects_source, e.corrects_event
    FROM wanted w
    JOIN parcels_event e ON e.parcel_id = w.parcel_id
), live AS (
    SELECT ev.*,
           row_number() OVER walk AS n,
           max(CASE WHEN rank BETWEEN 20 AND 99 THEN 1 ELSE 0 END) OVER walk AS collected
    FROM ev
    WHERE code <> 'VOID'
      AND NOT EXISTS (
          SELECT 1 FROM ev v
          WHERE v.parcel_id = ev.parcel_id AND v.code = 'VOID'
            AND v.corrects_source = ev.source_id AND v.corrects_event = ev.source_event_id
      )
    WINDOW walk AS (
        PARTITION BY parcel_id
        ORDER BY occurred_at, rank, code COLLATE "C", source_id, source_event_id COLLATE "C"
        ROWS UNBOUNDED PRECEDING
    )
), counted AS (
    SELECT * FROM live WHERE NOT (code = 'CANCELLED' AND collected = 1)
), ending AS (
    SELECT parcel_id, min(n) AS n FROM counted WHERE rank = 100 GROUP BY parcel_id
), effective AS MATERIALIZED (
    SELECT c.*, t.n AS ended_at_n
    FROM counted c LEFT JOIN ending t USING (parcel_id)
    WHERE t.n IS NULL OR c.n <= t.n
), open_issue AS (
    SELECT i.parcel_id, array_agg(DISTINCT i.code) AS issues
    FROM effective i
    WHERE i.rank = -3 AND i.ended_at_n IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM effective c
          WHERE c.parcel_id = i.parcel_id AND c.n > i.n
            AND ((c.code = 'ISSUE_RESOLVED' AND c.issue = i.code)
                 OR i.code || '>' || c.code = ANY(%(closers)s::text[]))
      )
    GROUP BY i.parcel_id
), folded AS (
    SELECT parcel_id,
           min(occurred_at) AS first_event_at,
           max(occurred_at) AS last_event_at,
           max(rank) FILTER (WHERE rank >= 0) AS stage_rank,
           (array_agg(code ORDER BY rank DESC, n) FILTER (WHERE rank >= 0))[1] AS stage,
           (array_agg(occurred_at ORDER BY rank DESC, n) FILTER (WHERE rank >= 0))[1] AS stage_at,
           (array_agg(occurred_at ORDER BY rank DESC, n DESC) FILTER (WHERE rank >= 0))[1] AS headline_at,
           (array_agg(station_id ORDER BY rank DESC, n DESC) FILTER (WHERE rank >= 0))[1] AS station_id,
           (array_agg(custody_kind ORDER BY n DESC) FILTER (WHERE code = 'CUSTODY'))[1] AS custody_kind,
           (array_agg(custody_ref ORDER BY n DESC) FILTER (WHERE code = 'CUSTODY'))[1] AS custody_ref,
           min(occurred_at) FILTER (WHERE rank = 100) AS closed_at,
           min(variant) FILTER (WHERE rank = 100) AS variant,
           min(occurred_at) FILTER (WHERE code = 'AT_COUNTY') AS county_at,
           min(occurred_at) FILTER (WHERE code = 'READY_FOR_PICKUP') AS ready_at
    FROM effective
    GROUP BY parcel_id
), voided AS (
    SELECT DISTINCT parcel_id FROM ev WHERE code = 'VOID'
), target AS (
    SELECT w.parcel_id AS id,
           coalesce(f.stage, 'CREATED') AS stage,
           coalesce(f.stage_rank, 0) AS stage_rank,
           f.stage_at,
           coalesce(f.variant, '') AS variant,
           f.headline_at,
           f.station_id,
           coalesce((SELECT array_agg(i ORDER BY i COLLATE "C") FROM unnest(o.issues) i), '{}') AS issues,
           CASE f.stage WHEN 'DELIVERED' THEN 'consignee' WHEN 'RETURNED' THEN 'sender'
                        ELSE coalesce(f.custody_kind, '') END AS custody_kind,
           CASE WHEN f.stage IN ('DELIVERED', 'RETURNED') THEN '' ELSE coalesce(f.custody_ref, '') END AS custody_ref,
           f.closed_at,
           v.parcel_id IS NOT NULL AS corrected,
           f.first_event_at,
           f.last_event_at,
           f.county_at,
           f.ready_at
    FROM wanted w
    LEFT JOIN folded f USING (parcel_id)
    LEFT JOIN open_issue o USING (parcel_id)
    LEFT JOIN voided v USING (parcel_id)
)
UPDATE parcels_parcel p
SET stage = t.stage, stage_rank = t.stage_rank, stage_at = t.stage_at, variant = t.variant, headline_at = t.headline_at,
    station_id = t.station_id, issues = t.issues, custody_kind = t.custody_kind, custody_ref = t.custody_ref,
    closed_at = t.closed_at, corrected = t.corrected, first_event_at = t.first_event_at, last_event_at = t.last_event_at,
    county_at = t.county_at, ready_at = t.ready_at, version = p.version + 1
FROM target t
WHERE p.id = t.id

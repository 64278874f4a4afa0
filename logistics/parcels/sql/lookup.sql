-- Tier 0 of the public lookup: what a number alone may tell, as the JSON that goes out. $1, $2: spellings of the number.
-- Two scalars and corrections read once: with an array, or with corrections looked up for each event, the planner prefers
-- a fresh plan over all months for each request, which takes twenty times as long as the reading itself.
-- One row per (number, parcel). No names, phones, addresses, villages, goods, codes, couriers or positions.
-- The parcel's own dates bound the events, so that only the months it travelled in are opened; a VOID may lie later.
SELECT n.number, p.id, json_build_object(
    'direction', p.direction,
    'stage', p.stage,
    'stage_at', p.stage_at,
    'issues', p.issues,
    'last_event_at', p.last_event_at,
    'county', county.name,
    'township', CASE WHEN township.level = 9 THEN township.name END,
    'station', CASE WHEN p.direction = 'DOWN' AND s.id IS NOT NULL
        THEN json_build_object('name', s.name, 'hours', s.hours) END,
    'eta', CASE WHEN p.closed_at IS NULL AND p.eta_until IS NOT NULL
        THEN json_build_object('from', coalesce(p.eta_from, p.eta_until), 'until', p.eta_until) END,
    'carrier', CASE WHEN c.id IS NOT NULL THEN json_build_object('name', c.short_name, 'hotline', c.hotline) END,
    'events', (
        SELECT coalesce(json_agg(json_build_object(
            'at', e.occurred_at,
            'code', e.code,
            'issue', nullif(e.issue, ''),
            'place', CASE WHEN es.kind IN ('hub', 'township') THEN es.name END
        ) ORDER BY e.occurred_at, e.rank), '[]'::json)
        FROM parcels_event e LEFT JOIN registry_station es ON es.id = e.station_id
        WHERE e.parcel_id = p.id
          AND e.occurred_at >= p.first_event_at AND e.occurred_at <= p.last_event_at
          AND e.code NOT IN ('CUSTODY', 'VOID', 'NOTE')
          AND (e.code <> 'CANCELLED' OR p.stage = 'CANCELLED')
          AND (NOT p.corrected OR e.source_id || ':' || e.source_event_id <> ALL (voided.events))
    )
)::text
FROM parcels_parcelnumber n
JOIN parcels_parcel p ON p.id = n.parcel_id
LEFT JOIN registry_enterprise c ON c.id = p.carrier_id
LEFT JOIN registry_station s ON s.id = p.destination_station_id
LEFT JOIN regions_division county ON county.code = left(p.area, 6) || '000000'
LEFT JOIN regions_division township ON township.code = left(p.area, 9) || '000'
LEFT JOIN LATERAL (
    SELECT coalesce(array_agg(v.corrects_source || ':' || v.corrects_event), '{}') AS events
    FROM parcels_event v
    WHERE p.corrected AND v.parcel_id = p.id AND v.code = 'VOID'
) voided ON true
WHERE n.number IN ($1, $2)
ORDER BY p.id DESC
LIMIT 40

-- Tier 0 of the public lookup: what a number alone may tell, as the JSON that goes out. $1, $2: spellings of the number.
-- Two scalars: with an array the planner prefers a fresh plan for each request, which takes longer than the reading.
-- One row per (number, parcel). No names, phones, addresses, villages, goods, codes, couriers or positions.
-- The events come from parcels_public_events (migration 0004), bounded by the parcel's own dates.
SELECT n.number, p.id, json_build_object(
    'direction', p.direction,
    'stage', p.stage,
    'stage_at', p.stage_at,
    -- what only concerns whoever handles it (states.INTERNAL_ISSUES) is shown to nobody else
    'issues', array_remove(array_remove(p.issues, 'COUNT_MISMATCH'), 'SEAL_BROKEN'),
    'last_event_at', told.events -> -1 ->> 'at',  -- the newest line that this reader sees
    'county', county.name,
    'township', CASE WHEN township.level = 9 THEN township.name END,
    'station', CASE WHEN p.direction = 'DOWN' AND s.id IS NOT NULL
        THEN json_build_object('name', s.name, 'hours', s.hours) END,
    -- held by the station where it is to be collected, and not on its shelf yet
    'at_station', p.direction = 'DOWN' AND s.id IS NOT NULL AND (
        p.stage = 'TO_VILLAGE' AND p.custody_kind = 'station' AND p.custody_ref = s.code
        OR p.stage = 'AT_TOWN' AND p.station_id = s.id),
    -- of several pieces those that had come were collected, and the others are awaited
    'partly_collected', p.stage = 'READY_FOR_PICKUP' AND p.pieces > 1 AND (
        SELECT coalesce(bool_and(c.given_at IS NOT NULL), false) FROM parcels_parcelpiece c WHERE c.parcel_id = p.id),
    'eta', CASE WHEN p.closed_at IS NULL AND p.eta_until IS NOT NULL
        THEN json_build_object('from', coalesce(p.eta_from, p.eta_until), 'until', p.eta_until) END,
    'carrier', CASE WHEN c.id IS NOT NULL THEN json_build_object('name', c.short_name, 'hotline', c.hotline) END,
    -- on the shelf: which day of the county it is, and until when it is kept where it goes back by the clock
    'waits', CASE WHEN p.stage = 'READY_FOR_PICKUP' AND p.station_id IS NOT NULL THEN json_build_object(
        'day', 1 + (now() AT TIME ZONE 'Asia/Shanghai')::date - (p.ready_at AT TIME ZONE 'Asia/Shanghai')::date,
        'until', (SELECT t.due_at FROM parcels_timer t WHERE t.parcel_id = p.id AND t.kind = 'return'
                  AND t.fired_at IS NULL AND t.cancelled_at IS NULL)) END,
    -- another carrier goes on with it under a number of its own; asked for only where an event says so
    'successor', CASE WHEN told.events::text LIKE '%"FORWARDED"%' THEN (SELECT json_build_object('number', f.number, 'carrier', fc.short_name, 'hotline', fc.hotline)
                  FROM parcels_parcelnumber f LEFT JOIN registry_enterprise fc ON fc.id = f.carrier_id
                  WHERE f.parcel_id = p.id AND f.kind = 'successor' ORDER BY f.id DESC LIMIT 1) END,
    'events', told.events
)::text, n.generation > 0  -- of an earlier parcel: shown to nobody who does not prove to be its recipient
FROM parcels_parcelnumber n
JOIN parcels_parcel p ON p.id = n.parcel_id
LEFT JOIN registry_enterprise c ON c.id = p.carrier_id
LEFT JOIN registry_station s ON s.id = p.destination_station_id
LEFT JOIN regions_division county ON county.code = left(p.area, 6) || '000000'
LEFT JOIN regions_division township ON township.code = left(p.area, 9) || '000'
CROSS JOIN LATERAL (SELECT parcels_public_events(
    p.id, p.first_event_at, p.last_event_at, p.corrected, p.stage = 'CANCELLED') AS events
    OFFSET 0) told  -- OFFSET 0: else PostgreSQL writes the call into each of its three places and reads the events thrice
WHERE n.number IN ($1, $2)
ORDER BY p.id DESC
LIMIT 40

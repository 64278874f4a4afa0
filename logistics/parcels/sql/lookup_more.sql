-- What tier 1 adds to tier 0, for parcels whose digits were right. $1: ids of parcels. Masking is done by the reader.
SELECT p.id, p.waybill, p.variant,
    CASE WHEN village.level = 12 THEN village.name END AS village,
    s.name AS station_name, s.hours AS station_hours, s.address AS station_address,
    r.name AS recipient_name, 
    CASE WHEN r.relay <> '' THEN r.relay || '-' || r.extension ELSE r.phone END AS recipient_phone,
    (  -- a parcel of several pieces at the counter: how many there should be, lie there, were collected
        SELECT json_build_object('of', p.pieces, 'here', count(*) FILTER (WHERE c.given_at IS NULL),
                                 'given', count(*) FILTER (WHERE c.given_at IS NOT NULL))
        FROM parcels_parcelpiece c
        WHERE c.parcel_id = p.id AND p.pieces > 1 AND p.stage = 'READY_FOR_PICKUP'
        HAVING count(*) > 0
    ) AS pieces,
    (
        SELECT coalesce(json_agg(json_build_object(
            'at', e.occurred_at, 'code', e.code, 'issue', nullif(e.issue, ''), 'place', es.name, 'text', e.text
        ) ORDER BY e.occurred_at, e.rank), '[]'::json)
        FROM parcels_event e LEFT JOIN registry_station es ON es.id = e.station_id
        WHERE e.parcel_id = p.id
          AND e.occurred_at >= p.first_event_at AND e.occurred_at <= p.last_event_at
          AND e.code NOT IN ('CUSTODY', 'VOID', 'NOTE', 'COUNT_MISMATCH', 'SEAL_BROKEN')
          AND NOT (e.code = 'ISSUE_RESOLVED' AND e.issue IN ('COUNT_MISMATCH', 'SEAL_BROKEN'))
          AND (e.code <> 'CANCELLED' OR p.stage = 'CANCELLED')
          AND (NOT p.corrected OR e.source_id || ':' || e.source_event_id <> ALL (voided.events))
    ) AS events
FROM parcels_parcel p
LEFT JOIN registry_station s ON s.id = p.destination_station_id
LEFT JOIN regions_division village ON village.code = p.area
LEFT JOIN parcels_parcelcontact r ON r.parcel_id = p.id AND r.role = 'recipient'
LEFT JOIN LATERAL (
    SELECT coalesce(array_agg(v.corrects_source || ':' || v.corrects_event), '{}') AS events
    FROM parcels_event v
    WHERE p.corrected AND v.parcel_id = p.id AND v.code = 'VOID'
) voided ON true
WHERE p.id = ANY($1)
ORDER BY p.id DESC

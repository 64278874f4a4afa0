-- What tier 1 compares. The same statement, whether the number exists or not. $1: spellings of the number.
SELECT p.id, p.closed_at, k.role, k.tail_hash
FROM parcels_parcelnumber n
JOIN parcels_parcel p ON p.id = n.parcel_id
JOIN parcels_parcelcontact k ON k.parcel_id = p.id
WHERE n.number = ANY($1) AND k.tail_hash <> ''
LIMIT 16

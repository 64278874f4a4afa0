"""The data set: parcels of one county, ten events each, spread over twelve months. Made by PostgreSQL itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection

from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind, StationKind

COUNTY, TOWNSHIPS, VILLAGES = "620825000000", range(100, 120), range(201, 216)
STATIONS = 321  # one hub, 20 townships, 300 villages
CARRIERS = 8


@dataclass(frozen=True)
class Size:
    parcels: int

    @property
    def events(self) -> int:
        return self.parcels * 10


SMALL, FULL = Size(100_000), Size(1_000_000)

PLACES = """
INSERT INTO regions_division (code, prefix, level, kind, name, short_name, pinyin, initials, parent_id, repeats, illustrative, edited)
VALUES ('620000000000', '62', 2, 'province', '甘肃省', '甘肃', '', '', NULL, false, false, false),
       ('620800000000', '6208', 4, 'city', '平凉市', '平凉', '', '', '620000000000', false, false, false),
       ('620825000000', '620825', 6, 'county', '庄浪县', '庄浪', '', '', '620800000000', false, false, false);
INSERT INTO regions_division (code, prefix, level, kind, name, short_name, pinyin, initials, parent_id, repeats, illustrative, edited)
SELECT '620825' || t || '000', '620825' || t, 9, 'town', '镇' || t, '镇' || t, '', '', '620825000000', false, false, false
FROM generate_series(100, 119) t;
INSERT INTO regions_division (code, prefix, level, kind, name, short_name, pinyin, initials, parent_id, repeats, illustrative, edited)
SELECT '620825' || t || v, '620825' || t || v, 12, 'villagers', '村' || t || v, '村' || t || v, '', '', '620825' || t || '000', false, false, false
FROM generate_series(100, 119) t, generate_series(201, 215) v;
INSERT INTO parcels_eventsource (code, kind, name, created_at) VALUES ('system:bench', 'system', '', now())
"""

# Parcel n was registered n/parcels of the way through the last twelve months and scanned every five hours. Nine of ten
# are delivered (ten events); the tenth still waits on the shelf (its last event is a second scan there).
PARCELS = """
INSERT INTO parcels_parcel (waybill, direction, carrier_id, carrier_number, destination_id, area, destination_station_id, pieces, shelf, created_at,
    demo, stage, stage_rank, stage_at, variant, headline_at, station_id, issues, custody_kind, custody_ref, closed_at, corrected, first_event_at,
    last_event_at, county_at, ready_at, version)
SELECT 'B' || lpad(n::text, 10, '0'), 'DOWN', 1 + n %% 8, 'C' || lpad(n::text, 11, '0'), v.division_id, v.division_id, v.id, 1, '', t.at, false,
       CASE WHEN n %% 10 = 0 THEN 'READY_FOR_PICKUP' ELSE 'DELIVERED' END, CASE WHEN n %% 10 = 0 THEN 80 ELSE 100 END,
       t.at + CASE WHEN n %% 10 = 0 THEN interval '40 hours' ELSE interval '45 hours' END, CASE WHEN n %% 10 = 0 THEN '' ELSE 'SELF' END,
       t.at + interval '45 hours', v.id, '{}', CASE WHEN n %% 10 = 0 THEN '' ELSE 'consignee' END, '',
       CASE WHEN n %% 10 <> 0 THEN t.at + interval '45 hours' END, false, t.at, t.at + interval '45 hours', t.at + interval '15 hours',
       t.at + interval '40 hours', 10
FROM generate_series(1, %(parcels)s) n
JOIN LATERAL (SELECT %(start)s::timestamptz + n * (%(span)s::interval / %(parcels)s) AS at) t ON true
JOIN (SELECT id, division_id, row_number() OVER (ORDER BY id) - 1 AS k FROM registry_station WHERE kind = 'village') v ON v.k = n %% 300;
"""

NUMBERS = """
INSERT INTO parcels_parcelnumber (number, kind, carrier_id, parcel_id, added_at, generation) SELECT waybill, 'own', NULL, id, created_at, 0 FROM parcels_parcel;
INSERT INTO parcels_parcelnumber (number, kind, carrier_id, parcel_id, added_at, generation)
SELECT carrier_number, 'carrier', carrier_id, id, created_at, 0 FROM parcels_parcel;
"""

EVENTS = """
INSERT INTO parcels_event (id, occurred_at, offset_minutes, recorded_at, parcel_id, source_id, source_event_id, code, rank, station_id, actor, log_txid,
                           variant)
SELECT uuidv7(p.created_at + e.k * interval '5 hours' - now()), p.created_at + e.k * interval '5 hours', 480, p.created_at + e.k * interval '5 hours', p.id, s.id, p.id || '-' || e.k,
       CASE WHEN e.k = 9 AND p.closed_at IS NULL THEN 'READY_FOR_PICKUP' ELSE e.code END,
       CASE WHEN e.k = 9 AND p.closed_at IS NULL THEN 80 ELSE e.rank END, p.destination_station_id, 'system:bench', 3,
       CASE WHEN e.k = 9 AND p.closed_at IS NOT NULL THEN 'SELF' ELSE '' END
FROM parcels_parcel p, (SELECT id FROM parcels_eventsource WHERE code = 'system:bench') s,
     (VALUES (0, 'CREATED', 0), (1, 'COLLECTED', 20), (2, 'LINEHAUL', 30), (3, 'AT_COUNTY', 40), (4, 'BAGGED', 45), (5, 'TO_TOWN', 50),
             (6, 'AT_TOWN', 60), (7, 'TO_VILLAGE', 70), (8, 'READY_FOR_PICKUP', 80), (9, 'DELIVERED', 100)) e (k, code, rank)
WHERE p.id BETWEEN %(low)s AND %(high)s;
"""


def prepare(size: Size) -> None:
    """Make the data unless this database already has it."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM parcels_parcel WHERE waybill LIKE 'B%%'")
        if cursor.fetchone()[0] == size.parcels:
            return
        cursor.execute(
            "TRUNCATE parcels_event, parcels_eventkey, parcels_parcel, parcels_opentally, registry_station, registry_enterprise, regions_division CASCADE"
        )
        cursor.execute("SELECT setval(pg_get_serial_sequence('registry_enterprise', 'id'), 1, false)")
        cursor.execute("DELETE FROM parcels_eventsource WHERE false")
        cursor.execute("SELECT count(*) FROM parcels_eventsource WHERE code = 'system:bench'")
        if cursor.fetchone()[0]:
            cursor.execute("TRUNCATE parcels_eventsource CASCADE")
        for statement in PLACES.split(";\n"):
            cursor.execute(statement)
        _parties()
        cursor.execute(
            PARCELS,
            {
                "parcels": size.parcels,
                "start": dt.datetime.now(dt.UTC) - dt.timedelta(days=360),
                "span": dt.timedelta(days=350),
            },
        )
        for statement in NUMBERS.strip().rstrip(";").split(";\n"):
            cursor.execute(statement)
        step = 50_000
        cursor.execute("SELECT min(id) FROM parcels_parcel")
        first = cursor.fetchone()[0]
        for low in range(first, first + size.parcels, step):
            cursor.execute(EVENTS, {"low": low, "high": low + step - 1})
        cursor.execute("INSERT INTO parcels_eventkey SELECT source_id, source_event_id FROM parcels_event")
        cursor.execute("VACUUM ANALYZE")


def _parties() -> None:
    """Carriers c1, c2 … and stations HUB, T100 …, V100201 …, by the models: a new column brings its own default."""
    names = [f"快递{n}" for n in range(1, CARRIERS + 1)]
    Enterprise.objects.bulk_create(
        Enterprise(code=f"c{n}", name=name, short_name=name, kind=EnterpriseKind.CARRIER, division_id=COUNTY,
                   hotline="95500")
        for n, name in enumerate(names, 1)
    )  # fmt: skip
    hub = _station("HUB", "县级中心", StationKind.HUB, COUNTY, 9999)
    hub.save()
    towns = [_station(f"T{t}", f"乡镇站{t}", StationKind.TOWNSHIP, f"620825{t}000", 999, hub) for t in TOWNSHIPS]
    Station.objects.bulk_create(towns)
    Station.objects.bulk_create(
        _station(f"V{t}{v}", f"村级站{t}{v}", StationKind.VILLAGE, f"620825{t}{v}", 99, town)
        for t, town in zip(TOWNSHIPS, towns, strict=True)
        for v in VILLAGES
    )


def _station(code: str, name: str, kind: str, division: str, capacity: int, parent: Station | None = None) -> Station:
    return Station(code=code, name=name, kind=kind, division_id=division, parent=parent, hours="08:00-18:00",
                   capacity=capacity)  # fmt: skip

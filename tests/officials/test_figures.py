"""The figures of the officials' home, counted once more in plain SQL from the log and the parcels, each way apart."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from logistics.parcels.events import NewEvent
from logistics.parcels.models import DoorDelivery, Parcel
from logistics.parcels.selectors_county import county_figures, day_start
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import DoorProof, Issue, Stage
from tests.custody.conftest import COUNTY
from tests.officials.test_home import figures, listed

pytestmark = pytest.mark.django_db
LABELS = {
    "arrived": "到达县级中心", "sent_down": "发往乡镇", "shelved": "到站上架", "given_out": "站点取件",
    "at_doors": "上门签收", "signed": "企业报告签收", "upstream": "上行揽收",
}  # fmt: skip
# One row a figure: parcels with a standing event of this kind today.
TODAY = """
SELECT count(DISTINCT p.id) FROM parcels_parcel p JOIN parcels_event e ON e.parcel_id = p.id
WHERE e.code = %s AND p.direction = %s AND e.occurred_at >= %s
  AND NOT EXISTS (SELECT 1 FROM parcels_event v WHERE v.code = 'VOID' AND v.parcel_id = p.id
                  AND v.corrects_source = e.source_id AND v.corrects_event = e.source_event_id)
"""
DOOR = " AND EXISTS (SELECT 1 FROM parcels_doordelivery d WHERE d.parcel_id = p.id AND d.undone_at IS NULL)"
NO_DOOR, HERE, NOT_HERE = (
    DOOR.replace("AND EXISTS", "AND NOT EXISTS"),
    " AND e.station_id IS NOT NULL",
    " AND e.station_id IS NULL",
)
PLAIN = {
    "arrived": ("AT_COUNTY", "DOWN", ""), "sent_down": ("TO_TOWN", "DOWN", ""),
    "shelved": ("READY_FOR_PICKUP", "DOWN", ""), "given_out": ("DELIVERED", "DOWN", NO_DOOR + HERE),
    "at_doors": ("DELIVERED", "DOWN", DOOR), "signed": ("DELIVERED", "DOWN", NO_DOOR + NOT_HERE),
    "upstream": ("COLLECTED", "UP", ""),
}  # fmt: skip


def one(statement: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


@pytest.fixture
def day(counter, world):
    """Parcels on both ways, delivered in each way that there is, all in this moment."""
    now = timezone.now()

    def scan(parcel: Parcel, code, station=None):
        at = (now + dt.timedelta(microseconds=parcel.events.count())).isoformat()
        event = NewEvent(number=parcel.waybill, code=str(code), at=at, station=station.code if station else "")
        source = source_for(actor=COUNTY, now=now)
        assert record_events(events=[event], source=source, actor=COUNTY, now=now, vouched=True).accepted == 1

    def up() -> Parcel:
        return counter.parcel(direction="UP", destination_station="", origin_station=world.village.code)

    for end in ("station", "station", "door", "carrier"):
        parcel = counter.parcel()
        scan(parcel, Stage.AT_COUNTY, world.hub)
        scan(parcel, Stage.TO_TOWN, world.hub)
        scan(parcel, Stage.DELIVERED, world.village if end == "station" else None)
        if end == "door":
            DoorDelivery.objects.create(parcel=parcel, proof=DoorProof.CODE, at=timezone.now(), given_by="user:1")
    for _each in range(3):
        parcel = up()
        scan(parcel, Stage.COLLECTED, world.village)
        scan(parcel, Stage.DELIVERED)  # signed for in another city
    scan(counter.parcel(), Issue.DAMAGED, world.township_station)


def test_each_flow_is_what_plain_sql_counts(day, county_official):
    since = day_start(timezone.now())
    plain = {name: one(TODAY + more, code, way, since) for name, (code, way, more) in PLAIN.items()}
    assert plain == {
        "arrived": 4, "sent_down": 4, "shelved": 0, "given_out": 2, "at_doors": 1, "signed": 1, "upstream": 3,
    }  # fmt: skip
    shown = figures(county_official.client)
    assert {name: shown[label][0] for name, label in LABELS.items()} == plain
    assert {name: listed(county_official.client, shown[label][1]) for name, label in LABELS.items()} == plain


def test_the_comparison_adds_up_to_the_whole(day, county_official):
    found = county_figures(actor=county_official.actor(), now=timezone.now())
    for name in PLAIN:
        assert sum(part.flow[name] for part in found.parts.values()) == found.whole.flow[name], name
    for name in ("on_the_way", "overdue"):
        assert sum(getattr(part, name) for part in found.parts.values()) == getattr(found.whole, name)


def test_stock_and_issues_are_what_plain_sql_counts(day, county_official):
    found = county_figures(actor=county_official.actor(), now=timezone.now()).whole
    assert found.on_the_way == one("SELECT count(*) FROM parcels_parcel WHERE closed_at IS NULL")
    damaged = "SELECT count(*) FROM parcels_parcel WHERE closed_at IS NULL AND 'DAMAGED' = ANY(issues)"
    assert found.issues["DAMAGED"] == one(damaged) == 1

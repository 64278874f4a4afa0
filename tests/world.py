"""A small county with a neighbour, so that every test can ask both "may" and "must not see".

庄浪县 620825: hub → 水洛镇 station → 何马, 李庄 stations, and 南湖镇 station → 陈庄 station.
李庄 is a village of both townships, as it is in truth.
静宁县 620826: hub only. Carriers: 中通 (zto) and 圆通 (yto). Rows are made directly, without the services under test.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind, StationKind
from portal.regions.models import Division
from portal.regions.states import Kind, Level

PLACES = (
    # code, level, kind, name, short name, pinyin, initials, repeats
    ("620000000000", Level.PROVINCE, Kind.PROVINCE, "甘肃省", "甘肃", "gan su sheng", "gss", False),
    ("620800000000", Level.CITY, Kind.CITY, "平凉市", "平凉", "ping liang shi", "pls", False),
    ("620825000000", Level.COUNTY, Kind.COUNTY, "庄浪县", "庄浪", "zhuang lang xian", "zlx", False),
    ("620826000000", Level.COUNTY, Kind.COUNTY, "静宁县", "静宁", "jing ning xian", "jnx", False),
    ("620825100000", Level.TOWNSHIP, Kind.TOWN, "水洛镇", "水洛", "shui luo zhen", "slz", False),
    ("620825101000", Level.TOWNSHIP, Kind.TOWN, "南湖镇", "南湖", "nan hu zhen", "nhz", False),
    ("620826100000", Level.TOWNSHIP, Kind.TOWN, "城关镇", "城关", "cheng guan zhen", "cgz", False),
    ("620825100208", Level.VILLAGE, Kind.VILLAGERS, "何马村委会", "何马", "he ma cun wei hui", "hmcwh", False),
    ("620825100202", Level.VILLAGE, Kind.VILLAGERS, "李庄村委会", "李庄", "li zhuang cun wei hui", "lzcwh", True),
    ("620825101202", Level.VILLAGE, Kind.VILLAGERS, "陈庄村委会", "陈庄", "chen zhuang cun wei hui", "czcwh", False),
    ("620825101211", Level.VILLAGE, Kind.VILLAGERS, "李庄村委会", "李庄", "li zhuang cun wei hui", "lzcwh", True),
    ("620826100201", Level.VILLAGE, Kind.VILLAGERS, "阳坡村委会", "阳坡", "yang po cun wei hui", "ypcwh", False),
)  # fmt: skip
_PREFIX_LENGTHS = (2, 4, 6, 9)


@dataclass
class World:
    """The rows, by the names tests use. `village` is the keeper's, `village_next_door` the other keeper's."""

    county: Division
    neighbour_county: Division
    township: Division
    other_township: Division
    village_division: Division
    village_next_door_division: Division
    far_village_division: Division
    neighbour_village_division: Division
    hub: Station
    township_station: Station
    other_township_station: Station
    village: Station
    village_next_door: Station
    far_village: Station
    neighbour_hub: Station
    carrier: Enterprise
    other_carrier: Enterprise


def make_divisions() -> dict[str, Division]:
    made: dict[str, Division] = {}
    for code, level, kind, name, short_name, pinyin, initials, repeats in PLACES:
        parents = [code[:n].ljust(12, "0") for n in _PREFIX_LENGTHS if n < int(level)]
        made[code] = Division(
            code=code,
            prefix=code[: int(level)],
            level=level,
            kind=kind,
            name=name,
            short_name=short_name,
            pinyin=pinyin,
            initials=initials,
            repeats=repeats,
            parent=made[parents[-1]] if parents else None,
        )
    Division.objects.bulk_create(made.values())
    return made


def make_station(code, name, kind, division, parent=None, operator=None) -> Station:
    return Station.objects.create(
        code=code, name=name, kind=kind, division=division, parent=parent, operator=operator,
        address=f"{division.name}1号", hours="08:00-18:00", phone="0933-6620000",
        contact_name="马站长", contact_phone="+8613893300009",
    )  # fmt: skip


def make_carrier(code, name, kuaidi100, division) -> Enterprise:
    return Enterprise.objects.create(
        code=code, name=f"{name}快递庄浪分公司", short_name=name, kind=EnterpriseKind.CARRIER, division=division,
        kuaidi100_code=kuaidi100, hotline="95311",
    )  # fmt: skip


def make_world() -> World:
    place = make_divisions()
    county = place["620825000000"]
    carrier = make_carrier("zto", "中通", "zhongtong", county)
    other_carrier = make_carrier("yto", "圆通", "yuantong", county)
    hub = make_station("zl-hub", "庄浪县寄递物流中心", StationKind.HUB, county)
    shuiluo = make_station("zl-shuiluo", "水洛镇站", StationKind.TOWNSHIP, place["620825100000"], hub)
    nanhu = make_station("zl-nanhu", "南湖镇站", StationKind.TOWNSHIP, place["620825101000"], hub)
    village = StationKind.VILLAGE
    return World(
        county=county,
        neighbour_county=place["620826000000"],
        township=place["620825100000"],
        other_township=place["620825101000"],
        village_division=place["620825100208"],
        village_next_door_division=place["620825100202"],
        far_village_division=place["620825101202"],
        neighbour_village_division=place["620826100201"],
        hub=hub,
        township_station=shuiluo,
        other_township_station=nanhu,
        village=make_station("zl-hema", "何马村站", village, place["620825100208"], shuiluo),
        village_next_door=make_station("zl-lizhuang", "李庄村站", village, place["620825100202"], shuiluo),
        far_village=make_station("zl-chenzhuang", "陈庄村站", village, place["620825101202"], nanhu),
        neighbour_hub=make_station("jn-hub", "静宁县寄递物流中心", StationKind.HUB, place["620826000000"]),
        carrier=carrier,
        other_carrier=other_carrier,
    )


@pytest.fixture
def world(db) -> World:
    return make_world()

"""Enterprises and stations of the demo county. What is there already stays as it is."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from logistics.registry.models import Enterprise, Station
from logistics.registry.services.parties import create_enterprise, create_station
from logistics.registry.states import EnterpriseKind, State, StationKind
from portal.core.actor import system_actor
from portal.public.demo import cast
from portal.regions.models import Division
from portal.regions.states import Kind, Level

DEMO = system_actor("demo")
WHY = "演示数据"
VILLAGES_A_TOWNSHIP = 3
# An ellipse around the county's point that lies well inside its border.
SPREAD_EAST, SPREAD_NORTH = 0.17, 0.11
NEARBY = 0.025
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


@dataclass(slots=True)
class Network:
    """The stations by code, and for each village station its township's."""

    stations: dict[str, Station]
    villages: list[str]
    above: dict[str, str]
    made: int


def build(*, now: dt.datetime) -> Network:
    """Enterprises, hub, all townships, some sixty villages. Codes that exist are left alone, edited or not."""
    county = Division.objects.get(prefix=cast.COUNTY)
    made = _enterprises(county, now)
    known = set(Station.objects.values_list("code", flat=True))
    above: dict[str, str] = {}
    for code, parent, fields in _plan(county):
        if parent:
            above[code] = parent
        if code not in known:
            fields["parent"] = Station.objects.get(code=parent) if parent else None
            create_station(code=code, fields=fields, actor=DEMO, now=now, why=WHY, demo=True)
            made += 1
    stations = Station.objects.in_bulk([cast.HUB, *above], field_name="code")
    villages = [code for code in above if stations[code].kind == StationKind.VILLAGE]
    return Network(stations, villages, above, made)


def known() -> Network | None:
    """The demo county's stations as they are, or None when it was not loaded."""
    stations = {s.code: s for s in Station.objects.filter(demo=True).select_related("parent")}
    firms = Enterprise.objects.filter(code__in=[firm.code for firm in cast.CARRIERS]).count()
    villages = [code for code, s in stations.items() if s.kind == StationKind.VILLAGE and s.state == State.ACTIVE]
    if cast.HUB not in stations or firms < len(cast.CARRIERS) or not villages:
        return None
    above = {code: s.parent.code for code, s in stations.items() if s.parent is not None}
    return Network(stations, villages, above, 0)


def _enterprises(county: Division, now: dt.datetime) -> int:
    known = set(Enterprise.objects.values_list("code", flat=True))
    taken = set(Enterprise.objects.values_list("kuaidi100_code", flat=True))
    wanted = [
        (firm.code, {
            "name": f"{firm.short}快递庄浪网点(演示)", "short_name": f"{firm.short}(演示)",
            "kind": EnterpriseKind.CARRIER,
            "division": county, "hotline": firm.hotline,
            "kuaidi100_code": "" if firm.kuaidi100 in taken else firm.kuaidi100,
        })
        for firm in cast.CARRIERS
    ]  # fmt: skip
    code, name, short = cast.BUS
    wanted.append((code, {"name": name, "short_name": short, "kind": EnterpriseKind.BUS, "division": county}))
    fresh = [(code, fields) for code, fields in wanted if code not in known]
    for code, fields in fresh:
        create_enterprise(code=code, fields=fields, actor=DEMO, now=now, why=WHY, demo=True)
    return len(fresh)


def _plan(county: Division) -> Iterator[tuple[str, str, dict]]:
    """(code, parent's code, fields) of every station, parents first."""
    centre = (float(county.longitude), float(county.latitude))
    yield cast.HUB, "", _fields(county, StationKind.HUB, "庄浪县寄递物流中心(演示)", centre, 8000, "07:00-21:00", 0)
    townships = list(Division.objects.filter(prefix__startswith=cast.COUNTY, level=Level.TOWNSHIP).order_by("code"))
    for n, town in enumerate(townships):
        at = _spiral(centre, n, len(townships))
        code = cast.township_station(town.prefix)
        yield code, cast.HUB, _fields(town, StationKind.TOWNSHIP, f"{town.name}站(演示)", at, 600, "08:00-19:00", n + 1)
        for village in _villages(town):
            name = f"{town.name}{village.short_name}站(演示)"
            near = _near(at, village.code)
            n = int(village.prefix[6:]) % 900 + 50
            fields = _fields(village, StationKind.VILLAGE, name, near, 120, "08:30-18:30", n)
            yield cast.village_station(village.prefix), code, fields


def _villages(town: Division) -> list[Division]:
    rows = list(Division.objects.filter(parent=town, kind=Kind.VILLAGERS).order_by("code"))
    wanted = [v for v in rows if v.prefix in (cast.HOME_VILLAGE, cast.NEXT_VILLAGE)]
    rest = [v for v in rows if v not in wanted]
    count = min(VILLAGES_A_TOWNSHIP + len(wanted), len(rows)) - len(wanted)
    return sorted([*wanted, *_random(town.code).sample(rest, count)], key=lambda v: v.code)


def _fields(
    place: Division, kind: StationKind, name: str, at: tuple[float, float], capacity: int, hours: str, n: int
) -> dict:
    longitude, latitude = (Decimal(f"{value:.6f}") for value in at)
    return {
        "kind": kind, "division": place, "name": name, "longitude": longitude, "latitude": latitude,
        "illustrative": True, "address": f"{place.name}(示意)", "hours": hours, "capacity": capacity,
        "phone": f"0933-000{n:04d}",
    }  # fmt: skip


def _spiral(centre: tuple[float, float], n: int, count: int) -> tuple[float, float]:
    """Evenly over the ellipse, the same at every load."""
    reach, angle = math.sqrt((n + 0.5) / count), n * GOLDEN_ANGLE
    return centre[0] + SPREAD_EAST * reach * math.cos(angle), centre[1] + SPREAD_NORTH * reach * math.sin(angle)


def _near(centre: tuple[float, float], seed: str) -> tuple[float, float]:
    rng = _random(seed)
    return centre[0] + rng.uniform(-NEARBY, NEARBY), centre[1] + rng.uniform(-NEARBY, NEARBY) * 0.8


def _random(seed: str) -> random.Random:
    return random.Random(f"demo:{seed}")  # noqa: S311  a picture, not a secret

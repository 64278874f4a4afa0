"""Reads the national register of divisions shipped under data/divisions (README there names source and licence)."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput, NotFound
from portal.regions import codes, names
from portal.regions.codes import Code
from portal.regions.states import Level

FOLDER = Path(settings.BASE_DIR) / "data" / "divisions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the register, ready to be stored."""

    code: Code
    name: str
    parent: str | None  # 12 digits
    longitude: Decimal | None = None
    latitude: Decimal | None = None

    def as_row(self) -> dict:
        short = names.short_name(self.name, self.code.level)
        return {
            "code": self.code.text,
            "prefix": self.code.prefix,
            "level": int(self.code.level),
            "kind": self.code.kind.value,
            "name": self.name,
            "short_name": short,
            "pinyin": names.pinyin(short),
            "initials": names.initials(short),
            "parent_id": self.parent,
            "longitude": str(self.longitude) if self.longitude is not None else None,
            "latitude": str(self.latitude) if self.latitude is not None else None,
        }


def higher_levels(folder: Path = FOLDER) -> Iterator[Entry]:
    """All provinces, cities and counties of the country: parcels come from and go to every one of them."""
    points = _points(folder)
    for file in ("provinces.csv", "cities.csv", "areas.csv"):
        for text, name in _rows(folder / file):
            code = codes.parse(text)
            if code.level < len(text):
                continue  # a city without counties is listed again as its own county
            longitude, latitude = points.get(code.text, (None, None))
            yield Entry(code, name, codes.pad(code.parent_prefix) if code.parent_prefix else None, longitude, latitude)


def inside(county: Code, folder: Path = FOLDER) -> Iterator[Entry]:
    """Townships and villages of a county. Raises NotFound when the register has none for it."""
    lower = county.prefix.ljust(int(Level.COUNTY), "0")
    townships = [row for row in _rows(folder / "townships.csv.gz") if row[0].startswith(lower)]
    if not townships:
        raise NotFound(
            _("国家统计局区划数据中没有 %(code)s。") % {"code": lower},
            code="county_not_in_register",
            hint=_("请核对 6 位县级代码；港澳台地区不在这份数据中。"),
        )
    villages = _rows(folder / "villages" / f"{lower[:2]}.csv.gz")
    for text, name in [*townships, *(row for row in villages if row[0].startswith(lower))]:
        code = codes.parse(text)
        if code.level == len(text):  # the rest are fillers numbered 000 for places nobody surveyed
            parent = text[: int(Level.TOWNSHIP)] if code.level == Level.VILLAGE else county.prefix
            yield Entry(code, name, codes.pad(parent))


def _points(folder: Path) -> dict[str, tuple[Decimal, Decimal]]:
    with (folder / "points-county.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["adcode"]: (Decimal(row["longitude"]), Decimal(row["latitude"]))
            for row in csv.DictReader(file)
            if row["longitude"] and row["latitude"]
        }


def _rows(path: Path) -> list[tuple[str, str]]:
    """(code, name) pairs of a CSV file, gzipped or not. Raises BadInput when the file is not there."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(
            _("缺少区划数据文件 %(name)s。") % {"name": path.name},
            code="register_missing",
            hint=_("请恢复 data/divisions 目录后重试。"),
        ) from None
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return [(row["code"], row["name"]) for row in csv.DictReader(text.splitlines())]

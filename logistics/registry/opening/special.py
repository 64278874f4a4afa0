"""Days with hours of their own: the country market and the harvest.

A market is written `逢3、8` (days of the month that end so), `逢3、13、23` (with a number above ten: these very days),
`农历逢一、六` (by the lunar calendar) or `每周三、周六`; hours may follow: `农历逢3、8 06:30-19:00`. A harvest is
months or dates with hours: `5-6月 06:00-21:00；9月15日-10月10日 06:00-20:00`. Several are parted by `；`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from lunar_python import Solar

from logistics.registry.opening.week import Span, days_named, read_spans, squeeze

_DIGITS = "〇一二三四五六七八九十"
_NUMBER = rf"(?:\d{{1,2}}|[{_DIGITS[1:]}])"
_MARKET = re.compile(
    rf"(?P<moon>农历|阴历|公历|阳历)?(?:每月)?(?:逢(?P<ends>{_NUMBER}(?:[、,和逢]+{_NUMBER})*)[日号]?"
    r"|(?P<days>(?:每)?(?:周|星期|礼拜)[一二三四五六日天](?:[、,和](?:周|星期|礼拜)?[一二三四五六日天])*))"
    r"(?:[赶逢]?集|为?集日)?"
)
_MONTHS = re.compile(r"(?P<a>\d{1,2})月?(?:(?:-|至|到)(?P<b>\d{1,2}))?月")
_DATES = re.compile(r"(?P<m1>\d{1,2})月(?P<d1>\d{1,2})[日号]?(?:-|至|到)(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})[日号]?")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEAR = 12


@lru_cache(maxsize=4096)
def lunar_day(day: dt.date) -> int:
    """Day of the lunar month, 1 to 30 (GB/T 33661-2017)."""
    return int(Solar.fromYmd(day.year, day.month, day.day).getLunar().getDay())


@dataclass(frozen=True, slots=True)
class Special:
    """Days on which `spans` hold instead of the ordinary hours; without spans the hours stay as they are.

    `month_days` are days of the month, solar or by the `moon`; `weekdays` 0 is Monday; `season` two (month, day).
    """

    spans: tuple[Span, ...] = ()
    month_days: frozenset[int] = frozenset()
    moon: bool = False
    weekdays: frozenset[int] = frozenset()
    season: tuple[tuple[int, int], tuple[int, int]] | None = None

    def holds(self, day: dt.date) -> bool:
        if self.season is not None:
            first, last = self.season
            at = (day.month, day.day)
            return first <= at <= last if first <= last else at >= first or at <= last
        if self.weekdays:
            return day.weekday() in self.weekdays
        return (lunar_day(day) if self.moon else day.day) in self.month_days


@lru_cache(maxsize=1024)
def read_market(text: str) -> tuple[Special, ...] | None:
    """The market days that `text` names, () for an empty one, None when it says something unknown."""
    return _read(text, _market)


@lru_cache(maxsize=1024)
def read_harvest(text: str) -> tuple[Special, ...] | None:
    """As read_market, of harvest seasons. Each needs hours: a season without them says nothing."""
    return _read(text, _season)


def _read(text: str, one) -> tuple[Special, ...] | None:
    found: list[Special] = []
    parted = re.sub(r"(?<=\d)\s+(?=\d)", "|", unicodedata.normalize("NFKC", text))  # 逢1、6 06:30: no 606:30
    for part in filter(None, re.split("[;。]", squeeze(parted))):
        special = one(part)
        if special is None:
            return None
        found.append(special)
    return tuple(found)


def _market(part: str) -> Special | None:
    match = _MARKET.match(part)
    spans = read_spans(part[match.end() :].replace("|", ",")) if match else None
    if match is None or spans is None:
        return None
    if match["days"]:
        return None if match["moon"] else Special(spans, weekdays=frozenset(days_named(match["days"])))
    days = _month_days([_number(word) for word in re.findall(_NUMBER, match["ends"])])
    moon = match["moon"] in ("农历", "阴历")
    return Special(spans, month_days=days, moon=moon) if days else None


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _DIGITS.index(word)


def _month_days(numbers: list[int]) -> frozenset[int]:
    """`逢3、8` is each day that ends in 3 or 8; with a number above ten among them they are the very days."""
    if any(not 0 <= number <= 31 for number in numbers):
        return frozenset()
    if max(numbers) > 10:
        return frozenset(numbers)
    return frozenset(day for day in range(1, 32) if day % 10 in {number % 10 for number in numbers})


def _season(part: str) -> Special | None:
    match = _DATES.match(part) or _MONTHS.match(part)
    spans = read_spans(part[match.end() :].replace("|", ",")) if match else None
    if match is None or not spans:
        return None
    season = _dates(match) if "m1" in match.groupdict() else _months(match)
    return Special(spans, season=season) if season else None


def _months(match: re.Match[str]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    first, last = int(match["a"]), int(match["b"] or match["a"])
    if not (1 <= first <= _YEAR and 1 <= last <= _YEAR):
        return None
    return (first, 1), (last, _LONGEST[last - 1])


def _dates(match: re.Match[str]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    first = int(match["m1"]), int(match["d1"])
    last = int(match["m2"] or match["m1"]), int(match["d2"])
    whole = all(1 <= month <= _YEAR and 1 <= day <= _LONGEST[month - 1] for month, day in (first, last))
    return (first, last) if whole else None

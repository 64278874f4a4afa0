"""The ordinary week.

Understood are spans (`08:30-18:30`, `8点半至18点`, `上午8:00-12:00，下午2:00-6:00`), days in front of them (`周一至周五
08:00-18:00；周六 09:00-12:00`, `工作日`, `周末`, `每天`), days off (`周日休息`) and `24小时`. A span that ends before
it begins goes on after midnight.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

DAY = 24 * 60
Span = tuple[int, int]  # minutes since midnight, from and until; beyond DAY: into the next day
Week = tuple[tuple[Span, ...], ...]  # Monday first

_DAYS = "一二三四五六日"
_DAY = r"(?:周|星期|礼拜)?[一二三四五六日天]"
_DAY_RANGE = rf"(?:周|星期|礼拜)[一二三四五六日天](?:(?:至|到|-){_DAY}|(?:[、和]{_DAY})*)"
_WHEN = rf"每天|每日|工作日|周末|{_DAY_RANGE}"
_TIME = r"(?:早上|上午|中午|下午|晚上)?\d{1,2}(?::\d{2}|点半|[点时](?:\d{1,2}分?)?)"
_SPAN = rf"{_TIME}(?:-|至|到){_TIME}"
_OFF = r"休息|不营业|关门"
_ALWAYS = r"(?:全天)?24小时(?:营业)?|全天(?:营业)?"
_PART = re.compile(
    rf"(?P<when>{_WHEN})|(?P<span>{_SPAN})|(?P<off>{_OFF})|(?P<always>{_ALWAYS})|(?P<gap>[,;、:和。]|营业)"
)
_DASHES = str.maketrans({"~": "-", "—": "-", "–": "-", "―": "-", "−": "-", "～": "-", "一": "一"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether it is open at a moment, and when that changes next (None: not within a week)."""

    open: bool
    changes: dt.datetime | None


@lru_cache(maxsize=1024)
def read_hours(text: str) -> Week | None:
    """The week that `text` describes; None when it is empty or says something this grammar does not know."""
    squeezed = squeeze(text)
    week: list[tuple[Span, ...] | None] = [None] * 7
    days: range | list[int] = range(7)
    at, fresh = 0, True  # `fresh`: the days named last have no hours yet
    while at < len(squeezed):
        part = _PART.match(squeezed, at)
        if part is None:
            return None
        at = part.end()
        if part["when"]:
            days, fresh = _days(part["when"]), True
        elif not part["gap"]:
            spans = _spans(part)
            if spans is None:
                return None
            for day in days:
                week[day] = spans if fresh else (*(week[day] or ()), *spans)
            fresh = False
    if all(spans is None for spans in week) or (fresh and len(days) < 7):
        return None
    off_only = all(not spans for spans in week if spans is not None)
    if off_only:
        return None  # only the day off is named: the hours of the others are not known
    return tuple(tuple(sorted(spans or ())) for spans in week)


def squeeze(text: str) -> str:
    """The text in the one spelling that is read: half-width, no blanks, one kind of dash."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_DASHES)


def unread_part(text: str) -> str:
    """From where on the text can't be read; empty when every word of it is known."""
    squeezed, at = squeeze(text), 0
    while at < len(squeezed):
        part = _PART.match(squeezed, at)
        if part is None or (part["span"] and _spans(part) is None):
            return squeezed[at:]
        at = part.end()
    return ""


def read_spans(squeezed: str) -> tuple[Span, ...] | None:
    """Spans of one day, without any day in front; None when there is anything else."""
    found: tuple[Span, ...] = ()
    at = 0
    while at < len(squeezed):
        part = _PART.match(squeezed, at)
        if part is None or part["when"] or part["off"]:
            return None
        at = part.end()
        if not part["gap"]:
            spans = _spans(part)
            if spans is None:
                return None
            found += spans
    return tuple(sorted(found))


def clock(minutes: int) -> str:
    """510 → 08:30; 1440 → 24:00; beyond that the time of the next day."""
    return f"{(minutes if minutes <= DAY else minutes - DAY) // 60:02d}:{minutes % 60:02d}"


def days_named(text: str) -> list[int]:
    """周三、六 → [2, 5]; Monday is 0."""
    return [_DAYS.index(c) for c in re.sub("周|星期|礼拜|每", "", text).replace("天", "日") if c in _DAYS]


def _days(text: str) -> range | list[int]:
    if text in ("每天", "每日"):
        return range(7)
    if text == "工作日":
        return range(5)
    if text == "周末":
        return range(5, 7)
    named = days_named(text)
    if not re.search("至|到|-", text):
        return named
    first, last = named
    return [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]


def _spans(part: re.Match[str]) -> tuple[Span, ...] | None:
    if part["off"]:
        return ()
    if part["always"]:
        return ((0, DAY),)
    first, last = re.findall(_TIME, part["span"])
    start, end = _minutes(first), _minutes(last)
    if start is None or end is None or start == end or start >= DAY:
        return None
    if first[0] in "早上中下晚" and last[0].isdigit() and end < start:
        # 下午2:00-6:00 ends at 18:00; 上午8:00-6:00 could mean either, so it means nothing.
        if first[:2] in ("下午", "晚上") and end + DAY // 2 > start:
            end += DAY // 2
        elif first[:2] != "晚上":
            return None
    return ((start, end if end > start else end + DAY),)


def _minutes(text: str) -> int | None:
    found = re.fullmatch(r"(早上|上午|中午|下午|晚上)?(\d{1,2})(?::(\d{2})|点(半)|[点时](\d{1,2})?分?)", text)
    if found is None:
        return None
    hour, minute = int(found[2]), 30 if found[4] else int(found[3] or found[5] or 0)
    if found[1] in ("下午", "晚上") and hour < 12:
        hour += 12
    total = hour * 60 + minute
    return total if minute < 60 and total <= DAY else None

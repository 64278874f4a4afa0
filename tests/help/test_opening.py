"""Hours as people write them, read as a week: understood in full, or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.registry.opening import DAY, clock, read_hours, standing
from portal.core.clock import COUNTY_TIME

EIGHT, NOON, TWO, SIX = 8 * 60, 12 * 60, 14 * 60, 18 * 60
DAILY, OFF = ((EIGHT, SIX),), ()


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """`day` counts from Monday 23 November 2026."""
    return dt.datetime(2026, 11, 23 + day, hour, minute, tzinfo=COUNTY_TIME)


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("08:00-18:00", (DAILY,) * 7),
        ("８：００～１８：００", (DAILY,) * 7),
        ("每天 8点至18点", (DAILY,) * 7),
        ("早上8点到晚上6点", (DAILY,) * 7),
        ("营业:8时-18时", (DAILY,) * 7),
        ("上午8:00-12:00，下午2:00-6:00", (((EIGHT, NOON), (TWO, SIX)),) * 7),
        ("下午2:00-6:00", (((TWO, SIX),),) * 7),
        ("晚上8:00-6:00", (((20 * 60, 30 * 60),),) * 7),
        ("08:00—12:00 14:00—18:00", (((EIGHT, NOON), (TWO, SIX)),) * 7),
        ("周一至周五 08:00-18:00", (DAILY,) * 5 + (OFF,) * 2),
        ("工作日08:00-18:00；周末休息", (DAILY,) * 5 + (OFF,) * 2),
        ("每天08:00-18:00，周日休息", (DAILY,) * 6 + (OFF,)),
        ("周一到周六 8:00-18:00；周日 8:00-12:00", (DAILY,) * 6 + (((EIGHT, NOON),),)),
        ("星期一、三、五 08:00-18:00", (DAILY, OFF, DAILY, OFF, DAILY, OFF, OFF)),
        ("周六至周一 08:00-18:00", (DAILY, OFF, OFF, OFF, OFF, DAILY, DAILY)),
        ("24小时", (((0, DAY),),) * 7),
        ("全天营业", (((0, DAY),),) * 7),
        ("20:00-6:00", (((20 * 60, 30 * 60),),) * 7),
        ("8点半-18点30分", (((510, 1110),),) * 7),
        ("00:00-24:00", (((0, DAY),),) * 7),
    ],
)
def test_hours_that_are_understood(text, week):
    assert read_hours(text) == week


@pytest.mark.parametrize(
    "text",
    ["", "逢集营业", "08:00", "8-18", "赶集日 08:00-18:00", "周日休息", "25:00-26:00", "08:75-09:00",
     "08:00-18:00 节假日除外", "周一至周五", "08:00-08:00", "请先打电话", "1" * 80, "上午8:00-6:00"],
)  # fmt: skip
def test_what_is_not_understood_is_not_guessed(text):
    assert read_hours(text) is None


@pytest.mark.parametrize(
    ("text", "moment", "is_open", "changes"),
    [
        ("08:00-18:00", at(0, 7, 59), False, at(0, 8)),
        ("08:00-18:00", at(0, 8), True, at(0, 18)),
        ("08:00-18:00", at(0, 18), False, at(1, 8)),
        ("工作日08:00-18:00", at(4, 20), False, at(7, 8)),
        ("20:00-06:00", at(1, 2), True, at(1, 6)),
        ("20:00-06:00", at(1, 6), False, at(1, 20)),
        ("24小时", at(1, 0), True, None),
        ("周一至周五 24小时", at(0, 3), True, at(5, 0)),
    ],
)
def test_open_or_not(text, moment, is_open, changes):
    now = standing(read_hours(text), moment)
    assert (now.open, now.changes) == (is_open, changes)


def test_the_county_has_one_time_wherever_the_server_stands():
    elsewhere = at(0, 8).astimezone(dt.UTC)
    assert standing(read_hours("08:00-18:00"), elsewhere).open


@given(st.text(alphabet="周一至五日08:-,；休息24小时点半上午下 ", max_size=30))
def test_any_text_is_read_or_refused(text):
    week = read_hours(text)
    assert week is None or (len(week) == 7 and all(0 <= a < b <= 2 * DAY for spans in week for a, b in spans))


@given(st.integers(0, DAY - 1), st.integers(1, DAY), st.integers(0, 7 * DAY - 1))
def test_a_written_span_is_read_back(start, end, minute):
    if start == end:
        return
    week = read_hours(f"{clock(start)}-{clock(end)}")
    until = end if end > start else end + DAY
    assert week == (((start, until),),) * 7
    moment = at(0, 0) + dt.timedelta(minutes=minute)
    inside = any(start <= minute % DAY + shift < until for shift in (0, DAY))
    assert standing(week, moment).open == inside

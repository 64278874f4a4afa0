"""A year's days as an official types them."""

import datetime as dt

import pytest

from portal.workdays.notation import BadLine, read_days, write_days
from portal.workdays.notices import NOTICES
from portal.workdays.services import days_of_notice


def test_days_and_spans_are_read():
    days = read_days("01-01 至 01-03 放假 元旦\n\n２月１４日 上班\n2027/10/01～10/07 放假 国庆节", 2027)
    assert len(days) == 3 + 1 + 7
    assert days[dt.date(2027, 1, 2)] == ("off", "元旦")
    assert days[dt.date(2027, 2, 14)][0] == "work"


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: str(notice.year))
def test_what_is_written_is_read_the_same(notice):
    days = days_of_notice(notice)
    assert read_days(write_days(days), notice.year) == days


@pytest.mark.parametrize(
    "line", ["明天放假", "02-30 放假 春节", "10-07 至 10-01 放假 国庆", "01-01 至 03-01 放假 冬眠", "<b> 放假"]
)
def test_a_line_that_cannot_be_read_is_named(line):
    with pytest.raises(BadLine, match="bad_calendar_line") as refused:
        read_days(f"01-01 放假 元旦\n{line}", 2027)
    assert "2" in str(refused.value.message)

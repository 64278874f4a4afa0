"""Terms in working days, over the days off that were really published."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from portal.audit.models import AuditEntry
from portal.core.actor import system_actor
from portal.core.errors import Forbidden
from portal.workdays.models import PublishedYear, SpecialDay
from portal.workdays.selectors import Due, calendar, due_after, first_unpublished
from portal.workdays.services import BadCalendar, publish_year, seed_years

NOW = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)
SYSTEM = system_actor("test")
NEXT_YEAR = {dt.date(2027, 1, 1): ("off", "元旦")}


@pytest.fixture
def published(db):
    seed_years(actor=SYSTEM, now=NOW)


def enter(actor=SYSTEM, *, days=NEXT_YEAR, year=2027, source="通知", why="新一年"):
    return publish_year(
        year=year, source=source, published_on=dt.date(2026, 11, 20), days=days, actor=actor, now=NOW, why=why
    )  # fmt: skip


def test_a_term_passes_over_weekends(published):
    assert due_after(start=dt.date(2026, 11, 20), days=5) == Due(dt.date(2026, 11, 27), certain=True)


def test_a_term_of_no_days_ends_the_same_day(published):
    assert due_after(start=dt.date(2026, 11, 21), days=0).day == dt.date(2026, 11, 21)


def test_a_negative_term_is_a_mistake_of_the_program(db):
    with pytest.raises(ValueError, match="negative"):
        due_after(start=dt.date(2026, 11, 21), days=-1)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # National Day 2026: off 1–7 October, Saturday the 10th is worked.
        ((2026, 9, 30), 1, (2026, 10, 8)),
        ((2026, 9, 30), 3, (2026, 10, 10)),
        ((2026, 9, 30), 4, (2026, 10, 12)),
        # Spring Festival 2026: Saturdays 14 and 28 February are worked, 15–23 off.
        ((2026, 2, 13), 1, (2026, 2, 14)),
        ((2026, 2, 13), 2, (2026, 2, 24)),
        ((2026, 2, 13), 6, (2026, 2, 28)),
    ],
)
def test_a_term_knows_holidays_and_the_days_made_up_for_them(published, start, days, due):
    assert due_after(start=dt.date(*start), days=days) == Due(dt.date(*due), certain=True)


def test_a_term_into_a_year_not_published_yet_says_so(published):
    due = due_after(start=dt.date(2026, 12, 25), days=20)
    assert not due.certain
    assert due.day == dt.date(2027, 1, 22)  # counted Monday to Friday for the time being


def test_publishing_the_year_makes_the_term_certain(published):
    enter()
    assert due_after(start=dt.date(2026, 12, 25), days=20) == Due(dt.date(2027, 1, 25), certain=True)


def test_working_days_between_two_dates(published):
    october = calendar(start=dt.date(2026, 9, 1), end=dt.date(2026, 10, 31))
    assert october.between(start=dt.date(2026, 9, 30), end=dt.date(2026, 10, 12)) == 4
    assert october.between(start=dt.date(2026, 10, 12), end=dt.date(2026, 9, 30)) == -4


def test_the_first_year_that_is_not_published(published):
    assert first_unpublished(after=dt.date(2026, 11, 22)) == 2027
    enter()
    assert first_unpublished(after=dt.date(2026, 11, 22)) == 2028


def test_every_year_counts_the_working_days_its_notice_left(published):
    """Days of the year less weekends and days off on weekdays, plus weekends worked: 248 in 2025 and in 2026."""
    for year in (2025, 2026):
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        found = calendar(start=first, end=last).between(start=first - dt.timedelta(days=1), end=last)
        assert found == 248


def test_seeding_again_keeps_what_officials_changed(published):
    enter(year=2026, days={dt.date(2026, 5, 1): ("off", "劳动节")})
    assert seed_years(actor=SYSTEM, now=NOW) == 0
    assert SpecialDay.objects.filter(year=2026).count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"source": " "}, "source"),
        ({"why": ""}, "why"),
        ({"days": {dt.date(2026, 1, 1): ("off", "元旦")}}, "days"),
        ({"days": {dt.date(2027, 1, 4): ("work", "上班")}}, "days"),  # a Monday
        ({"days": {dt.date(2027, 1, 1): ("holiday", "元旦")}}, "days"),
    ],
)
def test_a_wrong_calendar_is_refused_and_nothing_is_kept(published, wrong, field):
    with pytest.raises(BadCalendar) as refused:
        enter(**wrong)
    assert field in refused.value.fields
    assert not PublishedYear.objects.filter(year=2027).exists()


def test_entering_a_year_needs_the_permission_and_is_audited(published, county_official, township_official):
    with pytest.raises(Forbidden):
        enter(township_official.actor())
    enter(county_official.actor(), why="国务院已公布")
    entry = AuditEntry.objects.get(action="workdays.published", object_id="2027")
    assert entry.why == "国务院已公布"
    assert entry.after == {"2027-01-01": "off"}


def test_the_database_refuses_a_day_in_the_wrong_year(published):
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialDay.objects.create(day=dt.date(2025, 5, 2), year_id=2026, kind="off", name="错")

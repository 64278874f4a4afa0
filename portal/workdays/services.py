"""Keeping the calendar of working days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput
from portal.workdays.models import PublishedYear, SpecialDay
from portal.workdays.notices import NOTICES, Notice
from portal.workdays.states import DayKind

SATURDAY = 5
NEEDS = "calendar.edit"
Days = Mapping[dt.date, tuple[str, str]]  # day → kind, name


class BadCalendar(BadInput):
    code = "bad_calendar"
    message = _("日历有误。")
    hint = _("请对照国务院办公厅的通知核对后重新提交。")


@transaction.atomic
def publish_year(
    *, year: int, source: str, published_on: dt.date, days: Days, actor: Actor, now: dt.datetime, why: str
) -> PublishedYear:
    """Enter, or enter anew, the days of one year that differ from their weekday.

    Raises Forbidden without CALENDAR_EDIT, BadCalendar for a day of another year, a working day that works anyway,
    a missing source or reason.
    """
    demand(actor).require(NEEDS)
    _require_whole(year, source, days, why)
    before = _days_of(year)
    row, _made = PublishedYear.objects.update_or_create(
        year=year, defaults={"source": source.strip(), "published_on": published_on}
    )
    row.days.all().delete()
    SpecialDay.objects.bulk_create(
        SpecialDay(day=day, year=row, kind=kind, name=name.strip()) for day, (kind, name) in sorted(days.items())
    )
    record(
        actor=actor, now=now, action="workdays.published", target=row, before=before, after=_days_of(year), why=why
    )  # fmt: skip
    return row


def seed_years(*, actor: Actor, now: dt.datetime) -> int:
    """Enter the notices the portal comes with, where the year is missing. Returns how many were entered."""
    known = set(PublishedYear.objects.values_list("year", flat=True))
    missing = [notice for notice in NOTICES if notice.year not in known]
    for notice in missing:
        publish_year(
            year=notice.year, source=notice.source, published_on=notice.published_on, days=days_of_notice(notice),
            actor=actor, now=now, why="first entry",
        )  # fmt: skip
    return len(missing)


def days_of_notice(notice: Notice) -> Days:
    """The special days of a notice. Weekends inside a holiday are named too, so that the page can show it whole."""
    days: dict[dt.date, tuple[str, str]] = {}
    for name, first, last in notice.holidays:
        day, end = (dt.date.fromisoformat(f"{notice.year}-{text}") for text in (first, last))
        while day <= end:
            days[day] = (DayKind.OFF.value, name)
            day += dt.timedelta(days=1)
    for text in notice.work:
        day = dt.date.fromisoformat(f"{notice.year}-{text}")
        days[day] = (DayKind.WORK.value, str(DayKind.WORK.label))
    return days


def _require_whole(year: int, source: str, days: Days, why: str) -> None:
    problems = {}
    if not source.strip():
        problems["source"] = _("请写明依据，例如国务院办公厅的通知名称。")
    if not why.strip():
        problems["why"] = _("请填写原因，它会写入操作记录。")
    for day, (kind, _name) in days.items():
        if day.year != year:
            problems["days"] = _("有的日期不在这一年。")
        elif kind not in DayKind.values:
            problems["days"] = _("类型只能是“放假”或“调休上班”。")
        elif kind == DayKind.WORK and day.weekday() < SATURDAY:
            problems["days"] = _("调休上班的日子应当是周六或周日。")
    if problems:
        raise BadCalendar(next(iter(problems.values())), fields=problems)


def _days_of(year: int) -> dict[str, str]:
    rows = SpecialDay.objects.filter(year=year).values_list("day", "kind")
    return {day.isoformat(): kind for day, kind in rows}

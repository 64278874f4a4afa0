"""Officials enter a year as it is published."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.audit.models import AuditEntry
from portal.core.actor import system_actor
from portal.core.clock import now
from portal.workdays.models import PublishedYear, SpecialDay
from portal.workdays.services import seed_years

LIST = "admin:workdays_publishedyear_changelist"
ADD = "admin:workdays_publishedyear_add"
FORM = {
    "year": "2027", "source": "国务院办公厅通知", "published_on": "2026-11-20", "reason": "已公布",
    "days": "01-01 至 01-03 放假 元旦\n02-20 上班",
}  # fmt: skip


@pytest.fixture(autouse=True)
def published(db):
    seed_years(actor=system_actor("test"), now=now())


def test_a_year_is_entered_with_its_reason(county_official):
    assert county_official.client.post(reverse(ADD), FORM).status_code == 302
    assert SpecialDay.objects.filter(year=2027).count() == 4
    assert AuditEntry.objects.get(action="workdays.published", object_id="2027").why == "已公布"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"days": "元旦放假"}, "第 1 行看不懂"),
        ({"days": "01-04 上班"}, "周六或周日"),
        ({"source": ""}, "必填"),
        ({"year": "2026"}, "已存在"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(county_official, wrong, says):
    answer = county_official.client.post(reverse(ADD), FORM | wrong)
    assert says in answer.content.decode()
    assert not PublishedYear.objects.filter(year=2027).exists()


def test_a_year_is_shown_as_lines_and_changed(county_official):
    page = reverse("admin:workdays_publishedyear_change", args=[2026])
    assert "02-15 至 02-23 放假 春节" in county_official.client.get(page).content.decode()
    form = {**FORM, "days": "05-01 至 05-05 放假 劳动节"}
    assert county_official.client.post(page, form).status_code == 302
    assert SpecialDay.objects.filter(year=2026).count() == 5


def test_the_list_says_which_year_is_missing(county_official):
    assert "2027 年的放假安排尚未录入" in county_official.client.get(reverse(LIST)).content.decode()


def test_the_list_reads_all_years_at_once(county_official, django_assert_num_queries):
    county_official.client.get(reverse(LIST))  # what is cached is cached
    with CaptureQueriesContext(connection) as two_years:
        county_official.client.get(reverse(LIST))
        needed = len(two_years)
    county_official.client.post(reverse(ADD), FORM)
    with django_assert_num_queries(needed):
        county_official.client.get(reverse(LIST))

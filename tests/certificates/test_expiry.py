"""The end of a certificate: every scan reads it from the date, and the nightly task tells it, in county time."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from logistics.certificates.models import Certificate, Reminder
from logistics.certificates.services import measures
from logistics.certificates.services.expiry import send_reminders, tell_ended
from logistics.certificates.states import REMIND_DAYS, CertificateState, live_state
from logistics.certificates.tasks import tend_certificates
from logistics.registry.standing import standing_of
from logistics.registry.states import Standing
from portal.core.clock import COUNTY_TIME, county_day
from portal.notify.models import Message
from tests.certificates.conftest import NOON, TODAY, certify, make_courier

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LAST = TODAY + 100 * DAY


def night(day: dt.date, hour=0, minute=10) -> dt.datetime:
    """The nightly task of `day`, in county time: still the day before in UTC."""
    return dt.datetime.combine(day, dt.time(hour, minute), COUNTY_TIME)


@pytest.fixture
def ending(world, county_official):
    return certify(world.village, county_official, until=LAST)


def told(template="certificate_ending"):
    messages = Message.objects.filter(template=template).order_by("created_at")
    return [json.loads(m.parameters)["values"].get("days") for m in messages]


def test_standing_and_state_agree_on_every_day_and_hour_around_the_end(world, ending):
    for offset in (-2, -1, 0, 1, 2):
        for moment in (night(LAST + offset * DAY), night(LAST + offset * DAY, 23, 59)):
            tell_ended(now=moment)
            ending.refresh_from_db()
            world.village.refresh_from_db()
            today = county_day(moment)
            good = standing_of(world.village, today=today) == Standing.GOOD
            live = live_state(ending.state, ending.valid_until, today)
            assert good == (offset <= 0) == (live == CertificateState.VALID)
            assert ending.state == CertificateState.VALID


def test_the_live_check_does_not_wait_for_the_night(world, ending):
    world.village.refresh_from_db()
    first_second = dt.datetime.combine(LAST + DAY, dt.time(0, 0), COUNTY_TIME)
    assert county_day(first_second.astimezone(dt.UTC)) == LAST + DAY
    assert standing_of(world.village, today=county_day(first_second)) == Standing.EXPIRED
    assert Certificate.objects.get().state == CertificateState.VALID  # no task has run


def test_the_end_is_told_once(ending, keeper):
    assert tell_ended(now=night(LAST + DAY)) == 1
    assert tell_ended(now=night(LAST + 2 * DAY)) == 0
    assert Message.objects.get(template="certificate_expired").recipient == keeper.user.phone


def test_a_suspended_one_stays_suspended(ending, county_official):
    measures.suspend(certificate=ending, actor=county_official.actor(), now=NOON, why="x")
    assert tell_ended(now=night(LAST + DAY)) == 0
    ending.refresh_from_db()
    assert live_state(ending.state, ending.valid_until, LAST + DAY) == CertificateState.SUSPENDED


def test_each_term_is_told_once(ending, keeper):
    for days in range(100, -1, -1):
        for _twice in range(2):
            send_reminders(now=night(LAST - days * DAY))
    assert told() == [str(days) for days in REMIND_DAYS]
    assert set(Reminder.objects.values_list("days", flat=True)) == set(REMIND_DAYS)


@pytest.mark.parametrize(
    ("nights", "said"), [((45, 5, 1), ["45", "5", "1"]), ((3,), ["3"]), ((0,), ["0"]), ((61,), [])]
)
def test_missed_nights_are_made_up_with_what_is_really_left(ending, keeper, nights, said):
    for days in nights:
        send_reminders(now=night(LAST - days * DAY))
        send_reminders(now=night(LAST - days * DAY, 1))
    assert told() == said


def test_holder_and_administrators_are_told_and_nobody_else(
    world, county_official, courier, enterprise_admin, keeper, villager
):
    certify(make_courier(courier, world, enterprise=world.carrier), county_official, until=LAST)
    send_reminders(now=night(LAST - 7 * DAY))
    recipients = set(Message.objects.filter(template="certificate_ending").values_list("recipient", flat=True))
    assert recipients == {courier.user.phone, enterprise_admin.user.phone}


def test_a_renewed_one_is_not_reminded_of(world, ending, county_official, keeper):
    certify(world.village, county_official, until=LAST + 365 * DAY)
    assert send_reminders(now=night(LAST - 7 * DAY)) == 0


def test_many_are_looked_at_in_few_statements(world, county_official, django_assert_max_num_queries):
    for party in (world.village, world.far_village, world.hub, world.carrier, world.other_carrier):
        certify(party, county_official, until=LAST)
    send_reminders(now=night(LAST - 60 * DAY))
    with django_assert_max_num_queries(2):
        assert send_reminders(now=night(LAST - 59 * DAY)) == 0


def test_the_task_runs_on_its_own(ending):
    tend_certificates()


def test_a_night_with_a_wrong_clock_leaves_nothing_behind(world, ending, keeper):
    """Even a task that nobody stopped: the day after, with the clock right again, the certificate holds."""
    tell_ended(now=night(LAST + 1200 * DAY))
    ending.refresh_from_db()
    world.village.refresh_from_db()
    assert live_state(ending.state, ending.valid_until, TODAY) == CertificateState.VALID
    assert standing_of(world.village, today=TODAY) == Standing.GOOD

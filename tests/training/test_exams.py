"""Sitting an exam: the server's clock, the newest answer, one end."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from logistics.certificates.models import Certificate
from logistics.certificates.states import CertificateState
from logistics.training.models import Attempt, AttemptQuestion
from logistics.training.selectors import passed
from logistics.training.selectors.exams import questions_of
from logistics.training.services import exams
from logistics.training.services.closing import last_day
from logistics.training.services.refusals import (
    AlreadyPassed,
    BadAnswer,
    CertificateStopped,
    ContinuedElsewhere,
    ExamClosed,
    LessonsMissing,
    NameMissing,
    NoAttemptLeft,
    TimeOver,
    WaitFirst,
)
from logistics.training.states import AttemptState
from portal.audit.models import AuditEntry
from portal.core.clock import county_day
from portal.core.errors import NotFound
from portal.notify.models import Message
from tests.training.conftest import SEAT, given

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def save(school, persona, attempt, answers, *, after=MINUTE, seat=SEAT, sequence=None):
    return exams.save_answers(
        attempt_id=attempt.pk, answers=answers, seat=seat, actor=persona.actor(), now=school.now + after,
        sequence=sequence,
    )  # fmt: skip


def answer_of(attempt, order: int) -> str:
    return AttemptQuestion.objects.get(attempt=attempt, order=order).answer


# -- who may start ---------------------------------------------------------------------------------------
def test_the_exam_opens_when_all_lessons_are_done(school, villager):
    with pytest.raises(LessonsMissing):
        exams.start(paper_id=school.paper.pk, seat=SEAT, actor=villager.actor(), now=school.now)
    attempt = school.start(villager)
    assert attempt.questions.count() == 5
    assert attempt.most == 100
    assert attempt.ends_at - attempt.started_at == 30 * MINUTE


def test_without_a_name_there_is_nobody_to_certify(school, villager):
    villager.user.name = " "
    villager.user.save()
    with pytest.raises(NameMissing):
        school.start(villager)


def test_a_second_start_leads_to_the_running_exam_and_leaves_its_browser(school, villager):
    first = school.start(villager)
    again = school.start(villager, seat="seat-two", after=MINUTE)
    assert again.pk == first.pk
    assert again.seat == SEAT


def test_a_closed_paper_and_somebody_elses_exam_are_not_found(school, villager, keeper):
    attempt = school.start(villager)
    with pytest.raises(NotFound):
        save(school, keeper, attempt, {1: "A"})
    with pytest.raises(NotFound):
        exams.start(paper_id=school.paper.pk + 1, seat=SEAT, actor=villager.actor(), now=school.now)


# -- answers ---------------------------------------------------------------------------------------------
def test_the_newest_answer_counts_whichever_arrives_last(school, villager):
    attempt = school.start(villager)
    save(school, villager, attempt, {1: "B"}, sequence=7)
    late = save(school, villager, attempt, {1: "A"}, sequence=6)
    assert answer_of(attempt, 1) == "B"
    assert late.stale
    assert late.sequence == 7
    assert not save(school, villager, attempt, {1: "C"}, sequence=8).stale
    assert answer_of(attempt, 1) == "C"


def test_an_answer_that_was_not_offered_is_refused_and_nothing_kept(school, villager):
    attempt = school.start(villager)
    for wrong in ({1: "Z"}, {1: "AB"}, {99: "A"}, {1: "D"}):
        with pytest.raises(BadAnswer):
            save(school, villager, attempt, {2: "A", **wrong})
    assert answer_of(attempt, 2) == ""


def test_another_browser_takes_over_and_the_first_is_told(school, villager):
    attempt = school.start(villager)
    save(school, villager, attempt, {1: "A"}, sequence=1)
    exams.take_seat(attempt_id=attempt.pk, seat="seat-two", actor=villager.actor(), now=school.now + MINUTE)
    with pytest.raises(ContinuedElsewhere):
        save(school, villager, attempt, {1: "B"}, sequence=2)
    save(school, villager, attempt, {1: "C"}, seat="seat-two", sequence=2)
    assert answer_of(attempt, 1) == "C"


def test_the_right_answers_are_not_told_while_the_exam_runs(school, villager):
    attempt = school.start(villager)
    shown = questions_of(attempt)
    assert all(q.key == "" and q.explanation == "" for q in shown)
    assert not any(right for q in shown for *_rest, right in q.options)


# -- the end ---------------------------------------------------------------------------------------------
def test_passing_gives_a_certificate_a_message_and_an_audit_row(school, villager):
    attempt = school.sit(villager, 4)
    assert (attempt.score, attempt.passed, attempt.state) == (80, True, AttemptState.SUBMITTED)
    certificate = Certificate.objects.get(number=attempt.certificate)
    assert (certificate.kind, certificate.subject, certificate.holder) == (
        "training", school.course.code, villager.user.pk,
    )  # fmt: skip
    assert certificate.valid_until == attempt.valid_until == last_day(county_day(attempt.closed_at), 12)
    assert Message.objects.get(dedupe_key=f"exam:{attempt.pk}").template == "exam_passed"
    assert AuditEntry.objects.filter(action="exam.closed", object_id=str(attempt.pk)).exists()


def test_failing_is_told_and_certifies_nothing(school, villager):
    attempt = school.sit(villager, 3)
    assert (attempt.score, attempt.passed, attempt.certificate) == (60, False, "")
    assert not Certificate.objects.exists()
    assert Message.objects.get(dedupe_key=f"exam:{attempt.pk}").template == "exam_failed"


def test_submitted_twice_gives_the_same_result(school, villager):
    attempt = school.sit(villager, 5)
    again = exams.submit(
        attempt_id=attempt.pk, seat=SEAT, actor=villager.actor(), answers={1: ""}, now=school.now + 6 * MINUTE
    )
    assert (again.score, again.closed_at, again.certificate) == (attempt.score, attempt.closed_at, attempt.certificate)
    assert Certificate.objects.count() == 1
    with pytest.raises(ExamClosed):
        save(school, villager, attempt, {1: "A"}, after=7 * MINUTE)


def test_after_the_time_what_was_saved_counts_and_the_rest_is_refused(school, villager):
    attempt = school.start(villager)
    answers = given(attempt, 5)
    save(school, villager, attempt, {order: answers[order] for order in (1, 2, 3)})
    for late in (30 * MINUTE, 31 * MINUTE):
        with pytest.raises(TimeOver):
            exams.submit(
                attempt_id=attempt.pk, seat=SEAT, actor=villager.actor(), answers=answers, now=school.now + late
            )
    with pytest.raises(TimeOver):
        save(school, villager, attempt, {4: "A"}, after=40 * MINUTE)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.closed_at) == (AttemptState.TIMED_OUT, 60, attempt.ends_at)


def test_an_exam_nobody_comes_back_to_is_closed_by_the_clock(school, villager, keeper):
    attempt, other = school.start(villager), school.start(keeper, after=HOUR)
    assert exams.close_overdue(now=school.now + HOUR) == 1
    assert exams.close_overdue(now=school.now + HOUR) == 0
    attempt.refresh_from_db()
    other.refresh_from_db()
    assert (attempt.state, other.state) == (AttemptState.TIMED_OUT, AttemptState.RUNNING)


def test_a_closed_attempt_changes_for_nobody(school, villager):
    attempt = school.sit(villager, 5)
    for change in (
        lambda: Attempt.objects.filter(pk=attempt.pk).update(score=1),
        lambda: Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.RUNNING),
        lambda: AttemptQuestion.objects.filter(attempt=attempt).update(answer="A"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


# -- again -----------------------------------------------------------------------------------------------
def test_who_failed_waits_and_has_so_many_tries(school, villager):
    school.sit(villager, 0)
    with pytest.raises(WaitFirst) as refused:
        school.start(villager, after=HOUR)
    assert refused.value.retry_after > 0
    school.sit(villager, 0, after=2 * DAY)
    school.sit(villager, 0, after=4 * DAY)
    with pytest.raises(NoAttemptLeft):
        school.start(villager, after=6 * DAY)
    assert school.start(villager, after=366 * DAY).number == 4


def test_who_passed_comes_back_when_the_certificate_nears_its_end(school, villager):
    first = school.sit(villager, 5)
    with pytest.raises(AlreadyPassed):
        school.start(villager, after=30 * DAY)
    second = school.sit(villager, 5, after=320 * DAY)
    old, new = Certificate.objects.get(number=first.certificate), Certificate.objects.get(number=second.certificate)
    assert old.state == CertificateState.REPLACED
    assert new.replaces_id == old.pk


def test_a_suspended_certificate_is_not_passed_around(school, villager):
    attempt = school.sit(villager, 5)
    Certificate.objects.filter(number=attempt.certificate).update(state=CertificateState.SUSPENDED)
    with pytest.raises(CertificateStopped):
        school.start(villager, after=DAY)


# -- whether somebody has passed ---------------------------------------------------------------------------
def test_passed_tells_what_is_done_and_what_is_missing(school, villager):
    today = county_day(school.now)
    duty = passed(user_id=villager.user.pk, audience="courier", today=today)
    assert not duty
    assert duty.missing == (("courier-basics", "快递员岗前培训"),)
    attempt = school.sit(villager, 5)
    duty = passed(user_id=villager.user.pk, audience="courier", today=today)
    assert duty
    assert duty.done[0].certificate == attempt.certificate
    assert passed(user_id=villager.user.pk, course="courier-basics", today=attempt.valid_until)
    assert not passed(user_id=villager.user.pk, course="courier-basics", today=attempt.valid_until + DAY)
    assert not passed(user_id=villager.user.pk, course="no-such-course", today=today)
    assert not passed(user_id=villager.user.pk, audience="driver", today=today)  # nothing to pass is not a pass


def test_a_pass_lasts_no_longer_than_its_certificate(school, villager):
    attempt = school.sit(villager, 5)
    certificate = Certificate.objects.filter(number=attempt.certificate)
    for state in (CertificateState.SUSPENDED, CertificateState.VALID, CertificateState.REVOKED):
        certificate.update(state=state)
        duty = passed(user_id=villager.user.pk, audience="courier", today=county_day(school.now))
        assert bool(duty) == (state == CertificateState.VALID)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (dt.date(2026, 11, 22), 12, dt.date(2027, 11, 21)),
        (dt.date(2027, 8, 31), 6, dt.date(2028, 2, 28)),
        (dt.date(2026, 12, 1), 1, dt.date(2026, 12, 31)),
        (dt.date(2026, 1, 1), 0, None),
    ],
)
def test_months_end_on_the_day_before(start, months, end):
    assert last_day(start, months) == end

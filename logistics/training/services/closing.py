"""The end of an attempt: marked, passed or not, certified, told. Once: a closed attempt never changes."""

from __future__ import annotations

import calendar
import datetime as dt

from django.db import transaction
from django.db.models import BooleanField, Case, F, Sum, Value, When
from django.utils.translation import override

from logistics.certificates.models import Certificate
from logistics.certificates.services import issue
from logistics.certificates.states import CURRENT
from logistics.registry.models import Courier
from logistics.training import audiences
from logistics.training.models import Attempt
from logistics.training.selectors.passes import CERTIFICATE_KIND
from logistics.training.states import CERTIFYING, AttemptState
from logistics.training.words import DRILLED, FAILED, PASSED
from portal.audit.services import record
from portal.core.actor import system_actor
from portal.core.clock import county_day
from portal.core.errors import DomainError
from portal.notify.services import send

EXAMINER = system_actor("exams")  # marks and certifies, whoever hands in


def close(*, attempt: Attempt, state: AttemptState, now: dt.datetime) -> None:
    """Closes a running attempt that the caller has locked, in the caller's transaction. `paper__course` is loaded.

    Each question gives all its points or none. An attempt that ran out of time ended when its time did.
    """
    attempt.questions.update(
        right=Case(When(answer=F("key"), then=Value(True)), default=Value(False), output_field=BooleanField())
    )
    attempt.state = state
    attempt.closed_at = attempt.ends_at if state == AttemptState.TIMED_OUT else now
    attempt.score = attempt.questions.filter(right=True).aggregate(points=Sum("points"))["points"] or 0
    attempt.passed = attempt.score * 100 >= attempt.pass_percent * attempt.most
    if attempt.passed:
        attempt.valid_until = last_day(county_day(attempt.closed_at), attempt.paper.valid_months)
        if attempt.paper.course.purpose in CERTIFYING:
            attempt.certificate = _certify(attempt, now)
    attempt.save()
    record(
        actor=EXAMINER, now=now, action="exam.closed", target=attempt, area=attempt.paper.course.division_id,
        after={"state": attempt.state, "passed": attempt.passed, "certificate": attempt.certificate},
    )  # fmt: skip
    _tell(attempt, now)


def last_day(start: dt.date, months: int) -> dt.date | None:
    """The last day of so many months from `start` on: 12 from 2026-11-22 end on 2027-11-21. None for 0, for good."""
    if not months:
        return None
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day) - dt.timedelta(days=1)


def _certify(attempt: Attempt, now: dt.datetime) -> str:
    """The number of the certificate. While officials deal with the old one the pass hangs on that one's number."""
    course, user = attempt.paper.course, attempt.user
    person = Courier.objects.filter(user=user).select_related("enterprise").first()
    try:
        with transaction.atomic(), override("zh-hans"):
            return issue(
                kind=CERTIFICATE_KIND, holder=user.pk, holder_name=person.name if person else user.name,
                facts={"course": course.title, "audience": audiences.label_of(course.audience)},
                division=course.division, valid_from=county_day(attempt.closed_at or now),
                valid_until=attempt.valid_until, actor=EXAMINER, now=now, subject=course.code,
                enterprise=person.enterprise if person else None, user=user, demo=attempt.demo,
            ).number  # fmt: skip
    except DomainError:  # suspended or up for revocation since the exam began: the exam counts, its paper waits
        held = Certificate.objects.filter(
            kind=CERTIFICATE_KIND, holder=user.pk, subject=course.code, state__in=[s.value for s in CURRENT]
        )
        return held.values_list("number", flat=True).first() or ""


def _tell(attempt: Attempt, now: dt.datetime) -> None:
    if not attempt.user.phone_verified:
        return
    words = {"course": attempt.paper.course.title, "score": str(attempt.score)}
    template = FAILED
    if attempt.passed:
        template = PASSED if attempt.certificate else DRILLED
        words |= {"number": attempt.certificate} if attempt.certificate else {}
    send(
        template=template.name, recipient=attempt.user.phone, parameters=words, dedupe_key=f"exam:{attempt.pk}",
        now=now, area=attempt.paper.course.division_id,
    )  # fmt: skip

"""Whether somebody may start an exam now."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from logistics.certificates.models import Certificate, Measure
from logistics.certificates.states import CertificateState, MeasureState
from logistics.training.models import Attempt, Lesson, Paper
from logistics.training.selectors.learning import done_lessons
from logistics.training.selectors.passes import CERTIFICATE_KIND, passes_of
from logistics.training.selectors.person import learner
from logistics.training.services.refusals import (
    AlreadyPassed,
    CertificateStopped,
    LessonsMissing,
    NameMissing,
    NoAttemptLeft,
    WaitFirst,
)
from logistics.training.states import AttemptState
from members.accounts.models import User
from portal.core.actor import Actor
from portal.core.clock import COUNTY_TIME, county_day
from portal.core.errors import DomainError

RENEWABLE = dt.timedelta(days=60)  # as long before the end as the first reminder comes


def require_entry(*, paper: Paper, user: User, actor: Actor, now: dt.datetime) -> None:
    """Raises NameMissing, LessonsMissing, AlreadyPassed, CertificateStopped, NoAttemptLeft or WaitFirst."""
    if not user.name.strip():
        raise NameMissing()
    lessons = set(Lesson.objects.filter(course=paper.course_id).values_list("pk", flat=True))
    if lessons - done_lessons(actor=actor, course=paper.course):
        raise LessonsMissing()
    _require_need(paper, user, now)
    _require_patience(paper, user, now)


def why_not(*, paper: Paper, actor: Actor, now: dt.datetime) -> DomainError | None:
    """The refusal that `start` would raise now, for the page that shows the button."""
    try:
        require_entry(paper=paper, user=User.objects.get(pk=learner(actor)), actor=actor, now=now)
    except DomainError as refusal:
        return refusal
    return None


def _require_need(paper: Paper, user: User, now: dt.datetime) -> None:
    today = county_day(now)
    held = passes_of(user_id=user.pk, today=today, courses=[paper.course.code]).get(paper.course.code)
    if held is not None and (held.valid_until is None or held.valid_until - today > RENEWABLE):
        raise AlreadyPassed()
    mine = Certificate.objects.filter(kind=CERTIFICATE_KIND, holder=user.pk, subject=paper.course.code)
    proposed = Measure.objects.filter(certificate__in=mine, state=MeasureState.PROPOSED)
    if mine.filter(state=CertificateState.SUSPENDED).exists() or proposed.exists():
        raise CertificateStopped()


def _require_patience(paper: Paper, user: User, now: dt.datetime) -> None:
    """Attempts count within the paper's days, and from the last pass on."""
    since = now - dt.timedelta(days=paper.limit_days)
    rows = Attempt.objects.filter(paper=paper, user=user).exclude(state=AttemptState.RUNNING).order_by("started_at")
    recent: list[Attempt] = []
    for attempt in rows.filter(started_at__gte=since):
        recent = [] if attempt.passed else [*recent, attempt]
    if len(recent) >= paper.attempts:
        again = recent[-paper.attempts].started_at + dt.timedelta(days=paper.limit_days)
        raise NoAttemptLeft(
            _("%(count)s 次考试机会已经用完。") % {"count": paper.attempts},
            hint=_("%(day)s 起可以再考；要提前，请联系主办单位。")
            % {"day": f"{again.astimezone(COUNTY_TIME):%Y-%m-%d}"},
        )
    if recent and recent[-1].closed_at is not None:
        opens = recent[-1].closed_at + dt.timedelta(hours=paper.wait_hours)
        if now < opens:
            raise WaitFirst(
                _("上一次没有通过，要等 %(hours)s 小时才能再考。") % {"hours": paper.wait_hours},
                hint=_("%(time)s 以后可以再考，请先看上一次的解析。")
                % {"time": f"{opens.astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}"},
                retry_after=int((opens - now).total_seconds()),
            )

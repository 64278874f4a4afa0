"""Whether somebody has passed what their work asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from logistics.certificates.models import Certificate
from logistics.certificates.states import CertificateState
from logistics.training.models import Attempt, Course
from logistics.training.states import CourseState, Purpose

CERTIFICATE_KIND = "training"


@dataclass(frozen=True, slots=True)
class Pass:
    """A passed exam. `valid_until` is its last day; None: for good."""

    course: str
    title: str
    passed_at: dt.datetime
    valid_until: dt.date | None
    certificate: str
    score: int
    most: int


@dataclass(frozen=True, slots=True)
class Passes:
    """What of a duty is done and what is missing (code, title). True when nothing is, and there was something to do."""

    done: tuple[Pass, ...]
    missing: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.done) and not self.missing


def passed(
    *, user_id: int, today: dt.date, audience: str = "", course: str = "", purpose: str = Purpose.TRAINING
) -> Passes:
    """Whether a person has passed `course` (its code), or all required published courses of `audience`, as of `today`.

    A pass counts until its last day, and as long as its certificate is not suspended, revoked or cancelled. Reads three
    rows sets, whatever their size; cut to the one person that the caller names.
    """
    wanted = Course.objects.filter(purpose=purpose).order_by("code")
    if course:
        wanted = wanted.filter(code=course)
    else:
        wanted = wanted.filter(audience=audience, required=True, state=CourseState.PUBLISHED)
    names = dict(wanted.values_list("code", "title"))
    if not names and course:
        return Passes((), ((course, course),))
    held = passes_of(user_id=user_id, today=today, courses=names) if names else {}
    return Passes(tuple(held.values()), tuple((c, title) for c, title in names.items() if c not in held))


def passes_of(*, user_id: int, today: dt.date, courses: Collection[str] | None = None) -> dict[str, Pass]:
    """Valid passes of a person by course code, the latest of each."""
    rows = Attempt.objects.filter(user_id=user_id, passed=True).filter(Q(valid_until=None) | Q(valid_until__gte=today))
    if courses is not None:
        rows = rows.filter(paper__course__code__in=courses)
    values = rows.order_by("closed_at").values_list(
        "paper__course__code", "paper__course__title", "closed_at", "valid_until", "certificate", "score", "most"
    )
    found = [
        Pass(course, title, closed_at, until, number, score, most)
        for course, title, closed_at, until, number, score, most in values
        if closed_at is not None and score is not None
    ]
    withdrawn = _withdrawn([p.certificate for p in found if p.certificate])
    latest: dict[str, Pass] = {}
    for one in found:
        if one.certificate not in withdrawn:
            latest[one.course] = one
    return latest


def _withdrawn(numbers: list[str]) -> set[str]:
    """Of these certificates those not in force: suspended, revoked, cancelled, replaced by that of a later pass."""
    if not numbers:
        return set()
    in_force = [CertificateState.VALID, CertificateState.EXPIRED]  # what ended by the calendar the dates already say
    rows = Certificate.objects.filter(number__in=numbers).exclude(state__in=in_force)
    return set(rows.values_list("number", flat=True))

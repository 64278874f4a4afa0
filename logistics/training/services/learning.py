"""Going through lessons."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from logistics.training.models import LessonDone
from logistics.training.selectors.learning import LessonPage, lesson_page
from logistics.training.selectors.person import learner
from portal.core.actor import Actor


@transaction.atomic
def finish_lesson(*, code: str, lesson_id: int, actor: Actor, now: dt.datetime) -> LessonPage:
    """Notes that the actor has worked through a lesson; a second time changes nothing. Raises LessonNotFound."""
    page = lesson_page(actor=actor, code=code, lesson_id=lesson_id)
    LessonDone.objects.bulk_create(
        [LessonDone(user_id=learner(actor), lesson=page.lesson, done_at=now)], ignore_conflicts=True
    )
    return page

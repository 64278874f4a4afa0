"""The scheduler, which sends nothing while its clock is off."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from portal.core.clock import now
from portal.core.referee import LIMIT, agrees

log = logging.getLogger(__name__)
WAIT = 5.0  # seconds until it looks again


class Scheduler(DatabaseScheduler):
    """django-celery-beat's, with the referee of clocks in front.

    It keeps when each task ran last. A moment in the future, kept by a clock that was ahead, would make the task wait
    until then: such moments are forgotten when the clock is right.
    """

    trusted = False

    def tick(self, *args: Any, **kwargs: Any) -> float:
        try:
            if not agrees("beat"):
                self.trusted = False
                return WAIT
            if not self.trusted:
                self._forget_the_future()
        except (DatabaseError, InterfaceError) as error:
            log.warning("the scheduler waits for the database: %s", type(error).__name__)
            connection.close()
            return WAIT
        return super().tick(*args, **kwargs)

    def _forget_the_future(self) -> None:
        PeriodicTask.objects.filter(last_run_at__gt=now() + LIMIT).update(last_run_at=None, date_changed=now())
        self.trusted = True
        self._initial_read = True  # read all rows anew

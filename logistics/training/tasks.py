"""Exams by the clock: thin, and safe to run twice or late."""

from __future__ import annotations

from celery import shared_task

from logistics.training.services.exams import close_overdue
from portal.core.clock import now


@shared_task
def close_exams(**kwargs) -> None:
    """Exams that were left open past their time, so that nobody waits for a result."""
    close_overdue(now=now())

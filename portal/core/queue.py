"""Handing work to the worker. Services name a task and know nothing of Celery."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def after_commit(task: str, *ids: str) -> None:
    """Sends `task` (its dotted name) once the transaction stands.

    Tasks take ids as text. Without a broker nothing is raised: what waits is a row, and the scheduled round that
    picks up left-over rows finds it.
    """
    transaction.on_commit(lambda: _send(task, ids))


def _send(task: str, ids: tuple[str, ...]) -> None:
    try:
        current_app.send_task(task, args=list(ids))
    except (OperationalError, OSError):
        log.warning("broker unavailable: %s waits for the next round", task)

"""Handing work to the worker. Services name a task and know nothing of Celery."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from portal.core.redis import RedisAway, guarded

log = logging.getLogger(__name__)


def after_commit(task: str, *ids: str) -> None:
    """Sends `task` (its dotted name) once the transaction stands.

    Tasks take ids as text. Without a broker nothing is raised and nobody waits: what is to be done is a row, and the
    scheduled round that picks up left-over rows finds it (portal/schedules.py).
    """
    transaction.on_commit(lambda: _send(task, ids))


def _send(task: str, ids: tuple[str, ...]) -> None:
    try:
        guarded(lambda: _publish(task, ids))
    except (RedisAway, RedisError, OSError):
        log.warning("broker unavailable: %s waits for the next round", task)


def _publish(task: str, ids: tuple[str, ...]) -> None:
    try:
        current_app.send_task(task, args=list(ids), retry=False)
    except OperationalError as error:  # kombu's own, whatever the broker was
        raise ConnectionError("no broker") from error

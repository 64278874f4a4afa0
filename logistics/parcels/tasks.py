"""Scheduled work of the parcels: thin, and safe to run twice or late."""

from __future__ import annotations

from celery import shared_task

from logistics.parcels.consumers import CONSUMERS
from logistics.parcels.services import months, timers
from logistics.parcels.services.consumers import consume
from portal.core.clock import now

ROUNDS = 50  # a backlog is worked off in pieces, each committed


@shared_task
def run_consumers(**kwargs) -> None:
    """Let every consumer read on until it is up to date."""
    for consumer in CONSUMERS:
        for _round in range(ROUNDS):
            if not consume(consumer, now=now()):
                break


@shared_task
def run_timers(**kwargs) -> None:
    timers.fire_due(now=now())


@shared_task
def ensure_months(**kwargs) -> None:
    months.ensure_months(now=now())

"""Scheduled work of the parcels: thin, and safe to run twice or late."""

from __future__ import annotations

import logging

from celery import shared_task

from logistics.parcels.consumers import CONSUMERS
from logistics.parcels.services import months, photos, tally, timers
from logistics.parcels.services.consumers import consume
from logistics.parcels.services.cursors import log_is_foreign, reset_cursors
from logistics.parcels.services.imports.again import retake_waiting
from logistics.parcels.services.imports.expiry import forget_lines
from logistics.parcels.services.imports.run import process_import, resume_imports
from logistics.parcels.services.imports.storage import purge
from portal.core.clock import now

log = logging.getLogger(__name__)
ROUNDS = 50  # a backlog is worked off in pieces, each committed


@shared_task
def run_consumers(**kwargs) -> None:
    """Let every consumer read on until it is up to date."""
    if log_is_foreign():
        log.warning("the event log was restored from another database server: resetting cursors")
        reset_cursors(consumers=CONSUMERS, now=now())
    for consumer in CONSUMERS:
        for _round in range(ROUNDS):
            if not consume(consumer, now=now()):
                break


@shared_task
def run_timers(**kwargs) -> None:
    timers.fire_due(now=now())


@shared_task
def add_up_tally(**kwargs) -> None:
    tally.add_up()


@shared_task
def ensure_months(**kwargs) -> None:
    months.ensure_months(now=now())


@shared_task
def process_import_file(batch_id: str, **kwargs) -> None:
    """A file too long to be taken while its sender waits."""
    process_import(batch_id=batch_id, now=now())


@shared_task
def tend_imports(**kwargs) -> None:
    """Go on with files whose worker or message was lost, and delete those past their day."""
    resume_imports(now=now())
    retake_waiting(now=now())
    purge(now=now())


@shared_task
def forget_import_lines(**kwargs) -> None:
    """What stood in lines of old files that did not come in."""
    forget_lines(now=now())


@shared_task
def sweep_photos(**kwargs) -> None:
    """Delete picture files that a killed process left without a row."""
    photos.sweep(now=now())

"""Background delivery."""

from celery import shared_task

from portal.core.clock import now
from portal.notify import services


@shared_task
def deliver_waiting(**kwargs):
    """Runs every few seconds (portal/schedules.py); overlapping runs share the work."""
    services.deliver_waiting()


@shared_task
def pull_receipts(**kwargs):
    """Receipts that the provider did not bring."""
    services.pull_receipts(now=now())

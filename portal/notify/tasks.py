"""Background delivery."""

from celery import shared_task

from portal.notify import services


@shared_task
def deliver_waiting():
    """Runs every few seconds (portal/schedules.py); overlapping runs share the work."""
    services.deliver_waiting()

"""Thin callers for the worker."""

from celery import shared_task

from logistics.certificates.services import expiry
from portal.core.clock import now


@shared_task
def tend_certificates(**kwargs) -> None:
    """Tells holders what ended and what is about to. Twice or late does no harm."""
    moment = now()
    expiry.tell_ended(now=moment)
    expiry.send_reminders(now=moment)

"""Thin callers for the worker."""

from celery import shared_task

from logistics.certificates.services import expiry
from portal.core.clock import now


@shared_task
def tend_certificates(**kwargs) -> None:
    """Marks what ended and reminds of what is about to. Twice or late does no harm."""
    moment = now()
    expiry.mark_expired(now=moment)
    expiry.send_reminders(now=moment)

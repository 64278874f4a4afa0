"""Thin callers for the worker."""

from celery import shared_task

from logistics.registry.services import invitations
from portal.core.clock import now


@shared_task
def forget_invitations(**kwargs) -> int:
    """The phones of invitations that nobody took up. Twice or late does no harm."""
    return invitations.forget(now=now())

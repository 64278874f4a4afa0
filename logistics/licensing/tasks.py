from __future__ import annotations

from celery import shared_task

from logistics.licensing.services import deadlines, documents
from portal.core.clock import now


@shared_task
def tend_applications() -> dict[str, int]:
    """Frees claims that ran out, counts uncertain deadlines anew. May run twice or late: it reads the state again."""
    moment = now()
    return {
        "released": deadlines.release_overdue_claims(now=moment),
        "moved": deadlines.count_deadlines_again(now=moment),
    }


@shared_task
def sweep_documents(**kwargs) -> int:
    """Delete evidence files that a killed process left without a row."""
    return documents.sweep(now=now())

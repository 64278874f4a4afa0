from __future__ import annotations

from celery import shared_task

from logistics.licensing.services import deadlines, documents, registers
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


@shared_task
def judge_register(id: str, **kwargs) -> None:
    registers.judge_lines(id=id, now=now())


@shared_task
def write_register(id: str, **kwargs) -> None:
    registers.write_lines(id=id, now=now())


@shared_task
def tend_registers(**kwargs) -> None:
    """Goes on where a worker was killed or a message was lost; deletes files that nobody is going to read."""
    registers.resume(now=now())
    registers.sweep(now=now())

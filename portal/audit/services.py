"""Writing the audit trail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from portal.audit.models import AuditEntry
from portal.core.actor import Actor, demand


def record(
    *,
    actor: Actor,
    now: dt.datetime,
    action: str,
    target: Any,
    before: dict | None = None,
    after: dict | None = None,
    why: str = "",
) -> AuditEntry:
    """Append one entry about `target` (a model instance, or a pair of type and id).

    Must run inside the transaction of the act it describes; outside one it raises, because an act that
    rolls back must take its entry with it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit entries are written inside the transaction of the act")
    object_type, object_id = target if isinstance(target, tuple) else (target._meta.label_lower, target.pk)
    return AuditEntry.objects.create(
        at=now,
        actor=demand(actor).id,
        actor_label=actor.label,
        address=actor.address or None,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        before=before,
        after=after,
        why=why,
    )

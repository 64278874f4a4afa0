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
    area: str = "",
) -> AuditEntry:
    """Append one entry about `target` (a model instance, or a pair of type and id).

    `area` is the code of the division whose officials may read the entry; without it the target's own is
    taken, or else the actor's. What belongs to no division is read by administrators only.
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
        area=area or area_of(target) or area_of_actor(actor),
    )


def area_of(target: Any) -> str:
    """The division code that a target carries itself, under one of the names that models use for it."""
    for name in ("area", "division_id"):
        code = getattr(target, name, None)
        if isinstance(code, str) and code:
            return code
    return ""


def area_of_actor(actor: Actor) -> str:
    """The widest division the actor holds any role in."""
    held = [prefix for grant in actor.grants for prefix in grant.scope.divisions]
    return min(held, key=len, default="")

"""One step of an application: its state, its history, the audit trail and the applicant's message, all or nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.utils.translation import override

from logistics.licensing.errors import WrongState
from logistics.licensing.kinds import kind_of
from logistics.licensing.models import Application, Step
from logistics.licensing.states import MOVES, ApplicationState
from portal.audit.services import record
from portal.core.actor import Actor
from portal.notify.services import send


def move(
    *, row: Application, to: ApplicationState, actor: Actor, now: dt.datetime, by_official: bool = False,
    text: str = "", why: str = "", parameters: dict[str, Any] | None = None,
) -> Application:  # fmt: skip
    """Take a locked application to its next state and save it whole. Raises WrongState when it can't follow."""
    if not connection.in_atomic_block:
        raise RuntimeError("a step is taken inside the transaction of its act")
    before = row.state
    if to not in MOVES[before]:
        raise WrongState()
    row.state, row.updated_at = to, now
    row.reviewer, row.claimed_until = None, None
    row.save()
    Step.objects.create(application=row, at=now, state=to, by_official=by_official, by_id=actor.user_id, text=text)
    record(
        actor=actor, now=now, action=f"application.{to.value}", target=row, why=why,
        before={"state": before}, after={"state": to.value, "revision": row.revision},
    )  # fmt: skip
    _tell(row, to, now, parameters or {})
    return row


def _tell(row: Application, to: ApplicationState, now: dt.datetime, parameters: dict[str, Any]) -> None:
    with override(
        "zh-hans"
    ):  # the text is fixed in both languages; the kind's name goes by the language of the message
        kind = str(kind_of(row.kind).label)
    send(
        template=f"application_{to.value}", recipient=row.applicant.phone, now=now, area=row.division_id or "",
        parameters={"kind": kind, "number": row.number, **parameters},
        dedupe_key=f"application:{row.pk}:{to.value}:{row.revision}",
    )  # fmt: skip

"""What the page of one application shows: values beside the register, papers, look-alikes, checklist, history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from logistics.licensing import selectors
from logistics.licensing.findings import not_passed
from logistics.licensing.kinds import kind_of
from logistics.licensing.mine import documents_by_kind, label_of, text_of
from logistics.licensing.models import Application
from logistics.licensing.services.clean import why_not_clean
from logistics.licensing.states import ApplicationState, ScanState
from members.access.states import Permission
from portal.core.actor import Actor

REMARK = "remark-"  # and the name of a field or document; nothing for the whole


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what was filled in, what the register says where that differs, what it was at the last submission
    where it was changed since, what was remarked at the last return, and what the reviewer has written on it now."""

    name: str
    label: Any
    group: Any
    text: str
    before: str | None
    last: str | None
    remark: str
    draft: str


def review_context(*, application: Application, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """Everything the page shows, cut to the actor. A fixed number of queries for a kind."""
    kind = kind_of(application.kind)
    open_ = application.state == ApplicationState.SUBMITTED
    claimed = open_ and application.claimed_until is not None and application.claimed_until > now
    mine = claimed and application.reviewer_id == actor.user_id
    remarks = {remark.field: remark.text for remark in selectors.remarks_of(application=application)}
    drafts = {one.field: one.text for one in selectors.draft_remarks_of(application=application)} if mine else {}
    files = documents_by_kind(application)
    since = selectors.since_last_round(application=application, actor=actor, now=now)
    return {
        "title": f"{kind.label} · {application.number}", "application": application, "kind": kind,
        "lines": _lines(application, actor, now, remarks, drafts, since),
        "same_again": since is not None and since.nothing,
        "papers": [
            (
                item, files.get(item.code, []), remarks.get(item.code, ""), drafts.get(item.code, ""),
                since is not None and item.code in since.papers,
            )
            for item in kind.documents
        ],
        "unscanned": any(file.scan == ScanState.UNSCANNED for kept in files.values() for file in kept),
        "whole": (remarks.get("", ""), drafts.get("", "")),
        "duplicates": selectors.duplicates_of(application=application, actor=actor),
        "twins": list(selectors.twins_of(application=application)[:5]),
        "checklist": selectors.checklist_of(application=application),
        "open_items": not_passed(application) if open_ else {},
        "steps": selectors.steps_of(application=application),
        "remarks": [(label_of(kind, field), text) for field, text in remarks.items()],
        "waiting": open_, "mine": mine, "others": claimed and not mine, "REMARK": REMARK,
        "may_review": actor.may(Permission.APPLICATION_REVIEW),
        "not_clean": why_not_clean(application=application, now=now) if open_ else "",
    }  # fmt: skip


def _lines(
    application: Application, actor: Actor, now: dt.datetime, remarks: dict[str, str], drafts: dict[str, str],
    since: selectors.Since | None,
) -> list[Line]:  # fmt: skip
    kind = kind_of(application.kind)
    values = selectors.values_of(application=application, actor=actor, now=now)
    fully = selectors.may_read_fully(application=application, actor=actor, now=now)
    changed = {c.field.name: c.before for c in selectors.changes(application=application, actor=actor, now=now)}
    lines = []
    for field in kind.fields:
        if not field.asked(values):
            continue
        before = _text(field, changed[field.name], fully) if field.name in changed else None
        text = _text(field, values.get(field.name), fully)
        changed_now = since is not None and field.name in since.fields
        last = _text(field, since.fields[field.name], fully) if since is not None and changed_now else None
        said = remarks.get(field.name, ""), drafts.get(field.name, "")
        lines.append(Line(field.name, field.label, field.group, text, before, last, *said))
    return lines


def _text(field, value: Any, fully: bool) -> str:
    """As text; a masked or secret value is text already."""
    if value in (None, "", []):
        return ""
    return str(value) if field.secret or (field.personal and not fully) else text_of(field, value)

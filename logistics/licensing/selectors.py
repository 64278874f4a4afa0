"""Reads of applications, cut to the actor."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.licensing.errors import ApplicationNotFound
from logistics.licensing.kinds import KINDS, Duplicate, Field, Kind, Type, Values, kind_of, parts
from logistics.licensing.models import Application, Check, Document, Remark, Step, Submission
from logistics.licensing.states import EDITABLE, OPEN, ApplicationState
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.masking import mask_address, mask_name, mask_number, mask_phone

_OF_PERSONS = [code for code, kind in KINDS.items() if kind.of_person]
_MASKS = {Type.PHONE: mask_phone, Type.MOBILE: mask_phone, Type.TEXT: mask_name, Type.LONGTEXT: mask_address}


def own_applications(*, actor: Actor) -> QuerySet[Application]:
    """What the actor may write on: their own applications, and those of enterprises that they administer. An
    enterprise does not write on what a person applies for themselves."""
    me = demand(actor).user_id
    mine = Q(applicant=me) if me is not None else Q(pk__in=[])
    firms = Q(enterprise__in=actor.scope(parts.ADMINISTERS).enterprises) & ~Q(kind__in=_OF_PERSONS)
    return Application.objects.filter(mine | firms)


def visible_applications(*, actor: Actor, permission: str = Permission.APPLICATION_VIEW) -> QuerySet[Application]:
    """Applications for which the actor holds `permission`: handed in from their division, or of their enterprise.

    Officials don't see drafts; an enterprise sees those of its own things, not those of its couriers.
    """
    scope = demand(actor).scope(permission)
    rows = Application.objects.all()
    if scope.everything:
        return rows
    handed_in = Q(submitted_at__isnull=False)
    reach = Q(enterprise__in=scope.enterprises) & (handed_in | ~Q(kind__in=_OF_PERSONS))
    for prefix in scope.divisions:
        reach |= handed_in & Q(division__code__startswith=prefix)
    return rows.filter(reach)


def application_of(*, actor: Actor, id: uuid.UUID | str) -> Application:
    """An application that the actor may write on or see. Raises ApplicationNotFound, also for somebody else's."""
    rows = own_applications(actor=actor) | visible_applications(actor=actor)
    found = rows.filter(pk=_uuid(id)).select_related("applicant", "enterprise", "division", "reviewer", "certificate")
    row = found.first()
    if row is None:
        raise ApplicationNotFound()
    return row


def may_write(*, application: Application, actor: Actor) -> bool:
    """Whether the actor may write on this application while it is a draft or returned."""
    return own_applications(actor=actor).filter(pk=application.pk).exists()


def may_read_fully(*, application: Application, actor: Actor, now: dt.datetime) -> bool:
    """Whether secrets and personal fields are shown to the actor in full: to those who wrote them, and to the
    official who has claimed the review (which is in the audit trail)."""
    if may_write(application=application, actor=actor):
        return True
    claimed = application.reviewer_id is not None and application.reviewer_id == actor.user_id
    if not claimed or application.claimed_until is None or application.claimed_until <= now:
        return False
    rows = visible_applications(actor=actor, permission=Permission.APPLICATION_REVIEW)
    return rows.filter(pk=application.pk).exists()


def values_of(*, application: Application, actor: Actor, now: dt.datetime) -> Values:
    """What was filled in. Personal and secret fields are masked unless `may_read_fully`."""
    values = all_values(application)
    if may_read_fully(application=application, actor=actor, now=now):
        return values
    kind = kind_of(application.kind)
    return {field.name: shown(field, values[field.name]) for field in kind.fields if field.name in values}


def shown(field: Field, value: Any) -> Any:
    """A value as those see it who have no need of it in full."""
    if not (field.personal or field.secret) or value in (None, ""):
        return value
    return _MASKS.get(field.type, mask_number)(str(value))


def all_values(application: Application) -> Values:
    """What was filled in, secrets too. For services: faces ask `values_of`."""
    return {**application.data, **(json.loads(application.secrets) if application.secrets else {})}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an application would change in the register."""

    field: Field
    before: Any
    after: Any


def changes(*, application: Application, actor: Actor, now: dt.datetime) -> list[Change]:
    """What an application about a registered row would change in it; empty for a new one. Masked as `values_of`."""
    kind = kind_of(application.kind)
    holder = kind.party._default_manager.filter(pk=application.holder).first() if application.holder else None
    if holder is None:
        return []
    fully = may_read_fully(application=application, actor=actor, now=now)
    before, after = kind.values_of(holder), all_values(application)
    found = []
    for field in kind.fields:
        if field.name in before and (before[field.name] or None) != (after.get(field.name) or None):
            pair = (before[field.name], after.get(field.name))
            old, new = pair if fully else (shown(field, value) for value in pair)
            found.append(Change(field, old, new))
    return found


def content_of(*, application: Application) -> dict[str, Any]:
    """What would be handed in now, as a submission keeps it: values by field, digests of papers by kind."""
    papers: dict[str, list[str]] = {}
    rows = Document.objects.filter(application=application).order_by("kind", "sha256")
    for kind, digest in rows.values_list("kind", "sha256"):
        papers.setdefault(kind, []).append(digest)
    values = {name: value for name, value in all_values(application).items() if value not in (None, "", [])}
    return json.loads(json.dumps({"values": values, "papers": papers}, sort_keys=True, default=str))


def handed_in(*, application: Application, revision: int) -> dict[str, Any] | None:
    """What was handed in at that submission; None where it was not kept yet."""
    row = Submission.objects.filter(application=application, revision=revision).first()
    return json.loads(row.content) if row is not None else None


@dataclass(frozen=True, slots=True)
class Since:
    """What differs from the submission before: old values by field (masked unless read fully), kinds of papers.

    `nothing`: it was handed in again as it was.
    """

    fields: dict[str, Any]
    papers: frozenset[str]

    @property
    def nothing(self) -> bool:
        return not self.fields and not self.papers


def since_last_round(*, application: Application, actor: Actor, now: dt.datetime) -> Since | None:
    """How this submission differs from the one before; None for the first, and where none was kept."""
    before = handed_in(application=application, revision=application.revision - 1)
    if before is None:
        return None
    after, fully = content_of(application=application), may_read_fully(application=application, actor=actor, now=now)
    old, new = before["values"], after["values"]
    changed = [field for field in kind_of(application.kind).fields if old.get(field.name) != new.get(field.name)]
    papers = {kind for kind in {*before["papers"], *after["papers"]}
              if before["papers"].get(kind) != after["papers"].get(kind)}  # fmt: skip
    values = {f.name: old.get(f.name) if fully else shown(f, old.get(f.name)) for f in changed}
    return Since(values, frozenset(papers))


def duplicates_of(*, application: Application, actor: Actor) -> list[Duplicate]:
    """Registered rows that this application may be about. For officials of its place only: an applicant learns nothing
    of others by it."""
    if not demand(actor).scope(Permission.APPLICATION_VIEW).covers_division(application.division_id or ""):
        raise ApplicationNotFound()
    return kind_of(application.kind).duplicates(all_values(application), application.holder)


def twins_of(*, application: Application) -> QuerySet[Application]:
    """Other open applications about the very same thing."""
    rows = Application.objects.filter(kind=application.kind, state__in=OPEN).exclude(pk=application.pk)
    return rows.filter(identity=application.identity).exclude(identity="")


def missing_documents(*, application: Application, values: Values | None = None) -> dict[str, Any]:
    """A sentence for each required document that is not there, by its code."""
    values = all_values(application) if values is None else values
    there = Counter(Document.objects.filter(application=application).values_list("kind", flat=True))
    wanted = [item for item in kind_of(application.kind).documents if item.required and item.asked(values)]
    sentence = _("请上传“%(document)s”。")
    return {item.code: sentence % {"document": item.label} for item in wanted if not there[item.code]}


@dataclass(frozen=True, slots=True)
class Finding:
    """An item of the checklist with what was found on the present submission: True, False, or None for not yet."""

    code: str
    label: Any
    help: Any
    automatic: bool
    passed: bool | None
    note: str


def checklist_of(*, application: Application) -> list[Finding]:
    """The checklist of the present submission, in its order."""
    made = {row.item: row for row in Check.objects.filter(application=application, revision=application.revision)}
    findings = []
    for item in kind_of(application.kind).checklist:
        row = made.get(item.code)
        passed, note = (row.passed, row.note) if row else (None, "")
        findings.append(Finding(item.code, item.label, item.help, item.automatic, passed, note))
    return findings


def remarks_of(*, application: Application) -> QuerySet[Remark]:
    """What the official wanted changed at the last return, if need be on an earlier submission."""
    returned = application.state == ApplicationState.RETURNED
    return Remark.objects.filter(application=application, revision=application.revision - (not returned))


def draft_remarks_of(*, application: Application) -> QuerySet[Remark]:
    """What its reviewer has written so far on the present submission. Nobody but reviewers reads it."""
    waits = application.state == ApplicationState.SUBMITTED
    return Remark.objects.filter(application=application, revision=application.revision if waits else 0)


def steps_of(*, application: Application) -> QuerySet[Step]:
    return Step.objects.filter(application=application).select_related("by")


def title_of(application: Application) -> str:
    """How lists call it; of a person masked."""
    kind: Kind = kind_of(application.kind)
    title = kind.title(all_values(application))
    return mask_name(title) if kind.of_person else title


def is_editable(application: Application) -> bool:
    return application.state in EDITABLE


def waiting(*, actor: Actor, permission: str = Permission.APPLICATION_REVIEW) -> QuerySet[Application]:
    """What waits for a decision, the most urgent first."""
    rows = visible_applications(actor=actor, permission=permission).filter(state=ApplicationState.SUBMITTED)
    return rows.order_by("due_on", "submitted_at")


def _uuid(text: uuid.UUID | str) -> uuid.UUID:
    try:
        return text if isinstance(text, uuid.UUID) else uuid.UUID(str(text))
    except ValueError:
        raise ApplicationNotFound() from None

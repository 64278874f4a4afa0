"""Reviewing: one official at a time, item by item, and back to the applicant when something is wrong.

The permission is read with the request that posts a decision, not with the one that opened the page: an official
whose role was withdrawn meanwhile is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.licensing import selectors
from logistics.licensing.errors import (
    ApplicationNotFound,
    ClaimedByOther,
    ClaimLost,
    OwnCase,
    StaleRevision,
    WrongState,
)
from logistics.licensing.kinds import kind_of, parts
from logistics.licensing.models import Application, Check, Remark
from logistics.licensing.states import ApplicationState
from logistics.licensing.steps import move
from logistics.registry.models import Station
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Forbidden

CLAIM_LASTS = dt.timedelta(minutes=30)
REMARK_MOST, NOTE_MOST = 200, 200
WHOLE = ""  # the field of a remark about the whole application


@transaction.atomic
def claim(*, application: Application, actor: Actor, now: dt.datetime) -> Application:
    """Take an application for review, for half an hour; again prolongs it. Of two who try at once one gets it.

    Raises ApplicationNotFound beyond the actor's division, OwnCase, WrongState unless it waits for review,
    ClaimedByOther.
    """
    row = reviewable(application, actor)
    free = Q(reviewer__isnull=True) | Q(reviewer=actor.user_id) | Q(claimed_until__lte=now)
    mine = Application.objects.filter(free, pk=row.pk, state=ApplicationState.SUBMITTED)
    if not mine.update(reviewer=actor.user_id, claimed_until=now + CLAIM_LASTS):
        row.refresh_from_db()
        raise ClaimedByOther() if row.state == ApplicationState.SUBMITTED else WrongState()
    if row.reviewer_id != actor.user_id:
        record(actor=actor, now=now, action="application.claimed", target=row)
    row.refresh_from_db()
    return row


@transaction.atomic
def release(*, application: Application, actor: Actor, now: dt.datetime) -> None:
    """Give a claim back before its time. Without one nothing happens."""
    row = reviewable(application, actor)
    mine = Application.objects.filter(pk=row.pk, state=ApplicationState.SUBMITTED, reviewer=actor.user_id)
    if mine.update(reviewer=None, claimed_until=None):
        record(actor=actor, now=now, action="application.released", target=row)


@transaction.atomic
def check(
    *, application: Application, item: str, passed: bool, note: str = "", actor: Actor, now: dt.datetime,
    revision: int | None = None,
) -> Check:  # fmt: skip
    """Note what was found on one item of the checklist. Raises as `held`, and BadInput for an item that the portal
    finds out itself or that the kind has not."""
    row = held(application, application.revision if revision is None else revision, actor, now)
    if item not in {entry.code for entry in kind_of(row.kind).checklist if not entry.automatic}:
        raise BadInput(_("没有这个审核要点，或者它由系统自动核对。"), code="unknown_item")
    outcome = {"passed": passed, "note": note.strip()[:NOTE_MOST], "checked_by_id": actor.user_id, "checked_at": now}
    found, _made = Check.objects.update_or_create(application=row, item=item, revision=row.revision, defaults=outcome)
    record(
        actor=actor, now=now, action="application.checked", target=row, why=found.note,
        after={"item": item, "passed": passed, "revision": row.revision},
    )  # fmt: skip
    return found


@transaction.atomic
def keep_findings(
    *, application: Application, revision: int, checks: Mapping[str, tuple[bool, str]],
    remarks: Mapping[str, str] | None,     actor: Actor, now: dt.datetime,
) -> None:  # fmt: skip
    """Keep what the reviewer has found and written so far; the claim lasts on from here.

    `checks`: by item whether it passed, and the note; items left out stay as they are. `remarks` replace those that
    were written before; nobody else reads them until the application is returned. Raises as `check`, and BadInput for
    an unknown field or a remark that is too long.
    """
    row = held(application, revision, actor, now)
    known = {one.item: (one.passed, one.note) for one in row.checks.filter(revision=row.revision)}
    for item, (passed, note) in checks.items():
        if known.get(item) != (passed, note.strip()[:NOTE_MOST]):
            check(application=row, item=item, passed=passed, note=note, actor=actor, now=now)
    if remarks is not None:
        wanted = {field: text.strip() for field, text in remarks.items() if text.strip()}
        _known_remarks(row, wanted)
        _write_remarks(row, wanted, now)
    Application.objects.filter(pk=row.pk).update(claimed_until=now + CLAIM_LASTS)


@transaction.atomic
def return_for_changes(
    *, application: Application, revision: int, remarks: Mapping[str, str], actor: Actor, now: dt.datetime
) -> Application:
    """Send an application back with what is to be changed, by field or document ("" for the whole).

    Raises as `held`, and BadInput without a remark, for an unknown field, or for a remark that is too long.
    """
    row = held(application, revision, actor, now)
    wanted = {field: text.strip() for field, text in remarks.items() if text.strip()}
    if not wanted:
        raise BadInput(_("没有写修改意见。"), code="remark_missing", hint=_("请至少写明一处要改什么。"))
    _known_remarks(row, wanted)
    _write_remarks(row, wanted, now)
    return move(
        row=row, to=ApplicationState.RETURNED, actor=actor, now=now, by_official=True, text=wanted.get(WHOLE, ""),
        parameters={"count": len(wanted)},
    )  # fmt: skip


def reviewable(application: Application, actor: Actor) -> Application:
    """The row as it is now, when the actor reviews its division and is not party to it."""
    demand(actor).require(Permission.APPLICATION_REVIEW)
    if actor.user_id is None:
        raise Forbidden()  # a person decides, never a program
    rows = selectors.visible_applications(actor=actor, permission=Permission.APPLICATION_REVIEW)
    row = rows.filter(pk=application.pk).select_related("applicant").first()
    if row is None:
        raise ApplicationNotFound()
    if is_own_case(row, actor):
        raise OwnCase()
    return row


def held(application: Application, revision: int, actor: Actor, now: dt.datetime) -> Application:
    """The row, locked, when the actor has claimed it and saw its present submission.

    Raises ApplicationNotFound, OwnCase, WrongState, StaleRevision, ClaimLost.
    """
    reviewable(application, actor)
    row = Application.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=application.pk)
    if row.state != ApplicationState.SUBMITTED:
        raise WrongState()
    if row.revision != revision:
        raise StaleRevision()
    if row.reviewer_id != actor.user_id or row.claimed_until is None or row.claimed_until <= now:
        raise ClaimLost()
    return row


def is_own_case(row: Application, actor: Actor) -> bool:
    """Whether the actor applied for it, or works for the enterprise or at the station that it is about."""
    if row.applicant_id == actor.user_id:
        return True
    kind = kind_of(row.kind)
    holder = kind.party._default_manager.filter(pk=row.holder).first() if row.holder else None
    firm = kind.enterprise_of(holder) if holder is not None else row.enterprise
    if firm is not None and parts.employers(actor).filter(pk=firm.pk).exists():
        return True
    if isinstance(holder, Station) and holder.pk in parts.works_for(actor).stations:
        return True
    user = kind.user_of(holder) if holder is not None else None
    return user is not None and user.pk == actor.user_id


def forget_drafts(row: Application) -> None:
    """Remarks on a submission that was decided without a return: they were for nobody else."""
    row.remarks.filter(revision=row.revision).delete()


def _write_remarks(row: Application, wanted: Mapping[str, str], now: dt.datetime) -> None:
    forget_drafts(row)
    Remark.objects.bulk_create(
        Remark(application=row, field=field, text=text, revision=row.revision, made_at=now)
        for field, text in wanted.items()
    )


def _known_remarks(row: Application, wanted: Mapping[str, str]) -> None:
    kind = kind_of(row.kind)
    known = {WHOLE, *(field.name for field in kind.fields), *(item.code for item in kind.documents)}
    if unknown := sorted(set(wanted) - known):
        sentence = _("这张表没有这个栏目。")
        raise BadInput(sentence, code="unknown_fields", fields=dict.fromkeys(unknown, sentence))
    if long := [field for field, text in wanted.items() if len(text) > REMARK_MOST]:
        too_long = _("意见最多 %(count)d 个字。") % {"count": REMARK_MOST}
        raise BadInput(too_long, code="remark_too_long", fields=dict.fromkeys(long, too_long))

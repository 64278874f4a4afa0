"""Handing an application in, and taking it back."""

from __future__ import annotations

import datetime as dt
import json

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.licensing import selectors
from logistics.licensing.errors import AlreadyOpen, ApplicationNotFound, WrongState
from logistics.licensing.findings import keep_automatic
from logistics.licensing.kinds import kind_of
from logistics.licensing.kinds.cleaning import clean_all
from logistics.licensing.models import Application, Submission
from logistics.licensing.services.drafts import keep, writable
from logistics.licensing.states import OPEN, ApplicationState
from logistics.licensing.steps import move
from portal.core.actor import Actor
from portal.core.clock import county_day
from portal.core.errors import BadInput, Conflict
from portal.workdays.selectors import due_after


class NothingChanged(Conflict):
    code = "nothing_changed"
    message = _("退回以后，内容和材料都没有改过。")
    hint = _("请按修改意见改好后再提交；确实不用改的，点“没有改，也要提交”。")


class NotWhole(BadInput):
    code = "application_not_whole"
    message = _("还有栏目没有填好，暂时不能提交。")
    hint = _("请按每一栏的提示改好后再提交；已填的内容都已保存。")


@transaction.atomic
def submit(*, application: Application, actor: Actor, now: dt.datetime, although_same: bool = False) -> Application:
    """Hand an application in for review, the first time or again. It can't be changed from then on.

    Again with nothing changed only where the applicant says so (`although_same`). Raises NothingChanged, NotWhole with
    a sentence a field or document, AlreadyOpen when another open one is about the same thing, ApplicationNotFound,
    UnderReview, WrongState.
    """
    row = writable(application, actor)
    kind, today = kind_of(row.kind), county_day(now)
    values, problems = clean_all(kind, selectors.all_values(row), today)
    problems |= selectors.missing_documents(application=row, values=values)
    if problems:
        raise NotWhole(fields=problems)
    keep(row, kind, values, now)
    content = selectors.content_of(application=row)
    if row.revision and not although_same and content == selectors.handed_in(application=row, revision=row.revision):
        raise NothingChanged()
    if selectors.twins_of(application=row).filter(applicant=row.applicant_id).exists():
        raise AlreadyOpen()
    row.revision += 1
    row.submitted_at, row.division_id = now, kind.place(values)
    due = due_after(start=today, days=kind.review_days)
    row.due_on, row.due_certain = due.day, due.certain
    move(row=row, to=ApplicationState.SUBMITTED, actor=actor, now=now, parameters={"due": f"{due.day:%Y-%m-%d}"})
    keep_automatic(row, values, now)
    Submission.objects.create(application=row, revision=row.revision, made_at=now, content=json.dumps(content))
    return row


@transaction.atomic
def withdraw(*, application: Application, actor: Actor, now: dt.datetime) -> Application:
    """Take an open application back, also one under review. Raises ApplicationNotFound, WrongState when decided."""
    rows = selectors.own_applications(actor=actor).filter(pk=application.pk)
    row = rows.select_for_update(of=("self",)).select_related("applicant").first()
    if row is None:
        raise ApplicationNotFound()
    if row.state not in OPEN:
        raise WrongState()
    return move(row=row, to=ApplicationState.WITHDRAWN, actor=actor, now=now)

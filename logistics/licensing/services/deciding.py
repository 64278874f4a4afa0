"""Deciding an application: the register, the certificate and the applicant's role in one transaction, or nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from logistics.certificates.models import Certificate
from logistics.certificates.services import issue
from logistics.certificates.states import CURRENT
from logistics.licensing import selectors
from logistics.licensing.errors import ChecklistOpen
from logistics.licensing.findings import keep_automatic, not_passed
from logistics.licensing.kinds import Kind, kind_of
from logistics.licensing.kinds.cleaning import clean_all
from logistics.licensing.models import Application
from logistics.licensing.services.reviewing import forget_drafts, held
from logistics.licensing.states import ApplicationState, Purpose
from logistics.licensing.steps import move
from portal.core.actor import Actor
from portal.core.clock import county_day, months_after
from portal.core.errors import BadInput, Conflict

REFUSAL_MOST = 400
EARLY = dt.timedelta(days=90)  # what is left of the old term counts on to the new one, but no more than this


class NoLongerRight(Conflict):
    code = "application_no_longer_right"
    message = _("提交以后有的内容不再有效，例如证件已经过期。")
    hint = _("请把这些栏目退回申请人修改。")


class CertificateGone(Conflict):
    code = "certificate_gone"
    message = _("原来的证书已经不在了。")
    hint = _("请退回申请，请申请人改为新申请。")


@transaction.atomic
def approve(*, application: Application, revision: int, actor: Actor, now: dt.datetime) -> Application:
    """Approve: registers or changes the party, issues or replaces its certificate, gives a newcomer their role.

    Raises as `held`; ChecklistOpen with the items that have not passed; NoLongerRight; CertificateGone; and what the
    register and the certificates refuse (AlreadyThere, OutOfScope, SuspendedNow …). Then nothing has happened.
    """
    row = held(application, revision, actor, now)
    kind, today = kind_of(row.kind), county_day(now)
    values, problems = clean_all(kind, selectors.all_values(row), today)
    if problems:
        raise NoLongerRight(fields=problems)
    keep_automatic(row, values, now)
    if left := not_passed(row):
        raise ChecklistOpen(fields=left)
    first = row.holder is None
    holder = kind.register(row, values, actor, now)
    holder.refresh_from_db()
    row.holder, row.certificate = holder.pk, _certify(row, kind, holder, actor, now)
    if first:
        kind.welcome(row, holder, actor, now)
    row.decided_at, row.decided_by_id = now, actor.user_id
    forget_drafts(row)
    return move(
        row=row, to=ApplicationState.APPROVED, actor=actor, now=now, by_official=True,
        parameters={"certificate": row.certificate.number, "until": f"{row.certificate.valid_until:%Y-%m-%d}"},
    )  # fmt: skip


@transaction.atomic
def refuse(*, application: Application, revision: int, why: str, actor: Actor, now: dt.datetime) -> Application:
    """Refuse for good, with the reason that the applicant reads. Raises as `held`, and BadInput without a reason."""
    row = held(application, revision, actor, now)
    reason = why.strip()
    if not reason or len(reason) > REFUSAL_MOST:
        sentence = _("请写明不通过的理由，最多 %(count)d 个字。") % {"count": REFUSAL_MOST}
        raise BadInput(sentence, code="reason_missing", fields={"why": sentence})
    row.refusal, row.decided_at, row.decided_by_id = reason, now, actor.user_id
    forget_drafts(row)
    return move(
        row=row, to=ApplicationState.REFUSED, actor=actor, now=now, by_official=True, text=reason, why=reason
    )  # fmt: skip


def _certify(row: Application, kind: Kind, holder: Any, actor: Actor, now: dt.datetime) -> Certificate:
    """The certificate that follows: a new one, or the present one where nothing on it changes."""
    with override("zh-hans"):  # what is printed does not go by the official's language
        facts = {name: str(text) for name, text in kind.facts(holder).items()}
    old = Certificate.objects.filter(kind=kind.code, holder=holder.pk, state__in=CURRENT).first()
    if row.purpose != Purpose.NEW and old is None:
        raise CertificateGone()
    name = kind.name_of(holder)
    if row.purpose == Purpose.ANNUAL and old is not None and old.facts == facts and old.holder_name == name:
        return old
    today = county_day(now)
    return issue(
        kind=kind.code, holder=holder.pk, holder_name=name, facts=facts, division=holder.division,
        valid_from=today, valid_until=_until(row, kind, old, today), actor=actor, now=now,
        enterprise=kind.enterprise_of(holder), user=kind.user_of(holder), replaces=old, demo=row.demo,
    )  # fmt: skip


def _until(row: Application, kind: Kind, old: Certificate | None, today: dt.date) -> dt.date:
    """The last valid day. A renewal goes on from the end of the old one, though renewing early and often gains
    nothing; a change or review keeps its end."""
    end = old.valid_until if old is not None else None
    if row.purpose in (Purpose.CHANGE, Purpose.ANNUAL) and end is not None and end >= today:
        return end
    if row.purpose == Purpose.RENEWAL and end is not None and end >= today:
        return min(months_after(end, kind.valid_months), months_after(today, kind.valid_months) + EARLY)
    return months_after(today, kind.valid_months) - dt.timedelta(days=1)

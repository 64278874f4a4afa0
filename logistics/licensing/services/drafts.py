"""Beginning an application and filling it in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from logistics.certificates.models import Certificate
from logistics.certificates.states import CURRENT
from logistics.licensing import selectors
from logistics.licensing.errors import AlreadyOpen, ApplicationNotFound, NotForYou, UnderReview, WrongState
from logistics.licensing.kinds import Kind, Values, kind_of
from logistics.licensing.kinds.cleaning import clean_all, typed
from logistics.licensing.models import Application
from logistics.licensing.states import EDITABLE, OPEN, ApplicationState, Purpose
from logistics.registry.models import Enterprise
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.checkdigits import random_number
from portal.core.clock import county_day
from portal.core.errors import BadInput, Conflict, SignInNeeded, TooMany

MOST_OPEN = 20  # drafts and waiting applications of one person; a fleet of vehicles fits
PREFIX, LENGTH = "SQ", 8


class NothingCertified(Conflict):
    code = "not_certified"
    message = _("还没有可以续期、变更或年审的证书。")
    hint = _("请选择“新申请”。")


class CertifiedAlready(Conflict):
    code = "certified_already"
    message = _("已经有证书了，不用重新申请。")
    hint = _("请选择续期、变更或年审。")


class TooManyOpen(TooMany):
    code = "too_many_applications"
    message = _("您在办的申请已经太多。")
    hint = _("请先提交或撤回一些，再开始新的申请。")


@transaction.atomic
def start(
    *, kind: str, purpose: str, actor: Actor, now: dt.datetime, enterprise: Enterprise | None = None,
    holder: Model | None = None, demo: bool = False,
) -> Application:  # fmt: skip
    """Begin a draft. About a registered row (`holder`) it is filled in with what the register and the last approved
    application know.

    Raises UnknownKind, NotForYou, AlreadyOpen (for the same row), NothingCertified for a renewal, change or annual
    review without certificate, CertifiedAlready for a new one with, TooManyOpen.
    """
    made_for = kind_of(kind)
    demand(actor).require(Permission.OWN_APPLICATIONS)
    if actor.user_id is None:
        raise SignInNeeded()
    if purpose not in Purpose.values:
        raise BadInput(_("没有这种事项。"), code="unknown_purpose")
    _hold_open_few(actor)
    firm, holder = _authorised(made_for, actor, enterprise, holder)
    _hold_purpose(made_for, purpose, holder)
    values = _known(made_for, holder)
    row = Application(
        number=random_number(PREFIX, LENGTH), kind=kind, purpose=purpose, applicant_id=actor.user_id, enterprise=firm,
        holder=holder.pk if holder else None, created_at=now, updated_at=now, demo=demo,
    )  # fmt: skip
    keep(row, made_for, values, now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyOpen() from error
    record(actor=actor, now=now, action="application.started", target=row, after={"kind": kind, "purpose": purpose})
    return row


@transaction.atomic
def save_draft(
    *, application: Application, values: Mapping[str, Any], actor: Actor, now: dt.datetime
) -> dict[str, Any]:
    """Keep what was typed, right or wrong, and say what is not right yet: a sentence a field; empty when whole.

    Fields that are not in `values` stay. Raises ApplicationNotFound for somebody else's, UnderReview once it was
    handed in, BadInput for a field the kind has not, TooLarge.
    """
    row = writable(application, actor)
    kind = kind_of(row.kind)
    kept = {**selectors.all_values(row), **typed(kind, values)}
    keep(row, kind, kept, now)
    row.updated_at = now
    row.save(update_fields=["data", "secrets", "identity", "updated_at"])
    return clean_all(kind, kept, county_day(now))[1]


def writable(application: Application, actor: Actor) -> Application:
    """The row, locked, when this actor may write on it now."""
    rows = selectors.own_applications(actor=actor).filter(pk=application.pk)
    row = rows.select_for_update(of=("self",)).select_related("applicant").first()
    if row is None:
        raise ApplicationNotFound()
    if row.state == ApplicationState.SUBMITTED:
        raise UnderReview()
    if row.state not in EDITABLE:
        raise WrongState()
    return row


def keep(row: Application, kind: Kind, values: Values, now: dt.datetime) -> None:
    secret = {field.name for field in kind.fields if field.secret}
    kept = {name: value for name, value in values.items() if value is not None}
    row.data = {name: value for name, value in kept.items() if name not in secret}
    hidden = {name: value for name, value in kept.items() if name in secret}
    row.secrets = json.dumps(hidden, ensure_ascii=False) if hidden else ""
    row.identity = kind.identity_hash(clean_all(kind, kept, county_day(now))[0])


def _authorised(
    kind: Kind, actor: Actor, enterprise: Enterprise | None, holder: Model | None
) -> tuple[Enterprise | None, Model | None]:
    """The enterprise for which is applied and the registered row, as they are now; raises NotForYou."""
    if holder is not None:
        row = kind.holders_for(actor).filter(pk=holder.pk).first()
        if row is None:
            raise NotForYou()
        return kind.enterprise_of(row), row
    if kind.of_person and (mine := kind.holders_for(actor).first()) is not None:
        return kind.enterprise_of(mine), mine  # who is registered applies as who they are
    firm = kind.enterprises_for(actor).filter(pk=enterprise.pk).first() if enterprise is not None else None
    if enterprise is not None and firm is None:
        raise NotForYou()
    return firm, None


def _hold_purpose(kind: Kind, purpose: str, holder: Model | None) -> None:
    certified = (
        holder is not None and Certificate.objects.filter(kind=kind.code, holder=holder.pk, state__in=CURRENT).exists()
    )
    if purpose == Purpose.NEW and certified:
        raise CertifiedAlready()
    if purpose != Purpose.NEW and not certified:
        raise NothingCertified()


def _hold_open_few(actor: Actor) -> None:
    if Application.objects.filter(applicant=actor.user_id, state__in=OPEN).count() >= MOST_OPEN:
        raise TooManyOpen()


def _known(kind: Kind, holder: Model | None) -> Values:
    """What the register says, and what the last approved application said besides. Old secrets are asked for anew,
    except those that the register itself keeps."""
    if holder is None:
        return {}
    approved = Application.objects.filter(kind=kind.code, holder=holder.pk, state=ApplicationState.APPROVED)
    last = approved.order_by("-decided_at").first()
    return {**(last.data if last else {}), **kind.values_of(holder)}

"""Issuing certificates, with effect on the party in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.certificates.errors import IllegalJump, RevocationPending, SuspendedNow
from logistics.certificates.kinds import CertificateKind, KindMisuse, kind_of, party_rows
from logistics.certificates.models import Certificate, Measure
from logistics.certificates.states import CURRENT, CertificateState, MeasureState
from logistics.registry.models import Enterprise
from logistics.registry.states import State
from members.accounts.models import User
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.checkdigits import random_number
from portal.core.clock import county_day
from portal.core.errors import BadInput, Forbidden
from portal.regions.models import Division

NUMBER_PREFIX, NUMBER_LENGTH = "C", 11  # 32^11: guessing meets one in 10^12 of a county's certificates
_LIFTED = (State.REVOKED, State.CLOSED)  # by a new certificate; a suspension is lifted by whoever suspended


class BeyondScope(Forbidden):
    code = "out_of_scope"
    message = _("这里不在您的管辖范围内。")
    hint = _("请由当地的主管部门办理。")


class BadTerm(BadInput):
    code = "bad_term"
    message = _("证书的有效期不对：不能从以后开始，也不能在今天之前结束。")
    hint = _("请核对有效期的起止日期。")


@transaction.atomic
def issue(
    *, kind: str, holder: int, holder_name: str, facts: Mapping[str, Any], division: Division,
    valid_from: dt.date, valid_until: dt.date | None, actor: Actor, now: dt.datetime, subject: str = "",
    enterprise: Enterprise | None = None, user: User | None = None, replaces: Certificate | None = None,
    demo: bool = False,
) -> Certificate:  # fmt: skip
    """Issues a certificate and lets its party work from this moment until `valid_until`, its last day.

    Takes the place of the certificate that the holder has now, if any (`replaces`, or found). Raises Forbidden without
    the kind's permission over the place, BadTerm, SuspendedNow and RevocationPending while officials deal with the old
    one, IllegalJump when `replaces` is no longer current, KindMisuse for facts that the kind does not name.
    """
    made_for = kind_of(kind)
    made_for.check(facts)
    _authorise(made_for, division, demand(actor))
    today = county_day(now)
    if valid_from > today or (valid_until is not None and valid_until < today):
        raise BadTerm()
    if valid_until is None and made_for.party is not None:
        raise KindMisuse(f"{kind}: a party's certificate ends on a day")
    old = _make_room(kind, holder, subject, replaces)
    enterprise_id = holder if made_for.party is Enterprise else enterprise.pk if enterprise else None
    row = Certificate.objects.create(
        number=random_number(NUMBER_PREFIX, NUMBER_LENGTH), kind=kind, holder=holder, subject=subject,
        holder_name=holder_name, facts=dict(facts), division=division, enterprise_id=enterprise_id, user=user,
        valid_from=valid_from, valid_until=valid_until, issued_at=now, issued_by=actor.id, replaces=old, demo=demo,
    )  # fmt: skip
    let_work(row, now)
    record(
        actor=actor, now=now, action="certificate.issued", target=row,
        after={"number": row.number, "kind": kind, "valid_until": valid_until and valid_until.isoformat()},
    )  # fmt: skip
    return row


def _authorise(kind: CertificateKind, division: Division, actor: Actor) -> None:
    if kind.issued_by is None:
        return
    actor.require(kind.issued_by)
    if not actor.scope(kind.issued_by).covers_division(division.code):
        raise BeyondScope()


def _make_room(kind: str, holder: int, subject: str, replaces: Certificate | None) -> Certificate | None:
    """The holder's current certificate, locked and marked as replaced."""
    rows = Certificate.objects.select_for_update(no_key=True)
    old = rows.filter(kind=kind, holder=holder, subject=subject, state__in=CURRENT).first()
    if replaces is not None and (old is None or old.pk != replaces.pk):
        raise IllegalJump(_("要换发的证书已经不是现在的证书。"))
    if old is None:
        return None
    if old.state == CertificateState.SUSPENDED:
        raise SuspendedNow()
    if Measure.objects.filter(certificate=old, state=MeasureState.PROPOSED).exists():
        raise RevocationPending()
    old.state = CertificateState.REPLACED
    old.save(update_fields=["state"])
    return old


def let_work(row: Certificate, now: dt.datetime) -> None:
    """Writes on the party's own row until when it may work."""
    mine = party_rows(row.kind, row.holder)
    if mine is None:
        return
    mine.update(certified_until=row.valid_until, updated_at=now)
    mine.filter(state__in=_LIFTED).update(state=State.ACTIVE, stopped_why="")

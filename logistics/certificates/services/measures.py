"""What officials do to a certificate: suspend, reinstate, cancel, and, by two of them, revoke.

The party's own row changes in the same transaction, so that the next scan already meets it. Each act is a Measure,
a line in the audit trail and a message to the holder.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from logistics.certificates import notices
from logistics.certificates.errors import (
    CertificateNotFound,
    IllegalJump,
    NothingProposed,
    NotYourProposal,
    OnlyPeople,
    RevocationPending,
    SameOfficial,
    WhyMissing,
)
from logistics.certificates.kinds import kind_of, party_rows
from logistics.certificates.models import Certificate, Measure
from logistics.certificates.selectors import visible_certificates
from logistics.certificates.services.telling import tell
from logistics.certificates.states import AFTER, MOVES, Act, CertificateState, MeasureState
from logistics.registry.states import State
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor, demand

WHY_LENGTH = 200
_PARTY_STATE = {Act.SUSPEND: State.SUSPENDED, Act.REVOKE: State.REVOKED, Act.CANCEL: State.CLOSED}
_TOLD = {
    Act.SUSPEND: notices.SUSPENDED,
    Act.REINSTATE: notices.REINSTATED,
    Act.REVOKE: notices.REVOKED,
    Act.CANCEL: notices.CANCELLED,
}


def suspend(*, certificate: Certificate, actor: Actor, now: dt.datetime, why: str) -> Measure:
    """Stops the holder from this moment, until somebody reinstates. Needs CERTIFICATE_MANAGE over its place.

    Raises IllegalJump unless it is valid, WhyMissing, CertificateNotFound beyond the actor's reach.
    """
    return _do(Act.SUSPEND, certificate, actor, now, why)


def reinstate(*, certificate: Certificate, actor: Actor, now: dt.datetime, why: str) -> Measure:
    """Ends a suspension. A certificate whose last day has passed meanwhile is expired, not good. Raises as suspend."""
    return _do(Act.REINSTATE, certificate, actor, now, why)


def cancel(*, certificate: Certificate, actor: Actor, now: dt.datetime, why: str) -> Measure:
    """Ends a certificate because its holder stopped working or gave it up. For good. Raises as suspend, and
    RevocationPending: nobody slips away from a revocation by giving up."""
    return _do(Act.CANCEL, certificate, actor, now, why)


@transaction.atomic
def propose_revocation(*, certificate: Certificate, actor: Actor, now: dt.datetime, why: str) -> Measure:
    """The first of two officials says why a certificate is to be revoked; nothing else happens yet. Needs
    CERTIFICATE_REVOKE. Raises RevocationPending when it was proposed already, and as suspend."""
    row = _locked(certificate, actor, Permission.CERTIFICATE_REVOKE)
    _require_person(actor)
    _require_move(row, Act.REVOKE)
    try:
        with transaction.atomic():
            measure = Measure.objects.create(
                certificate=row, act=Act.REVOKE, state=MeasureState.PROPOSED, why=_reason(why),
                proposed_by_id=actor.user_id, proposed_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise RevocationPending() from None
    record(actor=actor, now=now, action="certificate.revocation_proposed", target=row, why=measure.why)
    return measure


@transaction.atomic
def withdraw_revocation(*, certificate: Certificate, actor: Actor, now: dt.datetime) -> Measure:
    """Who proposed a revocation takes it back before a colleague decides; nobody was told yet. Raises NothingProposed,
    NotYourProposal, and as suspend."""
    row = _locked(certificate, actor, Permission.CERTIFICATE_REVOKE)
    measure = Measure.objects.filter(certificate=row, state=MeasureState.PROPOSED).first()
    if measure is None:
        raise NothingProposed()
    if measure.proposed_by_id != actor.user_id:
        raise NotYourProposal()
    measure.state, measure.decided_at = MeasureState.WITHDRAWN, now
    measure.save(update_fields=["state", "decided_at"])
    record(actor=actor, now=now, action="certificate.revocation_withdrawn", target=row, why=measure.why)
    return measure


@transaction.atomic
def decide_revocation(
    *, certificate: Certificate, actor: Actor, now: dt.datetime, why: str, agreed: bool = True
) -> Measure:
    """The second official agrees, and the certificate is revoked for good, or does not. Of two decisions the first
    counts. Raises SameOfficial, NothingProposed, OnlyPeople, and as suspend."""
    row = _locked(certificate, actor, Permission.CERTIFICATE_REVOKE)
    _require_person(actor)
    measure = Measure.objects.filter(certificate=row, state=MeasureState.PROPOSED).first()
    if measure is None:
        raise NothingProposed()
    if measure.proposed_by_id == actor.user_id:
        raise SameOfficial()
    if agreed:
        _require_move(row, Act.REVOKE)
    measure.state = MeasureState.DONE if agreed else MeasureState.REJECTED
    measure.decided_by_id, measure.decided_at, measure.decision_why = actor.user_id, now, _reason(why)
    measure.save(update_fields=["state", "decided_by", "decided_at", "decision_why"])
    if agreed:
        _carry_out(row, measure, now)
    action = "certificate.revoked" if agreed else "certificate.revocation_rejected"
    record(actor=actor, now=now, action=action, target=row, why=measure.decision_why, after={"state": row.state})
    return measure


@transaction.atomic
def _do(act: Act, certificate: Certificate, actor: Actor, now: dt.datetime, why: str) -> Measure:
    row = _locked(certificate, actor, Permission.CERTIFICATE_MANAGE)
    _require_move(row, act)
    if act == Act.CANCEL and Measure.objects.filter(certificate=row, state=MeasureState.PROPOSED).exists():
        raise RevocationPending()
    if act == Act.CANCEL:
        _require_leave(row)
    before = row.state
    measure = Measure.objects.create(
        certificate=row, act=act, state=MeasureState.DONE, why=_reason(why),
        proposed_by_id=actor.user_id, proposed_at=now, decided_by_id=actor.user_id, decided_at=now,
    )  # fmt: skip
    _carry_out(row, measure, now)
    record(
        actor=actor, now=now, action=f"certificate.{AFTER[act]}" if act != Act.REINSTATE else "certificate.reinstated",
        target=row, before={"state": before}, after={"state": row.state}, why=measure.why,
    )  # fmt: skip
    return measure


def _carry_out(row: Certificate, measure: Measure, now: dt.datetime) -> None:
    act = Act(measure.act)
    row.state = AFTER[act]
    row.save(update_fields=["state"])
    _write_party(row, act, measure.why, now)
    more = {} if act == Act.REINSTATE else {"why": measure.why}
    tell(certificate=row, template=_TOLD[act], key=str(measure.pk), now=now, **more)


def _write_party(row: Certificate, act: Act, why: str, now: dt.datetime) -> None:
    """`stopped_why` marks a party that was stopped through its certificate: only so it is let go again."""
    mine = party_rows(row.kind, row.holder)
    if mine is None:
        return
    if act == Act.REINSTATE:
        mine = mine.filter(state=State.SUSPENDED).exclude(stopped_why="")
        mine.update(state=State.ACTIVE, stopped_why="", updated_at=now)
    else:
        mine.update(state=_PARTY_STATE[act], stopped_why=why, updated_at=now)


def _locked(certificate: Certificate, actor: Actor, permission: str) -> Certificate:
    demand(actor).require(permission)
    rows = visible_certificates(actor=actor, permission=permission).select_for_update(no_key=True, of=("self",))
    row = rows.filter(pk=certificate.pk).first()
    if row is None:
        raise CertificateNotFound()
    return row


def _require_move(row: Certificate, act: Act) -> None:
    """The table of jumps, and one thing more: only what is suspended can be reinstated."""
    if AFTER[act] not in MOVES[row.state]:
        label = CertificateState(row.state).label
        raise IllegalJump(_("这张证书现在是“%(state)s”，不能%(act)s。") % {"state": label, "act": act.label})


def _require_leave(row: Certificate) -> None:
    """What the app that declared the kind says of a party that stops for good, e.g. a station that holds parcels."""
    kind = kind_of(row.kind)
    if kind.party is not None and kind.leaving is not None:
        kind.leaving(kind.party._default_manager.select_for_update(no_key=True).get(pk=row.holder))


def _require_person(actor: Actor) -> None:
    if actor.user_id is None:
        raise OnlyPeople()


def _reason(why: str) -> str:
    why = " ".join(why.split())
    if not why or len(why) > WHY_LENGTH:
        raise WhyMissing()
    return why

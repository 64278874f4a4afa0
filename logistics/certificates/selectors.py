"""Reads of certificates, cut to the actor; what everybody may know is named public_*."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from logistics.certificates.errors import CertificateNotFound
from logistics.certificates.models import Certificate, Measure
from logistics.certificates.states import CURRENT, MeasureState
from logistics.registry.models import EnterpriseUserObjectPermission, StationUserObjectPermission
from members.access.states import Permission, Role, hold_codename
from members.accounts.models import User
from portal.core.actor import Actor, Scope, demand


def visible_certificates(*, actor: Actor, permission: str = Permission.CERTIFICATE_VIEW) -> QuerySet[Certificate]:
    """Certificates over which the actor holds `permission`: issued in their division, or to their enterprise and
    what belongs to it."""
    scope = demand(actor).scope(permission)
    rows = Certificate.objects.all()
    return rows if scope.everything else rows.filter(certificates_within(scope))


def certificates_within(scope: Scope) -> Q:
    reach = Q(enterprise__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(division__code__startswith=prefix)
    return reach


def to_decide(*, actor: Actor) -> QuerySet[Measure]:
    """Proposals to revoke that wait for the actor: of certificates in their reach, and not their own."""
    mine = visible_certificates(actor=actor, permission=Permission.CERTIFICATE_REVOKE)
    rows = Measure.objects.filter(state=MeasureState.PROPOSED, certificate__in=mine.values("pk"))
    return rows.exclude(proposed_by=actor.user_id)


def own_certificates(*, actor: Actor) -> QuerySet[Certificate]:
    """Certificates issued to the actor as a person."""
    if demand(actor).user_id is None:
        return Certificate.objects.none()
    return Certificate.objects.filter(user=actor.user_id)


def readable_certificates(*, actor: Actor) -> QuerySet[Certificate]:
    """The actor's own and those within their reach: what they may open and print."""
    scope = demand(actor).scope(Permission.CERTIFICATE_VIEW)
    if scope.everything:
        return Certificate.objects.all()
    return Certificate.objects.filter(_theirs(actor) | certificates_within(scope))


def _theirs(actor: Actor) -> Q:
    """What was issued to them as a person, and to the stations they keep: a station run by nobody else has no other
    who could open its certificate."""
    own = Q(user=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    stations = actor.scope(Permission.STATION_GIVE_OUT).stations  # of the roles at stations only the keeper's has it
    return own | Q(kind="station", holder__in=stations)


def held_certificates(*, actor: Actor) -> QuerySet[Certificate]:
    """The actor's own, and those of the enterprises in which they may see certificates; the ones in force first, of
    them those that end first."""
    enterprises = demand(actor).scope(Permission.CERTIFICATE_VIEW).enterprises
    passed = Case(When(state__in=CURRENT, then=0), default=1)
    return Certificate.objects.filter(_theirs(actor) | Q(enterprise__in=enterprises)).order_by(
        passed, "valid_until", "pk"
    )


def certificate_of(*, actor: Actor, number: str) -> Certificate:
    """Raises CertificateNotFound also for somebody else's."""
    found = readable_certificates(actor=actor).select_related("division").filter(number=number).first()
    if found is None:
        raise CertificateNotFound()
    return found


def current_certificate(*, kind: str, holder: int, subject: str = "") -> Certificate | None:
    """The certificate that a holder has now, whether or not it lets them work. For services, which check the reach."""
    return Certificate.objects.filter(kind=kind, holder=holder, subject=subject, state__in=CURRENT).first()


def current_of(*, kind: str, holders: list[int]) -> dict[int, Certificate]:
    """The same for many holders of a kind, by holder: one query."""
    rows = Certificate.objects.filter(kind=kind, holder__in=holders, state__in=CURRENT)
    return {row.holder: row for row in rows}


def public_certificate(number: str) -> Certificate:
    """The certificate of a number, whatever became of it. Raises CertificateNotFound."""
    found = Certificate.objects.select_related("replaced_by").filter(number=number).first()
    if found is None:
        raise CertificateNotFound()
    return found


def open_proposal(*, certificate: UUID) -> Measure | None:
    """The revocation that waits for a second official."""
    rows = Measure.objects.select_related("proposed_by")
    return rows.filter(certificate=certificate, state=MeasureState.PROPOSED).first()


def ended_on(*, certificate: UUID) -> dt.datetime | None:
    """When officials last did something to it."""
    rows = Measure.objects.filter(certificate=certificate, state=MeasureState.DONE)
    return rows.order_by("-decided_at").values_list("decided_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Told:
    user_id: int
    phone: str


def told_about(certificate: Certificate) -> list[Told]:
    """Whom news of a certificate go to: the person it was issued to, the administrators of its enterprise, and the
    keepers of its station. Each once; only phones that were verified."""
    who = Q(pk=certificate.user_id) if certificate.user_id else Q(pk__in=[])
    if certificate.enterprise_id:
        who |= Q(pk__in=_admins(certificate.enterprise_id))
    if certificate.kind == "station":
        who |= Q(pk__in=_keepers(certificate.holder))
    rows = User.objects.filter(who, is_active=True, phone_verified=True).order_by("pk")
    return [Told(pk, phone) for pk, phone in rows.values_list("pk", "phone")]


def _admins(enterprise: int) -> QuerySet:
    held = hold_codename(Role.ENTERPRISE_ADMIN)
    rows = EnterpriseUserObjectPermission.objects.filter(content_object=enterprise, permission__codename=held)
    return rows.values("user")


def _keepers(station: int) -> QuerySet:
    held = hold_codename(Role.KEEPER)
    return StationUserObjectPermission.objects.filter(content_object=station, permission__codename=held).values("user")

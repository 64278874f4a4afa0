"""Somebody is asked to work at an enterprise or one of its stations, and agrees on their own phone.

The link works once, for the phone it was sent to and nobody else, for seven days. It gives what whoever sent it may
still give when it is taken up, and never more.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Enterprise, Invitation, Station
from logistics.registry.selectors import EnterpriseNotFound, StationNotFound, enterprises_within
from logistics.registry.services.staff import PlaceNotActive, authorised_place, give_role, holds_role
from logistics.registry.states import State
from members.access.selectors import actor_of
from members.access.states import ROLE_SCOPE, Permission, Role, ScopeKind
from members.accounts.models import User
from members.accounts.phones import normalise_phone
from members.accounts.selectors import own_user
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, DomainError, Forbidden, NotFound, SignInNeeded
from portal.core.fields import keyed_hash
from portal.core.limits import Away, Limit
from portal.core.masking import mask_name
from portal.notify.services import send

LASTS = dt.timedelta(days=7)
# The last bounds what all enterprises together may send to one phone; before it, nobody uses up another's.
SENT_BY_PERSON = Limit("invitation-by", tries=60, every=24 * 60, away=Away.REFUSE)
SENT_BY_PERSON_TO_PHONE = Limit("invitation-pair", tries=5, every=4 * 3600, away=Away.REFUSE)
SENT_TO_PHONE = Limit("invitation-to", tries=20, every=3600, away=Away.REFUSE)


class InvitationNotFound(NotFound):
    code = "unknown_invitation"
    message = _("没有这个邀请。")
    hint = _("请从短信里完整地打开链接，或请邀请您的单位重新发送。")


class OtherPhone(Forbidden):
    code = "invitation_other_phone"
    message = _("这个邀请发给了另一个手机号。")
    hint = _("请退出后，用收到短信的手机号登录，再打开链接。")


class InvitationOver(Conflict):
    code = "invitation_over"
    message = _("这个邀请已超过 7 天，失效了。")
    hint = _("请邀请您的单位重新发送。")


class InvitationTaken(Conflict):
    code = "invitation_taken"
    message = _("这个邀请已经用过了。")
    hint = _("如果是您本人接受的，直接打开“工作台”即可；不是本人请联系该单位。")


class InvitationWithdrawn(Conflict):
    code = "invitation_withdrawn"
    message = _("这个邀请已被撤回。")
    hint = _("如仍需要，请邀请您的单位重新发送。")


class InvitationVoid(Conflict):
    code = "invitation_void"
    message = _("邀请您的人已经不能安排这个角色。")
    hint = _("请联系该单位的管理员重新邀请。")


class AlreadyInvited(Conflict):
    code = "already_invited"
    message = _("这个手机号已有同样的邀请，还没有接受。")
    hint = _("请等对方接受；要重新发送短信，请先撤回原来的邀请。")


class AlreadyHere(Conflict):
    code = "already_here"
    message = _("此人在这里已经有这个角色。")
    hint = _("请在人员列表中查看。")


class OwnPhone(BadInput):
    code = "own_phone"
    message = _("这是您自己的手机号。")
    hint = _("自己的角色请由另一位管理员办理。")


def invite(
    *, enterprise: Enterprise, role: str, name: str, phone: str, actor: Actor, now: dt.datetime,
    station: Station | None = None,
) -> Invitation:  # fmt: skip
    """Offers `role` at the enterprise, or at `station` that it operates, to the person with `phone`.

    Raises EnterpriseNotFound, StationNotFound (also for a station of others), RoleTooHigh, WrongPlace,
    PlaceNotActive, BadInput by field, OwnPhone, AlreadyHere, AlreadyInvited, TooMany.
    """
    demand(actor).require(Permission.STAFF_MANAGE)
    if actor.user_id is None:  # the portal itself invites nobody: the invited must know who did
        raise SignInNeeded()
    name, phone, chosen = _checked(role, name, phone)
    with transaction.atomic():
        at = _place(enterprise, station, chosen, actor)
        _not_needless(actor, at, chosen, phone)
        for limit, who in (
            (SENT_BY_PERSON, actor.user_id),
            (SENT_BY_PERSON_TO_PHONE, (actor.user_id, phone)),
            (SENT_TO_PHONE, phone),
        ):
            limit.take(who)
        same = Invitation.objects.filter(_open(), enterprise=enterprise, station=station, role=chosen, phone=phone)
        same.filter(expires_at__lte=now).update(withdrawn_at=now, phone="")
        token = secrets.token_urlsafe(18)
        try:
            with transaction.atomic():
                made = Invitation.objects.create(
                    enterprise=enterprise, station=station, role=chosen, name=name, phone=phone,
                    token_hash=hash_token(token), invited_by_id=actor.user_id, invited_at=now, expires_at=now + LASTS,
                )  # fmt: skip
        except IntegrityError:
            raise AlreadyInvited() from None
        _send(made, at, token, now)
        _note(actor, made, "invitation.sent", now)
    return made


def accept(*, token: str, actor: Actor, now: dt.datetime) -> Invitation:
    """Takes the invitation up: the role counts with the next request.

    Only for the person whose verified phone it was sent to. Raises SignInNeeded, InvitationNotFound, OtherPhone,
    InvitationTaken, InvitationWithdrawn, InvitationOver, InvitationVoid, PlaceNotActive.
    """
    with transaction.atomic():
        row = _locked(token)
        person = _live(row, actor, now)
        assert row is not None  # noqa: S101  _live refused it
        at: Station | Enterprise = row.station or row.enterprise
        try:
            authorised_place(actor_of(row.invited_by, second_factor=True), Role(row.role), at)
        except (NotFound, Forbidden):
            raise InvitationVoid() from None
        _fits(row)
        if not person.name:
            User.objects.filter(pk=person.pk).update(name=row.name)
        give_role(actor=actor, user=person, role=Role(row.role), at=at, now=now, why="")
        inviter = row.invited_by
        row.accepted_at, row.accepted_by, row.phone = now, person, ""
        row.save(update_fields=["accepted_at", "accepted_by", "phone"])
        _note(actor, row, "invitation.accepted", now)
        told = {"name": mask_name(person.name or row.name), "firm": str(at), "role": str(Role(row.role).label)}
        send(template="staff_joined", recipient=inviter.phone, parameters=told, dedupe_key=f"joined:{row.pk}", now=now)
    return row


def withdraw(*, enterprise: Enterprise, invitation_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Invitation:
    """The link stops working. Raises InvitationNotFound (also for others'), InvitationTaken; twice changes nothing."""
    demand(actor).require(Permission.STAFF_MANAGE)
    with transaction.atomic():
        own = Enterprise.objects.filter(pk=enterprise.pk).filter(enterprises_within(_reach(actor)))
        row = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation_id, enterprise__in=own).first()
        if row is None:
            raise InvitationNotFound()
        if row.accepted_at is not None:
            raise InvitationTaken()
        if row.withdrawn_at is None:
            row.withdrawn_at, row.phone = now, ""
            row.save(update_fields=["withdrawn_at", "phone"])
            _note(actor, row, "invitation.withdrawn", now)
    return row


def offered(*, token: str, actor: Actor, now: dt.datetime) -> Invitation:
    """What the link offers, for the person it was sent to. Raises as accept."""
    row = Invitation.objects.select_related("enterprise", "station").filter(token_hash=hash_token(token)).first()
    _live(row, actor, now)
    assert row is not None  # noqa: S101  _live refused it
    return row


def forget(*, now: dt.datetime) -> int:
    """Invitations that nobody took up in time lose their phone. Returns how many; may run at any time."""
    over = Invitation.objects.filter(_open(), expires_at__lte=now).exclude(phone="")
    return over.update(phone="", withdrawn_at=now)


def hash_token(token: str) -> str:
    return keyed_hash(token[:100], "invitation")


def _locked(token: str) -> Invitation | None:
    """The enterprise is locked first, as by `leave`: whoever sent the link may be leaving at this very moment."""
    rows = Invitation.objects.filter(token_hash=hash_token(token))
    list(Enterprise.objects.select_for_update(no_key=True).filter(pk__in=rows.values("enterprise")))
    return rows.select_for_update(no_key=True).first()


def _open() -> Q:
    return Q(accepted_at__isnull=True, withdrawn_at__isnull=True)


def _reach(actor: Actor):
    return actor.scope(Permission.STAFF_MANAGE)


def _checked(role: str, name: str, phone: str) -> tuple[str, str, Role]:
    problems = {}
    name = " ".join(name.split())[:40]
    if not name:
        problems["name"] = _("请填写姓名。")
    try:
        phone = normalise_phone(phone)
    except DomainError as error:
        problems["phone"] = error.message
    if role not in {r.value for r, kind in ROLE_SCOPE.items() if kind in (ScopeKind.ENTERPRISE, ScopeKind.STATION)}:
        problems["role"] = _("请选择角色。")
    if problems:
        raise BadInput(next(iter(problems.values())), fields=problems)
    return name, phone, Role(role)


def _place(enterprise: Enterprise, station: Station | None, role: Role, actor: Actor) -> Station | Enterprise:
    """Where the role would be held, locked and at work. A station must be one that the enterprise operates."""
    mine = Enterprise.objects.filter(enterprises_within(_reach(actor)), pk=enterprise.pk)
    if not mine.exists():
        raise EnterpriseNotFound()
    if station is not None and station.operator_id != enterprise.pk:
        raise StationNotFound()
    at = authorised_place(actor, role, station or enterprise)
    if at.state != State.ACTIVE:
        raise PlaceNotActive()
    return at


def _not_needless(actor: Actor, at: Station | Enterprise, role: Role, phone: str) -> None:
    if phone == actor.extra.get("own_phone"):
        raise OwnPhone()
    person = User.objects.filter(phone=phone).first()
    if person is not None and holds_role(user=person, role=role, at=at):
        raise AlreadyHere()


def _live(row: Invitation | None, actor: Actor, now: dt.datetime) -> User:
    """The person, when the invitation is theirs and still open. To others it says nothing but that it is not theirs."""
    person = own_user(actor=actor)
    if row is None:
        raise InvitationNotFound()
    if row.accepted_by_id == person.pk:
        raise InvitationTaken()
    if row.phone and (not person.phone_verified or row.phone != person.phone):
        raise OtherPhone()
    if row.accepted_at is not None:
        raise InvitationTaken()
    if row.withdrawn_at is not None:
        raise InvitationWithdrawn() if row.withdrawn_at < row.expires_at else InvitationOver()
    if row.expires_at <= now:
        raise InvitationOver()
    return person


def _fits(row: Invitation) -> None:
    """A station may have been passed on to another enterprise in the meantime."""
    if row.station is not None and row.station.operator_id != row.enterprise_id:
        raise InvitationVoid()


def _send(row: Invitation, at: Station | Enterprise, token: str, now: dt.datetime) -> None:
    parameters = {
        "firm": at.name,
        "role": str(Role(row.role).label),
        "days": LASTS.days,
        "link": f"{settings.PUBLIC_URL}/join/{token}/",
    }
    send(
        template="staff_invited", recipient=row.phone, parameters=parameters, dedupe_key=f"invitation:{row.pk}",
        now=now, expires_at=now + dt.timedelta(days=1), area=at.division_id,
    )  # fmt: skip


def _note(actor: Actor, row: Invitation, action: str, now: dt.datetime) -> None:
    after = {"enterprise": row.enterprise_id, "station": row.station_id, "role": str(row.role)}
    record(actor=actor, now=now, action=action, target=row, after=after, area=row.enterprise.division_id)

"""What ends when somebody leaves an enterprise, beside their roles: logins, vehicles, links they sent, secrets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from logistics.registry.models import (
    Courier,
    DriverBinding,
    Enterprise,
    EnterpriseUserObjectPermission,
    Invitation,
    Station,
)
from logistics.registry.states import BindingSide
from members.access.selectors import highest_rank
from members.access.states import Role, hold_codename
from members.accounts.models import User
from members.accounts.sessions import end_every_session
from members.devices.models import Device
from portal.audit.models import AuditEntry
from portal.audit.services import record
from portal.core.actor import Actor
from portal.notify.services import send

KNOWS = ("device.issued", "device.rotated")  # whoever did one of these was shown the secret


@dataclass(frozen=True, slots=True)
class Left:
    """What ended. `devices`: ids of terminals whose present secret was shown to the person, to be changed by hand,
    because a terminal that stops by itself would stop the station with it."""

    roles: int
    sessions: int
    bindings: int
    devices: tuple[int, ...]


def other_administrators(*, firm: Enterprise, user: User) -> bool:
    """Whether somebody else administers the firm. The caller holds the firm's lock."""
    admins = EnterpriseUserObjectPermission.objects.filter(
        content_object=firm, permission__codename=hold_codename(Role.ENTERPRISE_ADMIN), user__is_active=True
    )
    return admins.exclude(user=user).exists()


def end_everything(
    *, actor: Actor, user: User, firm: Enterprise, held: list, now: dt.datetime, why: str
) -> Left:  # fmt: skip
    """In the transaction in which the roles end. Writes one audit entry about the firm, and tells the person."""
    side = BindingSide.DRIVER if actor.user_id == user.pk else BindingSide.VEHICLE
    bindings = DriverBinding.objects.filter(driver__user=user, vehicle__operator=firm, ended_at__isnull=True)
    ended = bindings.update(ended_at=now, ended_by=side)
    Courier.objects.filter(user=user, enterprise=firm).update(enterprise=None, updated_at=now)
    sent = Invitation.objects.filter(invited_by=user, enterprise=firm, accepted_at=None, withdrawn_at=None)
    sent.update(withdrawn_at=now, phone="")
    devices = known_devices(firm=firm, user=user)
    # An official works elsewhere by the same login, which is nothing for an enterprise to end.
    sessions = end_every_session(user) if highest_rank(user=user) == 0 else 0
    left = Left(len(held), sessions, ended, devices)
    roles = sorted(f"{place._meta.model_name}:{place.pk}:{role}" for place, role in held)
    record(
        actor=actor, now=now, action="staff.left", target=firm, why=why, before={"user": user.pk, "roles": roles},
        after={"sessions": left.sessions, "bindings": left.bindings, "devices": list(devices)},
    )  # fmt: skip
    send(template="staff_left", recipient=user.phone, parameters={"firm": firm.short_name},
         dedupe_key=f"left:{firm.pk}:{user.pk}:{now.isoformat()}", now=now)  # fmt: skip
    return left


def known_devices(*, firm: Enterprise, user: User) -> tuple[int, ...]:
    """Live terminals of the firm and its stations whose present secret was shown to `user`."""
    about = AuditEntry.objects.filter(object_type=Device._meta.label_lower, action__in=KNOWS)
    me = f"user:{user.pk}"
    candidates = [int(pk) for pk in set(about.filter(actor=me).values_list("object_id", flat=True))]
    stations = Station.objects.filter(operator=firm).values("pk")
    live = Device.objects.filter(Q(enterprise=firm.pk) | Q(station__in=stations), revoked_at__isnull=True)
    known = []
    for pk in live.filter(pk__in=candidates).order_by("pk").values_list("pk", flat=True):
        last = about.filter(object_id=str(pk)).order_by("-at", "-pk").values_list("actor", flat=True).first()
        if last == me:
            known.append(pk)
    return tuple(known)

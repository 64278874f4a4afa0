"""The phone of an account: set at sign-up, changed only after the new one was proved."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from members.accounts.models import User
from portal.audit.services import record
from portal.core.actor import Actor, ActorKind
from portal.core.errors import Conflict
from portal.core.ids import new_id
from portal.notify.services import send


class PhoneTaken(Conflict):
    code = "phone_taken"
    message = _("这个手机号已有账户。")
    hint = _("请换一个手机号，或用它登录。")


def settle_phone(*, user: User, phone: str, verified: bool) -> None:
    """Write phone and proof as they are given. Raises PhoneTaken."""
    user.phone, user.phone_verified = phone, verified
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "phone_verified"])
    except IntegrityError:
        raise PhoneTaken() from None


@transaction.atomic
def confirm_phone(*, user: User, phone: str, address: str, now: dt.datetime) -> None:
    """A code reached `phone` and came back. A changed phone is audited and told to the old one.

    Raises PhoneTaken when somebody else proved the same phone in the meantime.
    """
    old = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if old.phone == phone and old.phone_verified:
        user.phone_verified = True
        return
    changed = old.phone != phone and old.phone_verified
    settle_phone(user=user, phone=phone, verified=True)
    if not changed:
        return
    actor = Actor(ActorKind.USER, f"user:{user.pk}", address=address, user_id=user.pk)
    record(actor=actor, now=now, action="phone.changed", target=user)
    send(template="phone_changed", recipient=old.phone, parameters={}, dedupe_key=f"phone:{new_id()}", now=now)

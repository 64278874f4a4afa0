"""The work PIN: six digits with which staff confirm at the counter that they checked an identity."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.accounts.hashing import Busy, one_of_few
from members.accounts.models import User
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict, SignInNeeded
from portal.core.limits import Limit

PIN_TRIES = Limit("work-pin", tries=5, every=3 * 60)  # per person, and only they are asked for it


class PinWeak(BadInput):
    code = "pin_weak"
    message = _("工作密码太容易被猜到，或不是 6 位数字。")
    hint = _("请用 6 位数字，不要用连号、重复数字或手机号中的数字。")


class PinWrong(BadInput):
    code = "pin_wrong"
    message = _("工作密码不对。")


class PinMissing(Conflict):
    code = "pin_missing"
    message = _("您还没有设置工作密码。")
    hint = _("请在“账户 → 工作密码”设置后再办理。")


def is_weak(pin: str, phone: str) -> bool:
    """Not six digits, all the same or only two different digits, a run up or down, or part of the own phone."""
    if not re.fullmatch(r"[0-9]{6}", pin) or len(set(pin)) < 3 or pin in phone:
        return True
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return steps in ({1}, {9})


@transaction.atomic
def set_work_pin(*, actor: Actor, pin: str, now: dt.datetime, current: str | None = None) -> None:
    """Set one's own work PIN. `current` proves the old one; None when the face has just checked the person anew.

    Raises PinWeak, PinWrong, TooMany, SignInNeeded.
    """
    if actor.user_id is None:
        raise SignInNeeded()
    user = User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
    if user.work_pin and current is not None:
        check_work_pin(user_id=user.pk, pin=current, now=now)
    if is_weak(pin, user.phone):
        raise PinWeak()
    replaced = bool(user.work_pin)
    with one_of_few():
        hashed = make_password(pin)
    User.objects.filter(pk=user.pk).update(work_pin=hashed)
    record(actor=actor, now=now, action="work_pin.set", target=user, before={"set": replaced}, after={"set": True})


def check_work_pin(*, user_id: int, pin: str, now: dt.datetime) -> None:
    """Passes when `pin` is the person's work PIN.

    Raises PinMissing, PinWrong (saying how many tries are left), TooMany after five wrong tries, then one in three
    minutes, and Busy (503) while others hash.
    """
    user = User.objects.only("work_pin").get(pk=user_id)
    if not user.work_pin:
        raise PinMissing()
    left = PIN_TRIES.take(user_id)
    try:
        with one_of_few():
            right = check_password(pin, user.work_pin)
    except Busy:
        PIN_TRIES.give_back(user_id)
        raise
    if not right:
        raise PinWrong(hint=_("还可以试 %(left)s 次，之后每 3 分钟可以试一次。") % {"left": left})
    PIN_TRIES.forgive(user_id)

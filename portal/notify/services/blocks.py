"""Numbers that get no text messages for a while."""

from __future__ import annotations

import datetime as dt

from portal.notify.models import BlockedNumber
from portal.notify.states import BlockReason, Urgency

# A number may be given to somebody else, and a list entry lifted: no block is for ever.
BLOCKED_FOR = {
    BlockReason.INVALID: dt.timedelta(days=7),
    BlockReason.BLACKLISTED: dt.timedelta(days=30),
    BlockReason.OPTED_OUT: dt.timedelta(days=180),
}


def block_number(*, phone: str, reason: BlockReason, now: dt.datetime, provider: str = "", code: str = "") -> None:
    """No more text messages to `phone` for the time of its reason; a new reason replaces the old one."""
    values = {
        "reason": reason,
        "provider": provider,
        "code": code[:60],
        "since": now,
        "until": now + BLOCKED_FOR[reason],
    }
    BlockedNumber.objects.update_or_create(phone=phone, defaults=values)


def unblock_number(*, phone: str) -> bool:
    """The owner says that the number works, or wants messages again. False when it was not blocked."""
    return bool(BlockedNumber.objects.filter(phone=phone).delete()[0])


def block_of(phone: str, urgency: Urgency, *, now: dt.datetime) -> BlockedNumber | None:
    """The block that stands in the way. Who opted out still gets the code they just asked for."""
    found = BlockedNumber.objects.filter(phone=phone, until__gt=now).first()
    if found is not None and found.reason == BlockReason.OPTED_OUT and urgency == Urgency.NOW:
        return None
    return found

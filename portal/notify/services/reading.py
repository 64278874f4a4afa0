"""Marks of the reader of messages shown in the account."""

from __future__ import annotations

import datetime as dt

from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.notify.selectors import is_id, own_messages


def mark_read(*, actor: Actor, now: dt.datetime, message_id: str = "") -> int:
    """Marks one message of the actor's as read, or all of them. Twice does nothing more.

    Raises NotFound for somebody else's message.
    """
    mine = own_messages(actor=actor, now=now)
    if message_id:
        mine = mine.filter(pk=message_id) if is_id(message_id) else mine.none()
        if not mine.exists():
            raise NotFound()
    return mine.filter(read_at=None).order_by().update(read_at=now)

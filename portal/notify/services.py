"""The outbox: write a message with the fact it tells, deliver it afterwards, never twice, never lost."""

from __future__ import annotations

import datetime as dt
import json

from django.db import connection, transaction

from portal.core.clock import now as clock_now
from portal.notify import sms
from portal.notify.models import Message
from portal.notify.states import Channel, Status
from portal.notify.templates import template as find_template

MAX_ATTEMPTS = 6
FIRST_PAUSE = dt.timedelta(seconds=30)  # doubles with every attempt: 30 s, 1, 2, 4, 8 minutes
CLAIM_LASTS = dt.timedelta(minutes=2)  # a worker that is silent for longer is taken for dead

# A claim is a conditional update; SKIP LOCKED lets workers pass each other. While a message is being sent,
# `due_at` is the end of the claim: after it the message counts as waiting again.
CLAIM = """
UPDATE notify_message SET status = 'sending', attempts = attempts + 1, due_at = %(until)s
WHERE id IN (
    SELECT id FROM notify_message
    WHERE status IN ('waiting', 'sending') AND due_at <= %(now)s
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@transaction.atomic
def send(
    *,
    template: str,
    recipient: str,
    parameters: dict,
    dedupe_key: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    language: str = "zh-hans",
    area: str = "",
) -> Message:
    """Put one message to `recipient` (E.164 phone) into the outbox, in the caller's transaction.

    A `dedupe_key` that was used before returns the first message and changes nothing. `area` is the code of
    the division whose officials may see that the message was sent. After `expires_at` it is not sent any more.
    Raises TemplateMisuse unless `parameters` are exactly what the template declares.
    """
    find_template(template).check(parameters)
    row = Message(
        dedupe_key=dedupe_key,
        channel=Channel.SMS,
        template=template,
        recipient=recipient,
        parameters=json.dumps({"language": language, "values": parameters}, ensure_ascii=False),
        created_at=now,
        due_at=now,
        expires_at=expires_at,
        area=area,
    )
    Message.objects.bulk_create([row], ignore_conflicts=True)  # the unique key is the referee
    return Message.objects.get(dedupe_key=dedupe_key)


def text_of(message: Message) -> str:
    content = json.loads(message.parameters)
    return find_template(message.template).render(content["values"], content["language"])


def claim(*, now: dt.datetime, limit: int = 50) -> list:
    """Ids of due messages that are now this worker's for CLAIM_LASTS."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + CLAIM_LASTS, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def deliver(*, message_id, now: dt.datetime, channel=None) -> str:
    """Hand one claimed message to the channel, outside any transaction; returns its new status."""
    message = Message.objects.get(pk=message_id)
    if message.status != Status.SENDING:
        return message.status
    if message.expires_at and message.expires_at <= now:
        return _close(message, Status.FAILED, error="expired")
    if message.attempts > MAX_ATTEMPTS:
        return _close(message, Status.FAILED, error="gave up: every attempt ended without an answer")
    try:
        (channel or sms.channel()).send(message_id=str(message.pk), recipient=message.recipient, text=text_of(message))
    except sms.NeverWorks as error:
        return _close(message, Status.FAILED, error=str(error))
    except (sms.TryAgain, OSError) as error:
        return _postpone(message, now, error)
    return _close(message, Status.SENT, sent_at=now)


def _postpone(message: Message, now: dt.datetime, error: Exception) -> str:
    reason = str(error) if isinstance(error, sms.TryAgain) else type(error).__name__
    if message.attempts >= MAX_ATTEMPTS:
        return _close(message, Status.FAILED, error=reason)
    pause = FIRST_PAUSE * 2 ** (message.attempts - 1)
    return _close(message, Status.WAITING, error=reason, due_at=now + pause)


def _close(message: Message, status: Status, **values) -> str:
    """Conditional on our own claim: a worker that was taken for dead must not overwrite its successor."""
    values.setdefault("error", "")
    values["error"] = values["error"][:200]
    Message.objects.filter(pk=message.pk, status=Status.SENDING, attempts=message.attempts).update(
        status=status, **values
    )
    return str(status)


def deliver_waiting(*, now=clock_now, limit: int = 500, channel=None) -> dict[str, int]:
    """Deliver due messages until none is left or `limit` is reached; counts by resulting status.

    `now` is a function here: a long run must see time pass.
    """
    counts: dict[str, int] = {}
    for _round in range(limit):
        ids = claim(now=now(), limit=1)
        if not ids:
            break
        status = deliver(message_id=ids[0], now=now(), channel=channel)
        counts[status] = counts.get(status, 0) + 1
    return counts

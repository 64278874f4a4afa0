"""Handing due messages to providers: claimed by one worker, tried in order, never twice on purpose.

docs/decisions/message-failover.md says which answers count as sent, not sent and unknown, and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from portal.core.clock import now as clock_now
from portal.notify import sms
from portal.notify.models import Attempt, Message
from portal.notify.services import health
from portal.notify.services.blocks import block_number, block_of
from portal.notify.services.outbox import after_quiet
from portal.notify.services.prices import price_of
from portal.notify.services.texts import has_lines, outgoing_of
from portal.notify.states import Outcome, ReceiptKind, Status, Urgency
from portal.notify.templates import Template, TemplateMisuse
from portal.notify.templates import template as find_template

MAX_ATTEMPTS = 7
FIRST_PAUSE = dt.timedelta(seconds=30)  # grows fourfold: 30 s, 2, 8, 32 minutes, 2, 8.5 hours
CLAIM_LASTS = dt.timedelta(minutes=2)  # a worker that is silent for longer is taken for dead
RECEIPT_WAIT = dt.timedelta(minutes=10)  # receipts come within seconds, or not at all
CODE_WAIT = dt.timedelta(seconds=45)  # somebody waits for the code, and reading it twice does no harm
MAX_UNKNOWN = 2  # tries without an answer before the message is given up

# A claim is a conditional update; SKIP LOCKED lets workers pass each other. While a message is being sent,
# `due_at` is the end of the claim: after it the message counts as waiting again. `attempts` numbers the claims.
# Materialised: a subselect may be run again for every row, each time with a limit of its own.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM notify_message
    WHERE status IN ('open', 'waiting', 'sending', 'unknown') AND due_at <= %(now)s
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE notify_message m SET status = 'sending', attempts = m.attempts + 1, due_at = %(until)s
FROM due WHERE m.id = due.id
RETURNING m.id
"""


def claim(*, now: dt.datetime, limit: int = 50) -> list:
    """Ids of due messages that are now this worker's for CLAIM_LASTS."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + CLAIM_LASTS, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def deliver_waiting(*, now=clock_now, limit: int = 500, channels: Sequence[sms.Provider] = ()) -> dict[str, int]:
    """Deliver due messages until none is left or `limit` is reached; counts by resulting status.

    `now` is a function here: a long run must see time pass.
    """
    counts: dict[str, int] = {}
    for _round in range(limit):
        ids = claim(now=now(), limit=1)
        if not ids:
            break
        status = deliver(message_id=ids[0], now=now(), channels=channels)
        counts[status] = counts.get(status, 0) + 1
    return counts


def deliver(*, message_id, now: dt.datetime, channels: Sequence[sms.Provider] = ()) -> str:
    """Hand one claimed message to the first provider that takes it, outside any transaction; returns its new status."""
    message = Message.objects.get(pk=message_id)
    if message.status != Status.SENDING:
        return message.status
    try:
        template = find_template(message.template)
        return _kept_back(message, template, now) or _hand_over(message, template, now, channels or sms.channels())
    except TemplateMisuse:  # an upgrade in between: it must not stand in the way of those behind it
        return _close(message, Status.FAILED, error="written for another version of its template")


def _kept_back(message: Message, template: Template, now: dt.datetime) -> str:
    """Closes a message that must not be sent, or not now; "" when it may."""
    if message.expires_at and message.expires_at <= now:
        return _close(message, Status.FAILED, error="expired")
    if template.line is not None and not has_lines(message):
        return _close(message, Status.WITHDRAWN)
    blocked = block_of(message.recipient, template.urgency, now=now)
    if blocked is not None:
        return _close(message, Status.FAILED, error=f"number blocked: {blocked.reason}")
    tried = message.attempts - message.spared
    if tried > MAX_ATTEMPTS:
        return _close(message, Status.FAILED, error="gave up: every attempt ended without an answer")
    morning = after_quiet(template, now)
    if morning > now:
        return _spare(message, morning, "quiet hours")
    return _left_by_a_dead_worker(message, template, now)


def _left_by_a_dead_worker(message: Message, template: Template, now: dt.datetime) -> str:
    """What a lost worker did: taken by the provider is sent; begun without an end only a receipt can tell."""
    tries = tries_of(message)
    taken = tries.filter(outcome=Outcome.ACCEPTED, receipt=ReceiptKind.NONE).last()
    if taken is not None:
        return _close(message, Status.SENT, sent_at=taken.at, provider=taken.provider)
    begun = tries.filter(outcome=Outcome.STARTED).last()
    if begun is None:
        return ""
    tries.filter(outcome=Outcome.STARTED).update(outcome=Outcome.UNKNOWN, error="worker lost")
    return _wait_for_receipt(message, template, begun.provider, "worker lost", now)


def tries_of(message: Message) -> QuerySet[Attempt]:
    """Tries since the message was written, or put back by an official, oldest first."""
    return Attempt.objects.filter(message=message, at__gte=message.renewed_at or message.created_at).order_by("pk")


def _hand_over(message: Message, template: Template, now: dt.datetime, channels: Sequence[sms.Provider]) -> str:
    unanswered = tries_of(message).filter(outcome=Outcome.UNKNOWN, receipt=ReceiptKind.NONE)
    if unanswered.count() >= MAX_UNKNOWN:
        return _close(message, Status.FAILED, error="no answer and no receipt")
    outgoing, refused, asked, again = outgoing_of(message), "", False, False
    for channel in _in_order(message, channels):
        if not health.admits(channel.name, now=now):
            again = True
            continue
        asked = True
        answer = _ask(message, channel, outgoing, now)
        if answer.outcome == Outcome.ACCEPTED:
            return _close(message, Status.SENT, sent_at=now, provider=channel.name)
        if answer.outcome == Outcome.NEVER:
            return _close(message, Status.FAILED, error=answer.error, provider=channel.name)
        if answer.outcome == Outcome.UNKNOWN:
            return _wait_for_receipt(message, template, channel.name, answer.error, now)
        again = again or answer.outcome == Outcome.TRY_AGAIN
        refused = answer.error
    if not asked:
        return _spare(message, health.rests_until([c.name for c in channels], now=now), "every provider rests")
    return _postpone(message, now, refused) if again else _close(message, Status.FAILED, error=refused)


def _in_order(message: Message, channels: Sequence[sms.Provider]) -> list[sms.Provider]:
    """As configured, but those that lost this very message come last."""
    losing = Q(outcome=Outcome.UNKNOWN) | Q(receipt=ReceiptKind.FAILED)
    lost = set(tries_of(message).filter(losing).values_list("provider", flat=True))
    return sorted(channels, key=lambda channel: channel.name in lost)


def _ask(message: Message, channel: sms.Provider, outgoing: sms.Outgoing, now: dt.datetime) -> Attempt:
    """One provider, once. The row is there before the request goes out and tells how it ended."""
    attempt = Attempt.objects.create(message=message, provider=channel.name, at=now)
    try:
        accepted = channel.send(outgoing)
    except sms.NeverWorks as error:
        attempt.outcome, attempt.error = Outcome.NEVER, str(error)
        if error.block is not None:
            block_number(phone=message.recipient, reason=error.block, now=now, provider=channel.name, code=str(error))
    except sms.NotHere as error:
        attempt.outcome, attempt.error = Outcome.NOT_HERE, str(error)
    except sms.TryAgain as error:
        attempt.outcome, attempt.error = Outcome.TRY_AGAIN, str(error)
        if error.fault:
            health.failed(channel.name, error=str(error), now=now)
    except (sms.Unknown, TimeoutError) as error:
        attempt.outcome, attempt.error = Outcome.UNKNOWN, str(error) or type(error).__name__
        health.failed(channel.name, error=attempt.error, now=now)
    except OSError as error:  # a channel of ours that let the network through: nothing was sent
        attempt.outcome, attempt.error = Outcome.TRY_AGAIN, type(error).__name__
        health.failed(channel.name, error=attempt.error, now=now)
    except Exception as error:  # a fault of ours must not stop the messages behind this one
        attempt.outcome, attempt.error = Outcome.UNKNOWN, type(error).__name__
        health.failed(channel.name, error=attempt.error, now=now)
    else:
        health.worked(channel.name, now=now)
        attempt.outcome, attempt.reference = Outcome.ACCEPTED, accepted.reference
        attempt.segments = accepted.segments
        attempt.cost = price_of(channel.name) * accepted.segments
    _finish(attempt)
    return attempt


def _finish(attempt: Attempt) -> None:
    """A receipt may have come while the provider was still being waited for: what it wrote stays."""
    values = {"outcome": attempt.outcome, "error": attempt.error[:200], "reference": attempt.reference}
    rows = Attempt.objects.filter(
        pk=attempt.pk, outcome__in=(Outcome.STARTED, Outcome.UNKNOWN), receipt=ReceiptKind.NONE
    )
    rows.update(**values, segments=attempt.segments, cost=attempt.cost)


def _wait_for_receipt(message: Message, template: Template, provider: str, error: str, now: dt.datetime) -> str:
    wait = CODE_WAIT if template.urgency == Urgency.NOW else RECEIPT_WAIT
    return _close(message, Status.UNKNOWN, error=error, provider=provider, due_at=now + wait)


def _postpone(message: Message, now: dt.datetime, reason: str) -> str:
    tried = message.attempts - message.spared
    if tried >= MAX_ATTEMPTS:
        return _close(message, Status.FAILED, error=reason)
    return _close(message, Status.WAITING, error=reason, due_at=now + FIRST_PAUSE * 4 ** (tried - 1))


def _spare(message: Message, until: dt.datetime, reason: str) -> str:
    """Put off without counting a try: nobody was asked."""
    return _close(message, Status.WAITING, error=reason, due_at=until, spared=message.spared + 1)


def _close(message: Message, status: Status, **values) -> str:
    """Conditional on our own claim: a worker that was taken for dead must not overwrite its successor."""
    values.setdefault("error", "")
    values["error"] = values["error"][:200]
    mine = Message.objects.filter(pk=message.pk, status=Status.SENDING, attempts=message.attempts)
    if mine.update(status=status, **values):
        return str(status)
    return str(Message.objects.values_list("status", flat=True).get(pk=message.pk))  # a receipt was faster

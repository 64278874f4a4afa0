"""Receipts: what became of a message after the provider took it. Each counts once, however often it comes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from portal.notify import sms
from portal.notify.models import Attempt, Message
from portal.notify.selectors import is_id
from portal.notify.services import health
from portal.notify.services.blocks import block_number
from portal.notify.services.delivery import MAX_ATTEMPTS, tries_of
from portal.notify.services.prices import price_of
from portal.notify.services.texts import outgoing_of
from portal.notify.states import Outcome, ReceiptKind, Status

UNANSWERED = (Outcome.STARTED, Outcome.UNKNOWN)
MATCHES_WITHIN = dt.timedelta(hours=72)  # carriers try a phone that is off for up to three days
CLOCKS_DIFFER = dt.timedelta(minutes=1)
PULL_AFTER = dt.timedelta(minutes=1)
PULL_UNTIL = dt.timedelta(hours=24)
PULL_LIMIT = 50
MAX_FAILED_RECEIPTS = 2


def take_receipts(*, provider: str, receipts: Iterable[sms.Receipt], now: dt.datetime) -> dict[str, int]:
    """Note what `provider` reports. Returns how many were `taken`, `repeated`, or `stray` (of no message of ours)."""
    counts = {"taken": 0, "repeated": 0, "stray": 0}
    for receipt in receipts:
        counts[_take(provider, receipt, now)] += 1
    health.count_strays(provider, counts["stray"])
    return counts


@transaction.atomic
def _take(provider: str, receipt: sms.Receipt, now: dt.datetime) -> str:
    attempt = _attempt_of(provider, receipt, now)
    if attempt is None:
        return "stray"
    message = Message.objects.select_for_update().get(pk=attempt.message_id)  # the message first, as everywhere
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if attempt.receipt:
        return "repeated"
    if attempt.outcome in UNANSWERED:  # the answer that was lost
        attempt.outcome = Outcome.ACCEPTED
        attempt.segments = sms.segments_at(provider, outgoing_of(message))
        attempt.cost = price_of(provider) * attempt.segments
    attempt.reference = attempt.reference or receipt.reference[:100]
    attempt.receipt = ReceiptKind.DELIVERED if receipt.delivered else ReceiptKind.FAILED
    attempt.receipt_at, attempt.receipt_code = receipt.at or now, receipt.code[:60]
    attempt.save()
    if receipt.delivered:
        _delivered(message, attempt)
    else:
        _undelivered(message, attempt, receipt, now)
    return "taken"


def _attempt_of(provider: str, receipt: sms.Receipt, now: dt.datetime) -> Attempt | None:
    """By the provider's number; by our own id; else the only unanswered try at this phone."""
    ours = Attempt.objects.filter(provider=provider)
    found = ours.filter(reference=receipt.reference).first() if receipt.reference else None
    if found is not None:
        return found
    waiting = ours.filter(outcome__in=UNANSWERED, receipt=ReceiptKind.NONE, at__gte=now - MATCHES_WITHIN)
    if receipt.message_id:
        return waiting.filter(message_id=uuid.UUID(receipt.message_id)).first() if is_id(receipt.message_id) else None
    begun = waiting.filter(message__recipient=receipt.recipient, at__lte=(receipt.at or now) + CLOCKS_DIFFER)
    candidates = list(begun[:2]) if receipt.recipient else []
    return candidates[0] if len(candidates) == 1 else None


def _delivered(message: Message, attempt: Attempt) -> None:
    if message.status in (Status.DELIVERED, Status.WITHDRAWN):
        return
    message.status, message.delivered_at, message.error = Status.DELIVERED, attempt.receipt_at, ""
    message.sent_at, message.provider = message.sent_at or attempt.at, attempt.provider
    message.save(update_fields=["status", "delivered_at", "error", "sent_at", "provider"])


def _undelivered(message: Message, attempt: Attempt, receipt: sms.Receipt, now: dt.datetime) -> None:
    """Did not arrive, for certain: another provider may try, unless the number itself is the reason."""
    if receipt.block is not None:
        block_number(
            phone=message.recipient, reason=receipt.block, now=now, provider=attempt.provider, code=receipt.code
        )
    newer = tries_of(message).filter(pk__gt=attempt.pk).exists()
    if newer or message.status not in (Status.SENT, Status.UNKNOWN):
        return
    failed = tries_of(message).filter(receipt=ReceiptKind.FAILED).count()
    other = set(sms.names()) - {attempt.provider}
    tried = message.attempts - message.spared
    if receipt.block is None and other and failed < MAX_FAILED_RECEIPTS and tried < MAX_ATTEMPTS:
        message.status, message.due_at = Status.WAITING, now
    else:
        message.status = Status.FAILED
    message.error = f"not delivered: {receipt.code}"[:200]
    message.save(update_fields=["status", "due_at", "error"])


def pull_receipts(*, now: dt.datetime, channels: Sequence[sms.Provider] = ()) -> dict[str, int]:
    """Ask the providers for receipts that nobody brought: unanswered tries first, then those without any receipt."""
    total = {"taken": 0, "repeated": 0, "stray": 0}
    for channel in channels or sms.channels():
        fetch = getattr(channel, "receipts_of", None)
        if fetch is None:
            continue
        missing = Attempt.objects.filter(
            provider=channel.name,
            receipt=ReceiptKind.NONE,
            outcome__in=(*UNANSWERED, Outcome.ACCEPTED),
            at__range=(now - PULL_UNTIL, now - PULL_AFTER),
        )
        rows = missing.order_by("-outcome", "-at").values_list("message__recipient", "at")[:PULL_LIMIT]
        since: dict[str, dt.datetime] = {}
        for recipient, at in rows:
            since[recipient] = min(at, since.get(recipient, at))
        for recipient, at in since.items():
            try:
                found = fetch(recipient=recipient, since=at)
            except (sms.TryAgain, sms.Unknown, OSError):
                break  # it does not answer now: the next round asks again
            counts = take_receipts(provider=channel.name, receipts=found, now=now)
            total = {kind: total[kind] + counts[kind] for kind in total}
    return total

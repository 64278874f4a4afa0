"""The outbox: write a message with the fact it tells, deliver it afterwards, never twice, never lost."""

from portal.notify.services.blocks import block_number, unblock_number
from portal.notify.services.delivery import (
    CLAIM_LASTS,
    FIRST_PAUSE,
    MAX_ATTEMPTS,
    claim,
    deliver,
    deliver_waiting,
)
from portal.notify.services.outbox import add_line, send, withdraw
from portal.notify.services.reading import mark_read
from portal.notify.services.receipts import pull_receipts, take_receipts
from portal.notify.services.replies import add_reader, take_replies
from portal.notify.services.resending import resend
from portal.notify.services.texts import language_of, outgoing_of, text_of

__all__ = [
    "CLAIM_LASTS",
    "FIRST_PAUSE",
    "MAX_ATTEMPTS",
    "add_line",
    "add_reader",
    "block_number",
    "claim",
    "deliver",
    "deliver_waiting",
    "language_of",
    "mark_read",
    "outgoing_of",
    "pull_receipts",
    "resend",
    "send",
    "take_receipts",
    "take_replies",
    "text_of",
    "unblock_number",
    "withdraw",
]

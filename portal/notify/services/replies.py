"""Answers to our messages: who sends one of the usual words gets no more text messages.

Text messages from businesses in China are cancelled by answering T, TD, N or 退订 (references: the carriers' rules for
informational messages). Codes that somebody asks for still arrive (blocks.py), and messages are read in the account.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable

from portal.notify.services.blocks import block_number
from portal.notify.sms import Reply
from portal.notify.states import BlockReason

WORDS = frozenset({"T", "TD", "N", "QX", "STOP", "UNSUBSCRIBE", "退订", "退定", "取消"})
_AROUND = " .,;:!?。，、；：！？“”\"'（）()[]【】\t\r\n"


def take_replies(*, provider: str, replies: Iterable[Reply], now: dt.datetime) -> int:
    """Note what phones answered to messages of `provider`. Returns how many of them opted out; others say nothing."""
    leaving = [reply for reply in replies if wants_none(reply.text)]
    for reply in leaving:
        block_number(phone=reply.sender, reason=BlockReason.OPTED_OUT, now=now, provider=provider, code="reply")
    return len(leaving)


def wants_none(text: str) -> bool:
    """Whether an answer is one of the words, in whatever width, case and punctuation a phone makes of it."""
    return unicodedata.normalize("NFKC", text[:40]).strip(_AROUND).upper() in WORDS

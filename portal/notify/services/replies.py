"""Answers to our messages: who sends one of the usual words gets no more text messages.

Text messages from businesses in China are cancelled by answering T, TD, N or 退订 (references: the carriers' rules for
informational messages). Codes that somebody asks for still arrive (blocks.py), and messages are read in the account.
What else is answered goes to whoever asked something: apps above add a reader when they start.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable

from portal.notify.services.blocks import block_number
from portal.notify.sms import Reply
from portal.notify.states import BlockReason

WORDS = frozenset({"T", "TD", "N", "QX", "STOP", "UNSUBSCRIBE", "退订", "退定", "取消"})
_AROUND = " .,;:!?。，、；：！？“”\"'（）()[]【】\t\r\n"


Reader = Callable[[Reply, dt.datetime], bool]
_readers: list[Reader] = []


def add_reader(reader: Reader) -> None:
    """`reader(reply, now)` is given each answer that cancels nothing, and says whether it was one of its own."""
    if reader not in _readers:
        _readers.append(reader)


def take_replies(*, provider: str, replies: Iterable[Reply], now: dt.datetime) -> int:
    """Note what phones answered to messages of `provider`. Returns how many of them opted out."""
    leaving = 0
    for reply in replies:
        if wants_none(reply.text):
            block_number(phone=reply.sender, reason=BlockReason.OPTED_OUT, now=now, provider=provider, code="reply")
            leaving += 1
        else:
            any(reader(reply, now) for reader in _readers)
    return leaving


def wants_none(text: str) -> bool:
    """Whether an answer is one of the words, in whatever width, case and punctuation a phone makes of it."""
    return unicodedata.normalize("NFKC", text[:40]).strip(_AROUND).upper() in WORDS

"""Text messages. A provider is a class with a `name` and `send(outgoing) -> Accepted`.

What it raises decides what happens next (docs/decisions/message-failover.md):
`TryAgain` nothing was sent, another provider or a later attempt may do it; `NotHere` this provider can't send this
message; `NeverWorks` nobody can; `Unknown` it may have been sent, only a receipt tells. `SMS_CHANNELS` names the
classes in their order; the default only shows messages to developers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal.notify.segments import segments
from portal.notify.states import BlockReason


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a provider needs it: by approved template and ordered variables, or as text.

    `count` is the number of lines. `parameters` has all lines in one variable, `parameters_apart` each variable of
    each line for itself.
    """

    message_id: str
    recipient: str
    template: str
    language: str
    count: int
    parameters: tuple[str, ...]
    parameters_apart: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it: its own number for it, and how many messages it charges."""

    reference: str
    segments: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider reports later. `message_id` is ours, when it gives it back; `recipient` an E.164 phone."""

    reference: str
    delivered: bool
    code: str
    recipient: str = ""
    message_id: str = ""
    at: dt.datetime | None = None
    block: BlockReason | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answered to a message. `sender` is an E.164 phone."""

    sender: str
    text: str


class Provider(Protocol):
    name: str

    def send(self, outgoing: Outgoing) -> Accepted: ...


class TryAgain(Exception):
    """Not sent. The text says why, without anything personal. `fault`: the provider's own, not this number's."""

    def __init__(self, why: str, *, fault: bool = True):
        self.fault = fault
        super().__init__(why)


class NotHere(Exception):
    """Not sent, and this provider never will (template or signature not approved there)."""


class NeverWorks(Exception):
    """Not sent, and no provider will. `block` says what is wrong with the number itself."""

    def __init__(self, why: str, *, block: BlockReason | None = None):
        self.block = block
        super().__init__(why)


class Unknown(Exception):
    """No answer came back: it may have been sent."""


@lru_cache(maxsize=8)
def _channel(path: str) -> Provider:
    return import_string(path)()


def channels() -> list[Provider]:
    return [_channel(path) for path in settings.SMS_CHANNELS]


def names() -> list[str]:
    return [channel.name for channel in channels()]


def by_name(name: str) -> Provider | None:
    return next((channel for channel in channels() if channel.name == name), None)


def segments_at(provider: str, outgoing: Outgoing) -> int:
    """What `provider` counts for the message, by its own rule when it has one."""
    count = getattr(by_name(provider), "segments", None)
    return count(outgoing) if count is not None else segments(outgoing.text)

"""Text messages. A provider is a class with `send(*, message_id, recipient, text) -> str`.

It returns the provider's own reference, raises `TryAgain` when a later attempt may work and `NeverWorks`
when none will. `SMS_CHANNEL` names the class; the default only shows messages to developers.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string


class TryAgain(Exception):
    """The provider could not take the message now. The text says why, without anything personal."""


class NeverWorks(Exception):
    """The provider will never take this message (number does not exist, text not approved)."""


@lru_cache(maxsize=4)
def _channel(path: str):
    return import_string(path)()


def channel():
    return _channel(settings.SMS_CHANNEL)

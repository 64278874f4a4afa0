"""Redis, asked so that nobody waits for it: short timeouts, and after a failure none is asked again for a moment.

What the portal keeps in Redis (tries that were counted, cached figures, tasks on their way) may be missing for a
while; what it holds for true is in PostgreSQL.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

T = TypeVar("T")

TIMEOUT = 1.0  # seconds for connecting and for an answer
REST = 2.0  # seconds after a failure in which this process does not ask again
SAID_EVERY = 60.0  # seconds between two lines in the log

# One new try at once: after a restart of Redis the first command on a kept connection always fails.
OPTIONS: dict[str, Any] = {
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}

_resting: dict[str, float] = {}  # URL → until when it is not asked
_said: dict[str, float] = {}


class RedisAway(Exception):
    """Redis does not answer. What to do without it is for the caller to say."""


@lru_cache(maxsize=4)
def _connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, **OPTIONS)


def ask(question: Callable[[redis.Redis], T]) -> T:
    """What `question` finds in Redis. Raises RedisAway, at once while it is known to be away."""
    return guarded(lambda: question(_connect(settings.REDIS_URL)))


def guarded(question: Callable[[], T]) -> T:
    """As `ask`, for who brings a connection of their own."""
    url = settings.REDIS_URL
    if is_resting():
        raise RedisAway
    try:
        answer = question()
    except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError, OSError) as error:
        if isinstance(error, redis.ResponseError) and not _is_outage(error):
            raise
        _resting[url] = time.monotonic() + REST
        _say(error)
        raise RedisAway from error
    _resting.pop(url, None)
    return answer


def _is_outage(error: redis.ResponseError) -> bool:
    """A full disk (MISCONF), full memory (OOM), a replica without its master: Redis answers, and can't serve."""
    return str(error).startswith(("MISCONF", "OOM", "READONLY", "MASTERDOWN", "LOADING", "NOREPLICAS"))


def is_resting() -> bool:
    """Whether Redis failed a moment ago, so that asking it would only cost time."""
    return _resting.get(settings.REDIS_URL, 0.0) > time.monotonic()


def _say(error: Exception) -> None:
    """One line a minute: an outage must be seen in the log, and must not fill it."""
    name = type(error).__name__
    if time.monotonic() - _said.get(name, -SAID_EVERY) >= SAID_EVERY:
        _said[name] = time.monotonic()
        log.warning("redis unavailable: %s", name)

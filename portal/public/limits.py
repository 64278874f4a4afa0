"""Limits on guessing: wrong digits per number and per address, and walking through numbers.

Counted in Redis in one atomic step, so that many tries at once count as many. Keys are keyed hashes: nobody who
reads Redis learns a number or an address. A right answer takes back its own try and nobody else's.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.errors import TooMany, Unavailable
from portal.core.fields import keyed_hash

log = logging.getLogger(__name__)

WINDOW = 600  # seconds in which tries are counted
PER_NUMBER = 5
PER_ADDRESS = 20
PAUSE = 60  # seconds after the last allowed wrong try
LOCK = 1800  # seconds when the pause did not help
MISSES = 120  # unknown numbers an address may ask for in WINDOW: a family behind one address never gets there

# Counts a try at every key at once, unless one of them is blocked. Answers {milliseconds to wait, 0} or {0, blocked}.
_TRY = """
local wait = 0
for i = 1, #KEYS, 2 do
  local left = redis.call('PTTL', KEYS[i + 1])
  if left > wait then wait = left end
end
if wait > 0 then return {wait, 0} end
local blocked = 0
for i = 1, #KEYS, 2 do
  local limit = tonumber(ARGV[(i + 1) / 2])
  local count = redis.call('INCR', KEYS[i])
  if count == 1 then redis.call('EXPIRE', KEYS[i], ARGV[#ARGV - 2]) end
  if count == limit then
    redis.call('SET', KEYS[i + 1], 1, 'EX', ARGV[#ARGV - 1])
    blocked = blocked + i
  elseif count > limit then
    redis.call('SET', KEYS[i + 1], 1, 'EX', ARGV[#ARGV])
    redis.call('EXPIRE', KEYS[i], ARGV[#ARGV])
    blocked = blocked + i
  end
end
return {0, blocked}
"""


class Paused(TooMany):
    code = "paused"
    message = _("输错次数较多，请先歇一会儿。")
    hint = _("请核对单号和手机号后四位，稍后再试。也可以点短信里的链接，或登录后在“我的包裹”里查看，不受此限。")


@lru_cache(maxsize=1)
def _connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2)


def _redis() -> redis.Redis:
    return _connect(settings.REDIS_URL)


def _key(kind: str, value: str) -> str:
    return f"lookup:{kind}:{keyed_hash(value, f'limit:{kind}')[:32]}"


@dataclass(frozen=True, slots=True)
class Try:
    """One counted try; `forgive` when the digits were right."""

    keys: tuple[str, ...]
    blocked: int

    def forgive(self) -> None:
        """Takes back this try, and the pause that it alone set off."""
        with _redis().pipeline() as pipe:
            for place in range(0, len(self.keys), 2):
                pipe.decr(self.keys[place])
                if self.blocked in (place + 1, len(self.keys)):
                    pipe.delete(self.keys[place + 1])
            pipe.execute()


def begin_try(number: str, address: str) -> Try:
    """Counts a try to open `number` from `address`. Raises Paused with the seconds to wait, known number or not."""
    keys: list[str] = []
    for kind, value in (("number", number), ("address", address)):
        key = _key(kind, value)
        keys += [key, f"{key}:wait"]
    try:
        wait, blocked = _redis().eval(_TRY, len(keys), *keys, PER_NUMBER, PER_ADDRESS, WINDOW, PAUSE, LOCK)
    except redis.RedisError as error:
        log.warning("limits unavailable: %s", type(error).__name__)
        raise Unavailable(retry_after=5) from error
    if wait:
        raise Paused(retry_after=-(-wait // 1000))
    return Try(tuple(keys), blocked)


# Addresses this process knows to be walking through numbers; asked on every lookup, so it must cost nothing.
_walkers: dict[str, float] = {}


def check_walker(address: str) -> None:
    """Raises Paused while `address` has asked for too many unknown numbers."""
    if not _walkers:
        return
    until = _walkers.get(address)
    if until is None:
        return
    left = until - time.monotonic()
    if left <= 0:
        _walkers.pop(address, None)
        return
    raise _walking(left)


def count_miss(address: str, times: int = 1) -> None:
    """Counts unknown numbers asked for by `address`. Raises Paused beyond the limit; without Redis it lets pass."""
    key = _key("miss", address)
    try:
        with _redis().pipeline() as pipe:
            pipe.set(key, 0, ex=WINDOW, nx=True)  # not EXPIRE … NX, which Redis has from 7.0 only
            pipe.incrby(key, times)
            _made, count = pipe.execute()
    except redis.RedisError as error:
        log.warning("limits unavailable: %s", type(error).__name__)
        return
    if count > MISSES:
        if len(_walkers) > 10_000:
            _walkers.clear()
        _walkers[address] = time.monotonic() + PAUSE
        raise _walking(PAUSE)


def _walking(seconds: float) -> Paused:
    return Paused(
        _("这个网络地址查了很多不存在的单号，请先歇一会儿。"),
        hint=_("请核对单号，一分钟后再试。"),
        retry_after=seconds + 1,
    )


CODES = ((60, 1), (86_400, 6))  # codes sent for one parcel: (seconds, most)
CODE_TRIES = 5


class CodesPaused(TooMany):
    code = "codes_paused"
    message = _("刚发过验证码。")
    hint = _("请等一会儿再要；没收到的话，也可以登录后查看。")


def count_code(parcel_id: int) -> None:
    """Counts a code about to be sent for a parcel. Raises CodesPaused beyond CODES."""
    for seconds, most in CODES:
        key = _key(f"code{seconds}", str(parcel_id))
        count, left = _count(key, seconds)
        if count > most:
            raise CodesPaused(retry_after=left)


def count_code_try(name: str) -> bool:
    """Counts a try at the code called `name`; False when its tries are used up."""
    count, _left = _count(_key("codetry", name), 3600)
    return count <= CODE_TRIES


def _count(key: str, seconds: int) -> tuple[int, int]:
    try:
        with _redis().pipeline() as pipe:
            pipe.set(key, 0, ex=seconds, nx=True)
            pipe.incr(key)
            pipe.ttl(key)
            _made, count, left = pipe.execute()
    except redis.RedisError as error:
        log.warning("limits unavailable: %s", type(error).__name__)
        raise Unavailable(retry_after=5) from error
    return count, max(left, 1)

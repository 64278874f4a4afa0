"""Counting tries exactly: so many at once, and one more each so many seconds.

A try is counted before it is judged, in one atomic step, so that a hundred tries at once are a hundred tries. What is
kept of one who tries is a single moment (the generic cell rate algorithm, ITU-T I.371): when all tries will be there
again. Keys are keyed hashes: who reads Redis learns neither phone nor number nor address.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from portal.core.fields import keyed_hash
from portal.core.redis import RedisAway, ask

# Takes one try from every bucket, unless one of them is empty. ARGV: for each key milliseconds a try takes to come
# back, and how many there are. Answers the place of the emptiest (0: none), the milliseconds to wait for it, and for
# each how many tries are out (this one included).
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local full, which, wait = {}, 0, 0
for i = 1, #KEYS do
  local every, tries = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  full[i] = math.max(tonumber(redis.call('GET', KEYS[i]) or '0'), now) + every
  local missing = full[i] - now - every * tries
  if missing > wait then which, wait = i, missing end
end
local answer = {which, wait}
for i = 1, #KEYS do
  if which == 0 then
    redis.call('SET', KEYS[i], string.format('%.0f', full[i]), 'PX', string.format('%.0f', full[i] - now))
  end
  answer[i + 2] = math.ceil((full[i] - now) / tonumber(ARGV[2 * i - 1]))
end
return answer
"""
_GIVE_BACK = """
for i = 1, #KEYS do
  local kept = redis.call('GET', KEYS[i])
  if kept then
    local left = redis.call('PTTL', KEYS[i]) - tonumber(ARGV[i])
    if left > 0 then
      redis.call('SET', KEYS[i], string.format('%.0f', tonumber(kept) - tonumber(ARGV[i])), 'PX', left)
    else
      redis.call('DEL', KEYS[i])
    end
  end
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`tries` at once; each comes back after `every` seconds."""

    key: str
    tries: int
    every: float


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking one try from several buckets gave: `empty` is the place of the emptiest, None when all had one.

    `out`: for each bucket how many tries are out, this one included; `wait`: seconds until the emptiest has one.
    """

    empty: int | None
    wait: float
    out: tuple[int, ...]


def bucket_key(name: str, *who: object) -> str:
    text = "\x1f".join(str(part) for part in who)
    return f"limit:{name}:{keyed_hash(text, f'limit:{name}')[:32]}"


def take(buckets: list[Bucket]) -> Taken:
    """One try from every bucket, or from none. Raises RedisAway."""
    keys = [bucket.key for bucket in buckets]
    numbers = [n for bucket in buckets for n in (round(bucket.every * 1000), bucket.tries)]
    which, wait, *out = ask(lambda store: store.eval(_TAKE, len(keys), *keys, *numbers))  # type: ignore[arg-type]
    return Taken(which - 1 if which else None, wait / 1000, tuple(out))


def give_back(buckets: list[Bucket]) -> None:
    """The tries were for a right answer; the wrong ones before them still count. Nothing happens without Redis."""
    keys = [bucket.key for bucket in buckets]
    numbers = [round(bucket.every * 1000) for bucket in buckets]
    _quietly(lambda store: store.eval(_GIVE_BACK, len(keys), *keys, *numbers))
    _here.give_back(buckets)


def empty(keys: list[str]) -> None:
    """Forget the tries under these keys. Nothing happens without Redis."""
    _quietly(lambda store: store.delete(*keys))
    _here.forget(keys)


def wait_for(bucket: Bucket) -> float:
    """Seconds until the bucket has a try again, 0 when it has one. Counts nothing; without Redis it has."""
    try:
        left = ask(lambda store: store.pttl(bucket.key))
    except RedisAway:
        return 0.0
    return max(left / 1000 + bucket.every - bucket.every * bucket.tries, 0.0)


def _quietly(question) -> None:
    try:
        ask(question)
    except RedisAway:
        return


class Here:
    """The same counting in this process, while Redis is away: each process gives out tries of its own."""

    MOST = 20_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full: dict[str, float] = {}

    def take(self, buckets: list[Bucket]) -> Taken:
        with self._lock:
            now = time.monotonic()
            self._tidy(now)
            full = [max(self._full.get(b.key, 0.0), now) + b.every for b in buckets]
            missing = [at - now - b.every * b.tries for at, b in zip(full, buckets, strict=True)]
            wait = max(missing)
            out = tuple(-int(-(at - now) // b.every) for at, b in zip(full, buckets, strict=True))
            if wait > 1e-6:
                return Taken(missing.index(wait), wait, out)
            self._full.update(zip((b.key for b in buckets), full, strict=True))
            return Taken(None, 0.0, out)

    def give_back(self, buckets: list[Bucket]) -> None:
        with self._lock:
            for bucket in buckets:
                if bucket.key in self._full:
                    self._full[bucket.key] -= bucket.every

    def forget(self, keys: list[str]) -> None:
        with self._lock:
            for key in keys:
                self._full.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._full.clear()

    def _tidy(self, now: float) -> None:
        if len(self._full) > self.MOST:
            self._full = {key: at for key, at in self._full.items() if at > now}


_here = Here()


def take_here(buckets: list[Bucket]) -> Taken:
    return _here.take(buckets)


def forget_here() -> None:
    """For tests: as if this process had just started."""
    _here.clear()

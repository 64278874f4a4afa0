"""A proof of work instead of a closed door: the browser looks for a number whose SHA-256 begins with enough zeros.

After Hashcash (Back, 2002): finding the number takes about 2^bits hashes, checking it one. No foreign service, no
picture to read: static/js/work.js does it while the reader types. The challenge is signed, good for one try at one
subject, and runs out.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass

from django.core import signing

from portal.core.redis import RedisAway, ask

EASIEST, HARDEST = 15, 21  # bits: a tenth of a second to some seconds on a computer, a few to a minute on an old phone
LASTS = 600  # seconds
_SALT = "proof-of-work"
_spent: dict[str, float] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Challenge:
    """`text` goes back with the answer; `seed` is what the browser hashes, with `bits` zeros to find."""

    text: str
    seed: str
    bits: int


def challenge(purpose: str, bits: int) -> Challenge:
    """`purpose`: what the work is good for; it is hashed, and nothing in the page tells of it."""
    seed = secrets.token_urlsafe(12)
    signed = signing.TimestampSigner(salt=_SALT).sign(f"{seed}.{bits}.{_short(purpose)}")
    return Challenge(signed, seed, bits)


def is_done(answer: str, purpose: str, bits: int) -> bool:
    """Whether `answer` (the challenge, a bar, the number found) is work of at least `bits` for `purpose`, unspent."""
    signed, _, number = answer.rpartition("|")
    if not signed or not number.isdecimal() or len(number) > 15:
        return False
    try:
        seed, asked, good_for = signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=LASTS).split(".")
    except (signing.BadSignature, ValueError):
        return False
    enough = int(asked) >= bits and good_for == _short(purpose)
    return enough and zeros(f"{seed}:{number}") >= int(asked) and _spend(seed)


def zeros(text: str) -> int:
    """Zero bits at the beginning of the SHA-256 of `text`."""
    return 256 - int.from_bytes(hashlib.sha256(text.encode()).digest(), "big").bit_length()


def solve(given: Challenge) -> str:
    """The answer a browser would send: for tests and for programs."""
    number = 0
    while zeros(f"{given.seed}:{number}") < given.bits:
        number += 1
    return f"{given.text}|{number}"


def _short(purpose: str) -> str:
    return hashlib.sha256(purpose.encode()).hexdigest()[:16]


def _spend(seed: str) -> bool:
    """False when it was spent before. Without Redis each process keeps its own list."""
    try:
        return bool(ask(lambda store: store.set(f"limit:work:{seed}", 1, nx=True, ex=LASTS)))
    except RedisAway:
        pass
    with _lock:
        now = time.monotonic()
        for old in [kept for kept, until in _spent.items() if until <= now]:
            del _spent[old]
        if seed in _spent:
            return False
        _spent[seed] = now + LASTS
        return True

"""Limits of the public pages: digits and codes at somebody's parcel, and walking through numbers.

Counted by portal.core.limits. A parcel's numbers (its own, the carrier's, a successor's) share one count: what is
guarded is the parcel, or the typed number where there is none.
"""

from __future__ import annotations

import time

from django.utils.translation import gettext_lazy as _

from portal.core.errors import TooMany
from portal.core.limits import Caller, Guard, Limit, Paused, Rate, Try, caller_of
from portal.core.limits.work import EASIEST, Challenge, challenge, is_done

KIND = "parcel"  # what a browser is remembered for

_CALL = _("点短信里的链接，或登录后在“我的包裹”里查看，都不受此限；也可以打服务热线 %(hotline)s，或到站点请站长查。")
_NO_HOTLINE = _("点短信里的链接，或登录后在“我的包裹”里查看，都不受此限；也可以到站点请站长查。")
WAY_OUT = (_CALL, _NO_HOTLINE)

# Four digits: with both phones' tails 1 guess in 5,000 is right. Strangers together have 40 an hour at one parcel.
DIGITS = Guard(
    "lookup-digits",
    kind=KIND,
    caller=Rate(free=5, most=12, every=300),
    subject=Rate(free=15, most=40, every=90),
    address=Rate(free=20, most=200, every=30),
    own=Rate(free=10, most=10, every=120),
    alarm=120,
    message=_("这个单号试手机号后四位的次数较多。"),
    way_out=WAY_OUT,
)
# Asked for by who gave number and digits; each costs a text.
CODES = Guard(
    "lookup-code",
    kind=KIND,
    caller=Rate(free=2, most=4, every=1200),
    subject=Rate(free=2, most=6, every=3600),
    address=Rate(free=10, most=60, every=60),
    own=Rate(free=3, most=3, every=1200),
    alarm=60,
    message=_("刚为这个包裹发过验证码。"),
    way_out=WAY_OUT,
)
CODE_TRIES = Limit("lookup-code-tries", tries=5, every=720)  # by the code itself, which one browser waits for

# Unknown numbers an address may ask for in ten minutes: a family behind one address never gets there.
MISSES = Limit("lookup-miss", tries=120, every=5)
PAUSE = 60  # seconds in which an address beyond MISSES works for each number


def begin_digits(parcel_ids: tuple[int, ...], number: str, caller: Caller) -> Try:
    """Counts a try to open the parcels, or the unknown `number`. Raises Paused, known number or not."""
    return DIGITS.begin(subject_of(parcel_ids, number), caller)


def subject_of(parcel_ids: tuple[int, ...], number: str) -> str:
    return f"parcel:{min(parcel_ids)}" if parcel_ids else f"number:{number}"


# Addresses this process knows to be walking through numbers; asked on every lookup, so it must cost nothing.
_walkers: dict[str, float] = {}


class Walking(TooMany):
    code = "paused"
    message = _("这个网络地址查了很多不存在的单号。")
    hint = _("点“继续”即可：浏览器会自动算几秒钟。没有自动开始的话，请一分钟后再试，或登录后在“我的包裹”里查看。")
    work: Challenge | None = None


def check_walker(request) -> None:
    """Raises Walking while too many unknown numbers were asked for from this address.

    Neighbours may share it: a browser that proved itself here before passes, and any other that works a little.
    """
    if not _walkers:
        return
    address = request.client_address
    until = _walkers.get(address)
    if until is None:
        return
    left = until - time.monotonic()
    if left <= 0:
        _walkers.pop(address, None)
        return
    caller = caller_of(request)
    if caller.browser or (caller.work and is_done(caller.work, f"walk:{address}", EASIEST)):
        return
    raise _walking(address, left + 1)


def count_miss(request, times: int = 1) -> None:
    """Counts unknown numbers asked for. Raises Walking beyond the limit."""
    caller = caller_of(request)
    who = f"browser:{caller.browser}" if caller.browser else caller.address
    for _n in range(times):
        try:
            MISSES.take(who)
        except TooMany:
            if caller.browser:
                raise
            if len(_walkers) > 10_000:
                _walkers.clear()
            _walkers[request.client_address] = time.monotonic() + PAUSE
            raise _walking(request.client_address, PAUSE + 1) from None


def _walking(address: str, seconds: float) -> Walking:
    refused = Walking(retry_after=seconds)
    refused.work = challenge(f"walk:{address}", EASIEST)
    return refused


__all__ = [
    "CODES", "CODE_TRIES", "DIGITS", "MISSES", "Paused", "Walking", "begin_digits", "check_walker", "count_miss",
    "subject_of",
]  # fmt: skip

"""A limit on what anybody may try at somebody's phone, parcel or account, made so that it is no weapon.

Tries are counted for each caller at each subject, for all strangers together at one subject, and for one address at
all subjects. Beyond the free tries none is shut out: the browser works a little for each further one. Only beyond
`most` is a pause, and what a browser that proved itself before may try is counted apart from all strangers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.clock import now
from portal.core.errors import TooMany, Unavailable
from portal.core.limits.alarms import county_bucket, note_shut, raise_alarm
from portal.core.limits.browsers import Caller
from portal.core.limits.buckets import Bucket, Taken, bucket_key, empty, give_back
from portal.core.limits.limit import Away, take_or_count_here, waiting, whole_seconds
from portal.core.limits.work import EASIEST, HARDEST, Challenge, challenge, is_done
from portal.core.redis import RedisAway, ask

log = logging.getLogger(__name__)

GUARDS: dict[str, Guard] = {}  # every guard of the house by name: tests/meta/test_limits.py tries each
STEP = 3  # tries beyond the free ones after which the work doubles
LEEWAY = 2  # bits: a challenge that was handed out a moment ago stays good when others make the next one harder
HELPED, HELPED_FOR = 10, 3600  # tries without work after an official checked who it is, and for how many seconds


@dataclass(frozen=True, slots=True)
class Rate:
    """`free` tries without work, `most` with it; one comes back every `every` seconds."""

    free: int
    most: int
    every: float


class Paused(TooMany):
    """`work`: what the browser may do instead of waiting; None when only waiting (or the way out) helps."""

    code = "paused"
    message = gettext_lazy("试的次数较多，已暂停。")
    work: Challenge | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One counted try; `forgive` when the answer was right: that try, and no other, is taken back.

    `ahead`: the work that the next try will need, so that the page of a wrong answer can ask for it at once. Without it
    each second try would be refused unread.
    """

    buckets: tuple[Bucket, ...]
    ahead: Challenge | None = None

    def forgive(self) -> None:
        give_back(list(self.buckets))

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Inside, the answer is judged: a try that a fault of ours cut off told nobody anything, and is taken back."""
        try:
            yield
        except (DatabaseError, InterfaceError, OSError, Unavailable):
            self.forgive()
            raise


@dataclass(frozen=True)
class Guard:
    """`kind`: what a browser is remembered for (browsers.mark).

    `alarm`: wrong tries in the county, all subjects together and one back each ten seconds, at which officials are
    told. `way_out`: what helps who is paused, where the county has a hotline (%(hotline)s) and where it has none.
    """

    name: str
    kind: str
    caller: Rate
    subject: Rate
    address: Rate
    own: Rate
    alarm: int
    message: Any
    way_out: tuple[Any, Any]
    away: Away = Away.COUNT_HERE
    retype: bool = False  # what was typed is a secret, and not sent back with the refusal

    def __post_init__(self) -> None:
        GUARDS.setdefault(self.name, self)

    def begin(self, subject: object, caller: Caller) -> Try:
        """Counts a try of `caller` at `subject`, before it is judged. Raises Paused, with work where work helps."""
        if caller.is_known_for(self.kind, subject):
            own = self._bucket("own", self.own, subject, caller.browser)
            if self._take([own]).empty is None:
                return Try((own,))
        rates = (self.caller, self.subject, self.address)
        free = self._buckets(subject, caller, [rate.free for rate in rates])
        taken = self._take(free)
        if taken.empty is None:
            self._watch(taken)
            return Try(tuple(free), self._ahead(subject, taken))
        if self._was_helped(subject):
            return Try(())
        bits = _bits(taken.out[:3], [rate.free for rate in rates])
        if caller.work and is_done(caller.work, self._purpose(subject), max(bits - LEEWAY, EASIEST)):
            return self._after_work(subject, caller)
        raise self._refusal(taken.wait, challenge(self._purpose(subject), bits))

    def lift(self, subject: object) -> None:
        """An official checked who it is: what strangers did at `subject` is forgotten, and some tries are free."""
        empty([self._bucket("subject", self.subject, subject).key])
        key = bucket_key(f"{self.name}:helped", subject)
        try:
            ask(lambda store: store.set(key, HELPED, ex=HELPED_FOR))
        except RedisAway:
            return

    def _after_work(self, subject: object, caller: Caller) -> Try:
        buckets = self._buckets(subject, caller, [self.caller.most, self.subject.most, self.address.most])
        taken = self._take(buckets)
        if taken.empty is not None:
            note_shut(self.name, subject, at=now())
            raise self._refusal(taken.wait, None)
        self._watch(taken)
        return Try(tuple(buckets), self._ahead(subject, taken))

    def _ahead(self, subject: object, taken: Taken) -> Challenge | None:
        free = [self.caller.free, self.subject.free, self.address.free]
        after = tuple(out + 1 for out in taken.out[:3])
        if all(out <= most for out, most in zip(after, free, strict=True)):
            return None
        return challenge(self._purpose(subject), _bits(after, free))

    def _buckets(self, subject: object, caller: Caller, tries: list[int]) -> list[Bucket]:
        at, all_, line = tries
        return [
            Bucket(bucket_key(f"{self.name}:caller", subject, caller.address), at, self.caller.every),
            Bucket(bucket_key(f"{self.name}:subject", subject), all_, self.subject.every),
            Bucket(bucket_key(f"{self.name}:address", caller.address), line, self.address.every),
            county_bucket(self.name),
        ]

    def _bucket(self, part: str, rate: Rate, *who: object) -> Bucket:
        return Bucket(bucket_key(f"{self.name}:{part}", *who), rate.free, rate.every)

    def _take(self, buckets: list[Bucket]) -> Taken:
        return take_or_count_here(buckets, self.away)

    def _watch(self, taken: Taken) -> None:
        if taken.out[-1] >= self.alarm:
            raise_alarm(self.name, taken.out[-1], at=now())

    def _was_helped(self, subject: object) -> bool:
        key = bucket_key(f"{self.name}:helped", subject)
        try:
            left = ask(lambda store: store.get(key) and store.decr(key))
        except RedisAway:
            return False
        return left is not None and int(left) >= 0

    def _purpose(self, subject: object) -> str:
        return f"{self.name}:{bucket_key(self.name, subject)}"

    def _refusal(self, wait: float, work: Challenge | None) -> Paused:
        if work is not None:
            again = _("请再填一次、再提交：") if self.retype else _("再提交一次即可：")
            hint = again + _("浏览器会自动算几秒钟。没有自动开始的话，请等 %(wait)s 再试。%(way_out)s")
        else:
            hint = _("请等 %(wait)s 再试。%(way_out)s")
        by_phone, without = self.way_out
        way_out = str(by_phone) % {"hotline": settings.HOTLINE} if settings.HOTLINE else str(without)
        words = {"wait": waiting(wait), "way_out": way_out}
        refused = Paused(self.message, hint=hint % words, retry_after=whole_seconds(wait))
        refused.work = work
        return refused


def _bits(out: tuple[int, ...], free: list[int]) -> int:
    """The more tries are out beyond the free ones, the more work: doubling every STEP tries."""
    over = max(0, *(used - most for used, most in zip(out, free, strict=True)))
    return min(EASIEST + over // STEP, HARDEST)

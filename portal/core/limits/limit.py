"""A plain limit: tries of one who is known to be the one who tries (a person, a session, a device that failed)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.core.errors import TooMany, Unavailable
from portal.core.limits.buckets import Bucket, Taken, bucket_key, empty, give_back, take, take_here, wait_for
from portal.core.redis import RedisAway


class Away(Enum):
    """What a try is worth while Redis is away."""

    COUNT_HERE = "counted in each process by itself: who needs only PostgreSQL must not be shut out"
    REFUSE = "503 with Retry-After: what is guarded costs money or can't be kept without Redis"


LIMITS: dict[str, Limit] = {}  # every limit of the house by name; tests/meta/test_limits.py lists who may empty each


@dataclass(frozen=True)
class Limit:
    """`tries` at once for each who tries, and one more every `every` seconds.

    Who tries must be somebody whom no stranger can pass for: a person, a session, an address together with what it
    tried. For what strangers may try on somebody else's behalf there is portal.core.limits.Guard.
    """

    name: str
    tries: int
    every: float
    away: Away = Away.COUNT_HERE

    def __post_init__(self) -> None:
        LIMITS.setdefault(self.name, self)

    def bucket(self, who: object) -> Bucket:
        return Bucket(bucket_key(self.name, who), self.tries, self.every)

    def assert_open(self, who: object) -> None:
        """Raises TooMany while `who` has no try left. Counts nothing; passes without Redis."""
        wait = wait_for(self.bucket(who))
        if wait > 0:
            raise self.refusal(wait)

    def take(self, who: object) -> int:
        """Count one try and say how many are left. Raises TooMany, and Unavailable where Away.REFUSE."""
        taken = take_or_count_here([self.bucket(who)], self.away)
        if taken.empty is not None:
            raise self.refusal(taken.wait)
        return self.tries - taken.out[0]

    def give_back(self, who: object) -> None:
        """Take back the one try that was counted for a right answer; the wrong ones before it still count."""
        give_back([self.bucket(who)])

    def forgive(self, who: object) -> None:
        """Forget the tries of `who`: they have proved themselves, or somebody who may has checked who it is."""
        empty([self.bucket(who).key])

    def refusal(self, wait: float) -> TooMany:
        return TooMany(
            _("尝试次数过多，已暂停。"),
            code="paused",
            hint=_("请等 %(wait)s 再试。") % {"wait": waiting(wait)},
            retry_after=whole_seconds(wait),
        )


def take_or_count_here(buckets: list[Bucket], away: Away) -> Taken:
    """Raises Unavailable without Redis where Away.REFUSE."""
    try:
        return take(buckets)
    except RedisAway:
        if away is Away.REFUSE:
            raise Unavailable(retry_after=30) from None
        return take_here(buckets)


def whole_seconds(wait: float) -> int:
    return int(-(-wait // 1))


def waiting(seconds: float) -> str:
    """How long to wait, in words: seconds up to a minute and a half, then minutes, rounded up."""
    whole = whole_seconds(seconds)
    if whole <= 90:
        return ngettext("%(n)s 秒", "%(n)s 秒", whole) % {"n": whole}
    minutes = -(-whole // 60)
    return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}

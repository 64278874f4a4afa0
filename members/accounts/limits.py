"""Counting tries: after so many within a window, a pause. Kept in the Redis cache.

A try is counted before it is judged, in one atomic step, so that a hundred tries at once are a hundred tries.
Keys are keyed hashes: nothing personal is stored.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from portal.core.errors import TooMany
from portal.core.fields import keyed_hash


@dataclass(frozen=True)
class Limit:
    """At most `tries` in `window` seconds; the one after that starts a pause of `pause` seconds."""

    name: str
    tries: int
    window: int
    pause: int

    def key(self, who: object) -> str:
        return f"limit:{self.name}:{keyed_hash(str(who), f'limit:{self.name}')[:32]}"

    def assert_open(self, who: object) -> None:
        """Raises TooMany during a pause. Counts nothing."""
        if cache.get(f"{self.key(who)}:paused"):
            raise self.refusal()

    def take(self, who: object) -> int:
        """Count one try and say how many are left. Raises TooMany when none was left or during a pause."""
        self.assert_open(who)
        key = self.key(who)
        cache.add(key, 0, self.window)
        try:
            used = cache.incr(key)
        except ValueError:  # expired between the two steps
            cache.set(key, 1, self.window)
            used = 1
        if used > self.tries:
            cache.set(f"{key}:paused", 1, self.pause)
            raise self.refusal()
        return self.tries - used

    def forgive(self, who: object) -> None:
        """Forget the tries of `who`: they have proved themselves."""
        cache.delete(self.key(who))

    def give_back(self, who: object) -> None:
        """Take back the one try that was counted for a right answer; the wrong ones before it still count."""
        with suppress(ValueError):  # the window ended meanwhile
            cache.decr(self.key(who))

    def lift(self, who: object) -> None:
        """End a pause early and forget the tries: somebody who may has checked who it is."""
        cache.delete_many([self.key(who), f"{self.key(who)}:paused"])

    def refusal(self) -> TooMany:
        minutes = max(self.pause // 60, 1)
        return TooMany(
            _("尝试次数过多，已暂停。"),
            code="paused",
            hint=_("请%(minutes)s分钟后再试。") % {"minutes": minutes},
            retry_after=self.pause,
        )

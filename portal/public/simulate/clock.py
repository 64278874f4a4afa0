"""The hours of a simulated day: 06:00 to 20:00, in minutes from its start."""

from __future__ import annotations

import datetime as dt
import time

from portal.core.clock import now as real_now

LENGTH = 14 * 60


class DayClock:
    """Either a day that just ended, lived through as fast as possible, or the present.

    `live` events are dated by the moment they are sent; with `speed` the day runs that many times faster than in truth,
    without it there is no waiting.
    """

    def __init__(self, *, start: dt.datetime, live: bool, speed: float):
        self.start, self.live, self.speed = start, live, speed
        self._began: float | None = None
        self._first = 0.0

    def at(self, minute: float) -> dt.datetime:
        return real_now() if self.live else self.start + dt.timedelta(minutes=minute)

    def wait(self, minute: float) -> None:
        """Until it is time for what happens at `minute`. A day that goes on begins at its own hour."""
        if not self.speed:
            return
        if self._began is None:
            self._began, self._first = time.monotonic(), minute
        left = (minute - self._first) * 60 / self.speed - (time.monotonic() - self._began)
        if left > 0:
            time.sleep(left)

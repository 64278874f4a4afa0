"""The database's clock is the referee: who is more than two minutes off does nothing, and says so.

A county's machines have worn-out batteries, and a worker that believes in next year ends certificates, sweeps away
photographs and returns parcels. Why: docs/decisions/clock-referee.md.
"""

from __future__ import annotations

import datetime as dt
import logging
import time

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from portal.core.clock import now

log = logging.getLogger(__name__)

LIMIT = dt.timedelta(minutes=2)
SHOWN = 600  # seconds during which an alarm stands on the officials' home and at /health/ready/
EVERY = 60.0  # seconds between two lines of a process in the log
_KEY = "alarm:clock"
_said: dict[str, float] = {}


def ahead(db=connection) -> dt.timedelta:
    """How far the clock of this process is ahead of the database's; negative when it is behind. One statement."""
    before = now()
    with db.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    return before + (now() - before) / 2 - theirs


def agrees(process: str, db=connection) -> bool:
    """Whether this process may act by its clock. If not, the alarm is told under the name of the process.

    Errors of the database are passed on: without the referee nothing is decided.
    """
    off = ahead(db)
    if abs(off) <= LIMIT:
        return True
    _tell(process, round(off.total_seconds()))
    return False


def _tell(process: str, seconds: int) -> None:
    if time.monotonic() - _said.get(process, -EVERY) < EVERY:
        return
    _said[process] = time.monotonic()
    log.error(
        "the clock of %s is %d s off the database's (limit %d s): nothing is done until it is set right",
        process, seconds, LIMIT.total_seconds(),
    )  # fmt: skip
    try:
        cache.set(_KEY, {"process": process, "seconds": seconds}, SHOWN)
    except (RedisError, OSError):
        log.warning("the alarm of the clock stands in the log only: Redis is away")


def alarm() -> dict[str, int | str] | None:
    """The process whose clock was found wrong within the last minutes, and by how many seconds."""
    try:
        return cache.get(_KEY)
    except (RedisError, OSError):
        return None

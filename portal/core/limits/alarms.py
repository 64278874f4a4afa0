"""What the county's officials are told about guessing: kept in Redis for a day, counted over all subjects.

Nothing personal: numbers only, and keyed hashes that are counted and never read.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from dataclasses import dataclass

from portal.core.fields import keyed_hash
from portal.core.limits.buckets import Bucket
from portal.core.redis import RedisAway, ask

log = logging.getLogger(__name__)

TOLD_FOR = 24 * 3600  # seconds
EVERY = 10.0  # seconds after which one wrong try of the county is forgotten


@dataclass(frozen=True, slots=True)
class Alarm:
    """`tries`: the most wrong tries at once; `subjects`: phones or parcels that are shut to strangers for a while."""

    name: str
    since: dt.datetime
    tries: int
    subjects: int


def county_bucket(name: str) -> Bucket:
    """Counts a guard's tries over all subjects. It never refuses: shutting the county would be the best weapon."""
    return Bucket(f"limit:{name}:county", 10**9, EVERY)


def raise_alarm(name: str, tries: int, *, at: dt.datetime) -> None:
    """Somebody guesses at many subjects at once. Said once in the log, shown for a day, with the highest count."""
    key = f"limit:{name}:alarm"
    try:
        kept = ask(lambda store: store.get(key))
        known = json.loads(kept) if kept else None
        if known is None:
            log.warning("guessing: %s, %d wrong tries", name, tries)
        elif known["tries"] >= tries:
            return
        told = {"since": known["since"] if known else at.isoformat(), "tries": tries}
        ask(lambda store: store.set(key, json.dumps(told), ex=TOLD_FOR))
    except RedisAway:
        return


def note_shut(name: str, subject: object, *, at: dt.datetime) -> None:
    """Strangers used up all tries at `subject`, work or no work."""
    key, hashed = f"limit:{name}:shut", keyed_hash(str(subject), f"shut:{name}")[:16]
    try:
        new = ask(lambda store: store.zadd(key, {hashed: at.timestamp()}))
        ask(lambda store: store.expire(key, TOLD_FOR))
    except RedisAway:
        return
    if new:
        log.warning("guessing: all tries at one subject used up: %s", name)


def alarms(names: list[str], *, now: dt.datetime) -> list[Alarm]:
    """What was noticed in the last day, by guard. Empty without Redis."""
    try:
        return [alarm for name in names if (alarm := _alarm(name, now))]
    except RedisAway:
        return []


def _alarm(name: str, now: dt.datetime) -> Alarm | None:
    kept = ask(lambda store: store.get(f"limit:{name}:alarm"))
    told = json.loads(kept) if kept else None
    since = now - dt.timedelta(seconds=TOLD_FOR)
    shut = ask(lambda store: store.zrangebyscore(f"limit:{name}:shut", since.timestamp(), "+inf", withscores=True))
    if not told and not shut:
        return None
    first = dt.datetime.fromisoformat(told["since"]) if told else dt.datetime.fromtimestamp(float(shut[0][1]), dt.UTC)
    return Alarm(name, first, told["tries"] if told else 0, len(shut))

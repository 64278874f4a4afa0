"""The fold: what a parcel's events add up to. A pure function of the *set* of events.

The order in which events reached us plays no part, so a late, doubled or shuffled delivery of the same events
gives the same answer. Rules (docs/architecture.md, 'The spine'):

1. A VOID takes back the event it names; nothing takes back a VOID.
2. Events are walked in the order of `Fact.key`: time first, then content, never arrival.
3. The first terminal event ends the journey. What happened later is kept but has no effect. CANCELLED counts only
   before collection.
4. The stage is the one of the highest rank, reached when that rank was first scanned. A lower rank never lowers it.
5. An issue is open until resolved, or until a later scan that ends it (states.CLOSED_BY), or the end of the journey.
6. Custody is where the last handover put it; at the end the consignee or the sender holds the parcel.

`sql/refold.sql` computes the same for many parcels at once; a property test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from logistics.parcels.states import (
    CLOSED_BY,
    COLLECTED_RANK,
    RANKS,
    TERMINAL_RANK,
    Act,
    Custodian,
    Issue,
    Stage,
)

ISSUE_ORDER, RESOLVED_ORDER, ACT_ORDER = -3, -2, -1
_ISSUES = frozenset(Issue.values)
_FINAL_CUSTODY = {Stage.DELIVERED: Custodian.CONSIGNEE, Stage.RETURNED: Custodian.SENDER}


def order_rank(direction: str, code: str) -> int | None:
    """The rank stored with an event: >= 0 for a stage of this direction, negative for issues and acts.

    None when the code is a stage that this direction does not have.
    """
    if code in _ISSUES:
        return ISSUE_ORDER
    if code == Act.ISSUE_RESOLVED:
        return RESOLVED_ORDER
    if code in Act.values:
        return ACT_ORDER
    return RANKS[direction].get(code)


@dataclass(frozen=True, slots=True)
class Fact:
    """What the fold reads of an event."""

    occurred_at: dt.datetime
    rank: int
    code: str
    source_id: int
    source_event_id: str
    station_id: int | None = None
    issue: str = ""
    variant: str = ""
    custody_kind: str = ""
    custody_ref: str = ""
    corrects: tuple[int, str] | None = None

    @property
    def key(self) -> tuple:
        return (self.occurred_at, self.rank, self.code, self.source_id, self.source_event_id)

    @property
    def name(self) -> tuple[int, str]:
        return (self.source_id, self.source_event_id)


@dataclass(slots=True)
class Projection:
    """The columns of Parcel that the fold writes."""

    stage: str = Stage.CREATED
    stage_rank: int = 0
    stage_at: dt.datetime | None = None
    variant: str = ""
    headline_at: dt.datetime | None = None
    station_id: int | None = None
    issues: list[str] = field(default_factory=list)
    custody_kind: str = ""
    custody_ref: str = ""
    closed_at: dt.datetime | None = None
    corrected: bool = False
    first_event_at: dt.datetime | None = None
    last_event_at: dt.datetime | None = None
    county_at: dt.datetime | None = None
    ready_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One event and what it did, for 'why this status'. `effect` is a key of explain.SENTENCES."""

    fact: Fact
    effect: str
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


def fold(direction: str, facts: Iterable[Fact]) -> Projection:
    """The projection of a parcel with these events."""
    projection = Projection()
    for _step in walk(direction, facts, projection):
        pass
    return projection


def walk(direction: str, facts: Iterable[Fact], into: Projection) -> Iterator[Step]:
    """Fold step by step into `into`; yields what each event did."""
    facts = list(facts)
    voided = {f.corrects for f in facts if f.code == Act.VOID}
    into.corrected = bool(voided)
    headline: tuple | None = None
    open_issues: dict[str, None] = {}
    collected = False
    for fact in sorted(facts, key=lambda f: f.key):
        if fact.code == Act.VOID:
            yield Step(fact, "correction")
            continue
        if fact.name in voided:
            yield Step(fact, "voided")
            continue
        if into.closed_at is not None:
            yield Step(fact, "after_end")
            continue
        if fact.code == Stage.CANCELLED and collected:
            yield Step(fact, "cancelled_too_late")
            continue
        collected = collected or COLLECTED_RANK <= fact.rank < TERMINAL_RANK
        into.first_event_at = into.first_event_at or fact.occurred_at
        into.last_event_at = fact.occurred_at
        step = _apply(direction, fact, into, open_issues)
        if fact.rank >= 0 and (headline is None or (fact.rank, fact.key) > headline):
            headline = (fact.rank, fact.key)
            into.headline_at, into.station_id = fact.occurred_at, fact.station_id
        into.issues = sorted(open_issues)
        yield step


def _apply(direction: str, fact: Fact, into: Projection, open_issues: dict[str, None]) -> Step:
    if fact.code in _ISSUES:
        known = fact.code in open_issues
        open_issues[fact.code] = None
        return Step(fact, "issue_again" if known else "issue_opened", opened=() if known else (fact.code,))
    if fact.code == Act.ISSUE_RESOLVED:
        known = fact.issue in open_issues
        open_issues.pop(fact.issue, None)
        return Step(fact, "issue_resolved", closed=(fact.issue,) if known else ())
    if fact.code == Act.CUSTODY:
        into.custody_kind, into.custody_ref = fact.custody_kind, fact.custody_ref
        return Step(fact, "custody")
    if fact.rank < 0:
        return Step(fact, "note")
    return _apply_stage(direction, fact, into, open_issues)


def _apply_stage(direction: str, fact: Fact, into: Projection, open_issues: dict[str, None]) -> Step:
    ended = fact.rank == TERMINAL_RANK
    closed = tuple(sorted(i for i in open_issues if ended or fact.code in CLOSED_BY.get(i, ())))
    for issue in closed:
        del open_issues[issue]
    if fact.code == Stage.AT_COUNTY and into.county_at is None:
        into.county_at = fact.occurred_at
    if fact.code == Stage.READY_FOR_PICKUP and into.ready_at is None:
        into.ready_at = fact.occurred_at
    before = into.stage_rank if into.stage_at is not None else -1
    if fact.rank <= before:
        return Step(fact, "same_stage" if fact.rank == before else "late", closed=closed)
    skipped = tuple(s for s, r in RANKS[direction].items() if before < r < fact.rank and r < 85) if not ended else ()
    into.stage, into.stage_rank, into.stage_at = fact.code, fact.rank, fact.occurred_at
    if ended:
        into.closed_at, into.variant = fact.occurred_at, fact.variant
        if fact.code in _FINAL_CUSTODY:
            into.custody_kind, into.custody_ref = _FINAL_CUSTODY[Stage(fact.code)], ""
    return Step(fact, "ended" if ended else "advanced", closed=closed, skipped=skipped)

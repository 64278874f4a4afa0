"""What the simulation did, kept apart from the portal: its own word on where every parcel must stand in the evening."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from logistics.parcels.states import CLOSED_BY, RANKS, TERMINALS, Direction, Issue, Stage


@dataclass(slots=True)
class Outcome:
    """What one act did, as it is written into the journal.

    `facts` are [place of the parcel in the plan, time, event code] that the portal took; `refs` are what later acts
    need to know; `acts` are counted; `surprises` are answers that were not those that had to come.
    """

    facts: list[list] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    acts: Counter = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    def fact(self, n: int, at: dt.datetime, code: str) -> None:
        self.facts.append([n, at.isoformat(), str(code)])

    def did(self, act: str, count: int = 1) -> None:
        if count:
            self.acts[act] += count

    def expect(self, condition: bool, told: str) -> bool:
        if not condition:
            self.surprises.append(told)
        return condition


@dataclass(slots=True)
class Ledger:
    facts: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    acts: Counter = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    def take(self, outcome: Outcome) -> None:
        for n, at, code in outcome.facts:
            self.facts.setdefault(n, []).append((at, code))
        self.refs |= outcome.refs
        self.acts.update(outcome.acts)
        self.surprises += outcome.surprises

    def expected(self, n: int, up: bool) -> tuple[str, tuple[str, ...]]:
        """Stage and open issues of a parcel, worked out from what was done alone and without the portal's fold."""
        return standing(self.facts.get(n, []), Direction.UP if up else Direction.DOWN)


def standing(facts: list[tuple[str, str]], direction: str) -> tuple[str, tuple[str, ...]]:
    """Where a parcel stands after `facts` (ISO time, code), by the rules as the documentation tells them."""
    ranks, issues = RANKS[direction], set(Issue.values)
    stage, rank, open_issues = str(Stage.CREATED), 0, set()
    moment = dt.datetime.fromisoformat
    for _at, code in sorted(facts, key=lambda f: (moment(f[0]), f[1] not in issues, ranks.get(f[1], -1))):
        if code in issues:
            open_issues.add(code)
            continue
        open_issues = {i for i in open_issues if code not in CLOSED_BY.get(i, ())}
        if ranks[code] > rank:
            stage, rank = code, ranks[code]
        if code in TERMINALS:
            return code, ()
    return stage, tuple(sorted(open_issues))

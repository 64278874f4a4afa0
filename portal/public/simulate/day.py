"""Playing the day: its acts in their order, each once, each written into the journal."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from logistics.parcels.models import Parcel
from portal.core.errors import DomainError
from portal.public.simulate.clock import DayClock
from portal.public.simulate.crew import Crew, Worker
from portal.public.simulate.doors import Doors
from portal.public.simulate.journal import Journal
from portal.public.simulate.ledger import Ledger, Outcome
from portal.public.simulate.plan import Item, Plan

SPACE = uuid.UUID("6c0f0b1e-5f0a-5c52-9f0e-6b3a1d1c7a10")  # ids of scans are made from what they are
T = TypeVar("T")
Say = Callable[[str], None]
Do = Callable[[Outcome, dt.datetime], None]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does at `minute`. Its `key` is the same on every run of the day."""

    minute: float
    key: str
    do: Do


@dataclass(frozen=True, slots=True)
class Row:
    """A scan of a terminal. `refused` is the code of the refusal that has to come; `fact` whether it counts."""

    number: str
    code: str
    at: dt.datetime
    key: str
    n: int
    station: str = ""
    refused: str = ""


class Day:
    def __init__(self, *, plan: Plan, crew: Crew, doors: Doors, clock: DayClock, journal: Journal, say: Say):
        self.plan, self.crew, self.doors, self.clock, self.journal, self.say = plan, crew, doors, clock, journal, say
        self.run = str(journal.head["run"])
        self.ledger = Ledger()
        self.repeating = False  # the first act after a cut may have been done already

    # -- playing ------------------------------------------------------------------------------------------

    def play(self, acts: Iterable[Act]) -> None:
        """All acts that the journal does not have yet. An answer that had to be another is kept as a surprise."""
        ordered = sorted(acts, key=lambda act: (act.minute, act.key))
        self.repeating = bool(self.journal.done)
        hour = -1
        for number, act in enumerate(ordered):
            if int(act.minute) // 60 != hour:
                hour = int(act.minute) // 60
                self.say(f"  {6 + hour:02d}:00  {number:>6} / {len(ordered)}")
            if (done := self.journal.done.get(act.key)) is None:
                self.clock.wait(act.minute)
                done = self._perform(act)
                self.journal.keep(act.key, done)
                self.repeating = False
            self.ledger.take(done)

    def _perform(self, act: Act) -> Outcome:
        outcome = Outcome()
        try:
            act.do(outcome, self.clock.at(act.minute))
        except DomainError as error:
            outcome.surprises.append(f"{act.key}: {error.code}")
        return outcome

    def once(self, do: Callable[[], T], *already: str) -> T | None:
        """`do`, or None when it was done before the day was cut off: one of the codes `already` says so."""
        try:
            return do()
        except DomainError as error:
            if self.repeating and error.code in already:
                return None
            raise

    def wrong(self, out: Outcome, do: Callable[[], object], refusal: type[DomainError], told: str) -> None:
        """`do` must be refused by `refusal`: somebody typed a wrong code."""
        try:
            do()
            out.surprises.append(f"{told} was taken")
        except refusal:
            out.did(f"{told} refused")
        except DomainError:
            if not self.repeating:  # otherwise the right one followed before the day was cut off
                raise
            out.did(f"{told} refused")

    # -- parcels ------------------------------------------------------------------------------------------

    def parcels(self, items: Sequence[Item]) -> list[Parcel]:
        rows = Parcel.objects.filter(carrier_number__in=[i.number for i in items], demo=True)
        found = {row.carrier_number: row for row in rows.select_related("station", "destination_station", "carrier")}
        return [found[i.number] for i in items]

    def parcel(self, item: Item) -> Parcel:
        return self.parcels([item])[0]

    # -- terminals ----------------------------------------------------------------------------------------

    def row(self, item: Item, code: str, at: dt.datetime, mark: str = "", **more: str) -> Row:
        return Row(item.number, str(code), at, f"sim-{self.run}-{item.n}-{code}{mark}", item.n, **more)

    def send(
        self, out: Outcome, place: str, rows: Sequence[Row], now: dt.datetime, *, twice: Sequence[Row] = ()
    ) -> None:
        """A terminal's batch, with its own idea of the time, `twice` being sent once more in it."""
        if not rows:
            return
        terminal = self.crew.terminal(place)
        sent = [*rows, *twice]
        if self.plan.roll("unordered", f"{place}:{rows[0].key}"):
            random.Random(rows[0].key).shuffle(sent)  # noqa: S311  a mishap, not a secret
            out.did("batches out of order")
        events = [
            {
                "number": r.number,
                "code": r.code,
                "at": (r.at + terminal.skew).isoformat(),
                "id": r.key,
                "station": r.station,
            }
            for r in sent
        ]
        answer = self.doors.events(terminal, {"events": events, "sent_at": (now + terminal.skew).isoformat()}, now)
        refused = Counter(line["code"] for line in answer["refused"])
        wanted = Counter(r.refused for r in sent if r.refused)
        out.expect(refused == wanted, f"{place}: refused {dict(refused)}, not {dict(wanted)}")
        repeated = len(answer["duplicates"])
        taken = len(sent) - sum(wanted.values())
        right = answer["accepted"] + repeated == taken and (repeated == len(twice) or self.repeating)
        out.expect(right, f"{place}: {answer['accepted']} taken and {repeated} repeated of {taken}")
        for r in rows:
            if not r.refused:
                out.fact(r.n, r.at, r.code)
        out.did("terminal scans", len(rows))
        out.did("terminal scans sent twice", len(twice))
        out.did("terminal batches")
        if terminal.skew:
            out.did("terminal scans with a wrong clock", len(rows))
        for code, count in wanted.items():
            out.did(f"terminal scans refused: {code}", count)

    def report(
        self, out: Outcome, place: str, items: Sequence[Item], code: str, now: dt.datetime, mark: str = ""
    ) -> None:
        """The station `place` scans `items` with its terminal: some scans are forgotten, held back, or sent twice."""
        rows, twice = [], []
        for item in items:
            mishap = self.mishap(item, code)
            row = self.row(item, code, now - dt.timedelta(minutes=0 if self.clock.live else item.chance * 3), mark)
            if mishap == "missing":
                out.did("scans forgotten")
            elif mishap == "late":
                out.refs[f"late:{place}:{item.n}:{code}"] = row.at.isoformat()
                out.did("scans held back")
            else:
                rows.append(row)
                if mishap == "doubled":
                    twice.append(row)
        self.send(out, place, rows, now, twice=twice)

    def mishap(self, item: Item, code: str) -> str:
        """What happens to the scan `code` of this parcel: each parcel has one scan that can go wrong."""
        exposed = UP_SCANS if item.up else DOWN_SCANS
        if str(code) != exposed[int(item.chance * 1000) % len(exposed)]:
            return ""
        return next((name for name in ("missing", "late", "doubled") if name in item.faults), "")

    # -- scan pages ---------------------------------------------------------------------------------------

    def scan(
        self,
        out: Outcome,
        who: Worker,
        task: str,
        station: str,
        number: str,
        now: dt.datetime,
        mark: str,
        **fields: str,
    ) -> dict[str, Any]:
        """One barcode on a scan page. Its id follows from `mark`: the same act again is the same scan."""
        id = str(uuid.uuid5(SPACE, f"{self.run}:{task}:{station}:{number}:{mark}"))
        answer = self.doors.scan(who, task, station, {"id": id, "number": number, **fields}, now)
        out.did("page scans")
        return answer

    def answer(self, out: Outcome, who: Worker, asked: dict[str, Any], value: str, now: dt.datetime) -> dict[str, Any]:
        out.did("page questions answered")
        return self.doors.answer(who, uuid.UUID(asked["id"]), value, now)


DOWN_SCANS = ("AT_COUNTY", "TO_TOWN", "AT_TOWN", "TO_VILLAGE")
UP_SCANS = ("TO_TOWN", "AT_TOWN", "TO_COUNTY", "AT_COUNTY")


def pieces(items: Sequence[T], size: int) -> Iterator[tuple[int, Sequence[T]]]:
    for first in range(0, len(items), size):
        yield first // size, items[first : first + size]

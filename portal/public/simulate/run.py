"""One simulated day from the plan to the comparison."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from logistics.parcels.services.months import ensure_months
from portal.core.clock import COUNTY_TIME
from portal.core.errors import Conflict
from portal.public.demo import places
from portal.public.simulate import evening, morning, road, village
from portal.public.simulate.check import Comparison, compare
from portal.public.simulate.clock import LENGTH, DayClock
from portal.public.simulate.crew import Crew, folder
from portal.public.simulate.day import Act, Day, Say
from portal.public.simulate.doors import Doors, Inside, OverHttp
from portal.public.simulate.journal import Journal
from portal.public.simulate.ledger import Ledger
from portal.public.simulate.plan import draw

MOST = 50_000


class NoDemo(Conflict):
    code = "no_demo_county"
    message = _("还没有演示县。")
    hint = _("请先运行 manage.py load_demo。")


class BadCount(Conflict):
    code = "bad_parcel_count"
    message = _("包裹数应在 20 到 50000 之间。")
    hint = _("请改 --parcels。")


@dataclass(frozen=True, slots=True)
class Settings:
    count: int
    seed: int
    rates: dict[str, float]
    speed: float = 0
    url: str = ""


@dataclass(slots=True)
class Result:
    day: Day
    comparison: Comparison
    seconds: float
    resumed: bool

    @property
    def ledger(self) -> Ledger:
        return self.day.ledger

    @property
    def agrees(self) -> bool:
        return self.comparison.agrees and not self.ledger.surprises


def simulate(*, settings: Settings, now: dt.datetime, say: Say) -> Result:
    """Plays a day and compares. A day of the same settings that was cut off goes on where it stopped.

    Raises NoDemo, BadCount, NotAnswered when a running portal does not answer.
    """
    if not 20 <= settings.count <= MOST:
        raise BadCount()
    network = places.known()
    if network is None:
        raise NoDemo()
    ensure_months(now=now)
    began = time.monotonic()
    doors = OverHttp(settings.url) if settings.url else Inside()
    journal, resumed = _journal(settings, now)
    day = _day(settings, network, doors, journal, say)
    places_there = f"{len(day.plan.towns)} townships, {len(day.plan.villages)} villages"
    say(f"  day {day.run}: {len(day.plan.items)} parcels, {places_there}")
    if resumed:
        say(f"  goes on after {len(journal.done)} acts")
    try:
        day.play(_acts(day))
    finally:
        journal.close()
    comparison = compare(day)
    journal.open()
    journal.end()
    return Result(day, comparison, time.monotonic() - began, resumed)


def _acts(day: Day) -> Iterator[Act]:
    for part in (morning, road, village, evening):
        yield from part.acts(day)


def _journal(settings: Settings, now: dt.datetime) -> tuple[Journal, bool]:
    """The journal of a day that was cut off, or a new one."""
    journal = Journal(folder() / f"day-{settings.seed}.jsonl")
    asked = {"count": settings.count, "seed": settings.seed, "rates": settings.rates, "url": settings.url}
    resumed = journal.read() and all(journal.head.get(name) == value for name, value in asked.items())
    if not resumed:
        journal.done = {}
        live = bool(settings.url or settings.speed)
        start = now if live else now - dt.timedelta(minutes=LENGTH + 1)
        run = f"{now.astimezone(COUNTY_TIME):%m%d%H%M%S}{settings.seed % 1000:03d}"
        journal.open({**asked, "run": run, "start": start.isoformat()})
    else:
        journal.open()
    return journal, resumed


def _day(settings: Settings, network: places.Network, doors: Doors, journal: Journal, say: Say) -> Day:
    run = journal.head["run"]
    plan = draw(
        above=network.above,
        villages=network.villages,
        count=settings.count,
        seed=settings.seed,
        rates=settings.rates,
        run=run,
    )
    start = dt.datetime.fromisoformat(journal.head["start"])
    crew = Crew(network=network, skewed=plan.skewed, seed=settings.seed, now=start)
    clock = DayClock(start=start, live=bool(settings.url or settings.speed), speed=settings.speed)
    return Day(plan=plan, crew=crew, doors=doors, clock=clock, journal=journal, say=say)

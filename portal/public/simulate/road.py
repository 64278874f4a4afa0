"""10:00 to 13:00: at the township stations. Bags are opened and counted, parcels go on to villages and couriers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from logistics.desk.states import Task
from logistics.parcels.models import Bag
from logistics.parcels.services.bags import open_bag_at
from logistics.parcels.services.parties import Party
from logistics.parcels.states import Issue, Stage
from portal.public.simulate.day import Act, Day
from portal.public.simulate.ledger import Outcome
from portal.public.simulate.morning import bag_numbers, packings, pass_on, receive
from portal.public.simulate.plan import Item


def acts(day: Day) -> Iterator[Act]:
    for k, town in enumerate(day.plan.towns):
        load = [i for i in day.plan.down(town=town) if "dispute" not in i.faults]
        if not load:
            continue
        yield Act(265 + 2 * k, f"arrive:{town}", partial(arrive, day, town, load))
        yield Act(265.5 + 2 * k, f"unload:{town}", partial(unload, day, town, load))
        yield Act(266 + 2 * k, f"open:{town}", partial(open_bags, day, town))
        yield Act(267 + 2 * k, f"town:{town}", partial(scan_in, day, town, load))
        home = [i for i in load if not i.door]
        yield Act(320 + k / 20, f"out:{town}", partial(leave, day, town, home))
        door = [i for i in load if i.door]
        if door:
            yield Act(322 + k / 20, f"give:{town}", partial(give, day, town, door))
            yield Act(323 + k / 20, f"carry:{town}", partial(carry, day, town, door))


def arrive(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    driver = day.crew.driver(town)
    bags = list(Bag.objects.filter(number__in=bag_numbers(day, town)))
    loose = day.parcels([i for i in items if i.loose])
    taker = Party.station(day.crew.network.stations[town])
    pass_on(day, f"arrival:{town}", out, now, giver=Party.person(driver.user.pk), taker=taker, at=town, who=driver,
            parcels=loose, bags=bags)  # fmt: skip


def unload(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    numbers = [*bag_numbers(day, town), *(i.number for i in items if i.loose)]
    receive(day, f"arrival:{town}", numbers, day.crew.keeper(town), out, now)


def open_bags(day: Day, town: str, out: Outcome, now: dt.datetime) -> None:
    """Every bag is opened and what comes out is scanned; a seal that is broken is noted on all that was inside."""
    keeper, station = day.crew.keeper(town), day.crew.network.stations[town]
    for b, items in packings(day, town):
        bag = Bag.objects.select_related("origin", "destination").get(number=day.ledger.refs[f"bag:{town}:{b}"])
        broken = day.plan.roll("broken", f"{town}:{b}")
        count = partial(open_bag_at, bag=bag, station=station, seal_intact=not broken, actor=keeper.actor, now=now)
        counted = day.once(partial(count, found=[i.number for i in items]), "bag_already_opened")
        out.expect(counted is None or counted.agrees, f"bag {town} {b}: does not agree")
        out.did("bags opened")
        if broken:
            out.did("seals found broken")
            for item in items:
                out.fact(item.n, now, Issue.SEAL_BROKEN)


def scan_in(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    """One in three by the page, the others by the terminal."""
    keeper = day.crew.keeper(town)
    by_page = [i for i in items if i.n % 3 == 0 and not day.mishap(i, "AT_TOWN")]
    for item in by_page:
        answer = day.scan(out, keeper, Task.HUB_INBOUND, town, item.number, now, "town")
        if out.expect(answer["result"] == "ok", f"town {item.n}: {answer['result']} {answer['code']}"):
            out.fact(item.n, now, Stage.AT_TOWN)
    day.report(out, town, [i for i in items if i not in by_page], Stage.AT_TOWN, now)


def leave(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    day.report(out, town, items, Stage.TO_VILLAGE, now)


def give(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    giver, taker = Party.station(day.crew.network.stations[town]), Party.person(day.crew.courier(town).user.pk)
    pass_on(day, f"round:{town}", out, now, giver=giver, taker=taker, at=town, who=day.crew.keeper(town),
            parcels=day.parcels(items))  # fmt: skip


def carry(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    receive(day, f"round:{town}", [i.number for i in items], day.crew.courier(town), out, now)

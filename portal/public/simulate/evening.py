"""Upstream parcels through the day; in the evening late scans, returns, and the count of a shelf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from logistics.desk.services.stock import end_stock_take, start_stock_take
from logistics.desk.states import Task
from logistics.parcels.services.parties import Party
from logistics.parcels.services.returns import create_return_shipment
from logistics.parcels.states import Issue, Stage
from portal.public.demo import cast
from portal.public.simulate.day import Act, Day
from portal.public.simulate.ledger import Outcome
from portal.public.simulate.morning import pass_on, receive
from portal.public.simulate.plan import Item

SHELVES_COUNTED = 2


def acts(day: Day) -> Iterator[Act]:
    yield from _upward(day)
    yield Act(790, "late", partial(late_scans, day))
    for item in day.plan.down():
        if "returned" in item.faults:
            yield Act(800 + item.chance, f"return:{item.n}", partial(send_back, day, item))
    for k, village in enumerate(_fullest(day)):
        yield Act(820 + k, f"count:{village}", partial(count_shelf, day, village))


# -- from the village to the city -----------------------------------------------------------------------------


def _upward(day: Day) -> Iterator[Act]:
    for k, village in enumerate(day.plan.villages):
        if mine := day.plan.upward(village=village):
            yield Act(100 + k / 10, f"fetch:{village}", partial(report, day, village, mine, Stage.COLLECTED))
            yield Act(180 + k / 10, f"up:{village}", partial(report, day, village, mine, Stage.TO_TOWN))
    for k, town in enumerate(day.plan.towns):
        if mine := day.plan.upward(town=town):
            yield Act(240 + k / 10, f"up-town:{town}", partial(report, day, town, mine, Stage.AT_TOWN))
            yield Act(400 + k / 10, f"up-out:{town}", partial(report, day, town, mine, Stage.TO_COUNTY))
    everything = day.plan.upward()
    if not everything:
        return
    yield Act(470, "up-hub", partial(at_the_hub, day, everything))
    for k, firm in enumerate(day.plan.firms):
        if mine := day.plan.upward(firm=firm):
            yield Act(640 + k, f"fetched-offer:{firm}", partial(offer, day, firm, mine))
            yield Act(640.3 + k, f"fetched-take:{firm}", partial(take, day, firm, mine))
            yield Act(640.6 + k, f"handed:{firm}", partial(handed, day, mine))
            yield Act(720 + k, f"gone:{firm}", partial(gone, day, firm, mine))


def report(day: Day, place: str, items: Sequence[Item], code: str, out: Outcome, now: dt.datetime) -> None:
    day.report(out, place, items, code, now)


def at_the_hub(day: Day, items: Sequence[Item], out: Outcome, now: dt.datetime) -> None:
    """Every fourth by the page, the others by the terminal."""
    keeper = day.crew.keeper(cast.HUB)
    by_page = [i for i in items if i.n % 4 == 0 and not day.mishap(i, "AT_COUNTY")]
    for item in by_page:
        answer = day.scan(out, keeper, Task.HUB_INBOUND, cast.HUB, item.number, now, "up")
        if out.expect(answer["result"] == "ok", f"hub, upward {item.n}: {answer['result']} {answer['code']}"):
            out.fact(item.n, now, Stage.AT_COUNTY)
    day.report(out, cast.HUB, [i for i in items if i not in by_page], Stage.AT_COUNTY, now)


def _carriers_driver(day: Day, firm: str):
    """Who fetches for a carrier in the evening: one of the drivers known at the hub."""
    return day.crew.driver(day.plan.towns[day.plan.firms.index(firm) % len(day.plan.towns)])


def offer(day: Day, firm: str, items: Sequence[Item], out: Outcome, now: dt.datetime) -> None:
    giver = Party.station(day.crew.network.stations[cast.HUB])
    taker = Party.person(_carriers_driver(day, firm).user.pk)
    pass_on(day, f"fetched:{firm}", out, now, giver=giver, taker=taker, at=cast.HUB, who=day.crew.keeper(cast.HUB),
            parcels=day.parcels(items))  # fmt: skip


def take(day: Day, firm: str, items: Sequence[Item], out: Outcome, now: dt.datetime) -> None:
    receive(day, f"fetched:{firm}", [i.number for i in items], _carriers_driver(day, firm), out, now)


def handed(day: Day, items: Sequence[Item], out: Outcome, now: dt.datetime) -> None:
    day.send(out, cast.HUB, [day.row(i, Stage.HANDED_TO_CARRIER, now) for i in items], now)
    out.did("upstream parcels handed to their carrier", len(items))


def gone(day: Day, firm: str, items: Sequence[Item], out: Outcome, now: dt.datetime) -> None:
    day.send(out, firm, [day.row(i, Stage.LINEHAUL, now) for i in items if i.chance < 0.5], now)


# -- evening --------------------------------------------------------------------------------------------------


def late_scans(day: Day, out: Outcome, now: dt.datetime) -> None:
    """Terminals that were without signal send what they kept, each with the time at which it was scanned."""
    kept: dict[str, list] = {}
    for key, at in sorted(day.ledger.refs.items()):
        if key.startswith("late:"):
            _late, place, n, code = key.split(":")
            row = day.row(day.plan.items[int(n)], code, now)
            kept.setdefault(place, []).append(replace(row, at=dt.datetime.fromisoformat(at)))
    for place, rows in kept.items():
        day.send(out, place, rows, now)
        out.did("scans sent late", len(rows))


def send_back(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    """Delivered, and sent back: an official makes a new shipment for it."""
    parcel = day.parcel(item)
    if day.ledger.expected(item.n, item.up)[0] != Stage.DELIVERED:
        return
    day.once(lambda: create_return_shipment(parcel=parcel, actor=day.crew.official, now=now), "return_exists")
    out.did("return shipments")


def _fullest(day: Day) -> list[str]:
    """The shelves on which most is left in the evening, as planned."""
    left = [
        i.village for i in day.plan.down() if not i.door and not i.collected and not i.faults & {"refused", "dispute"}
    ]
    return sorted(set(left), key=lambda village: (-left.count(village), village))[:SHELVES_COUNTED]


def count_shelf(day: Day, village: str, out: Outcome, now: dt.datetime) -> None:
    """One parcel is not found and one that was given out lies there: the page says so, and the missing one is noted."""
    keeper, station = day.crew.keeper(village), day.crew.network.stations[village]
    mine = day.plan.down(village=village)
    there = [i for i in mine if day.ledger.expected(i.n, i.up)[0] == Stage.READY_FOR_PICKUP]
    take = start_stock_take(station=station, actor=keeper.actor, now=now)
    missing, found = there[:1], there[1:]
    for item in found:
        answer = day.scan(out, keeper, Task.STOCK_TAKE, village, item.number, now, "count", stock_take=str(take.pk))
        out.expect(answer["result"] in ("ok", "repeat"), f"count {item.n}: {answer['result']} {answer['code']}")
    given = next((i for i in mine if day.ledger.expected(i.n, i.up)[0] == Stage.DELIVERED), None)
    if given is not None:
        extra = day.scan(out, keeper, Task.STOCK_TAKE, village, given.number, now, "extra", stock_take=str(take.pk))
        out.expect(extra["code"] == "extra", f"count {given.n}: {extra['code']}")
    differences = end_stock_take(id=take.pk, actor=keeper.actor, now=now, confirm=True)
    ours = {i.number for i in mine}
    lost = {line.parcel.carrier_number for line in differences.missing} & ours
    out.expect(lost == {i.number for i in missing}, f"count {village}: {len(lost)} missing")
    for item in missing:
        out.fact(item.n, now, Issue.COUNT_MISMATCH)
    out.did("shelves counted")
    out.did("parcels missing on a shelf", len(missing))

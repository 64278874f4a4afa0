"""06:00 to 10:00: carriers announce, the hub takes in, sorts, seals, and hands over to the drivers."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from logistics.desk.states import Task
from logistics.parcels.models import Bag, HandoverItem
from logistics.parcels.services.bags import SealUsed, open_bag, seal_bag
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from logistics.parcels.states import BagState, Direction, Issue, Stage
from portal.public.demo import cast
from portal.public.demo.journeys import CITIES
from portal.public.simulate.day import Act, Day, pieces
from portal.public.simulate.ledger import Outcome
from portal.public.simulate.plan import Item

BY_FILE = "demo-sf"  # this carrier has no system that speaks to ours, and sends a spreadsheet
BATCH, BAG = 200, 40


def acts(day: Day) -> Iterator[Act]:
    for k, firm in enumerate(day.plan.firms):
        mine = [i for i in day.plan.items if i.firm == firm]
        tracked = [i for i in mine if not i.up]
        if firm in day.plan.early:
            yield Act(2, f"early:{firm}", partial(early, day, firm, tracked))
        for b, batch in pieces(mine, BATCH):
            announced = by_file if firm == BY_FILE else announce
            yield Act(8 + 3 * k + b / 50, f"announce:{firm}:{b}", partial(announced, day, firm, batch))
        if firm not in day.plan.early:
            yield Act(30 + k, f"track:{firm}", partial(track, day, firm, tracked))
    yield from _hub(day)
    for k, town in enumerate(day.plan.towns):
        yield from _lorry(day, town, k)


# -- carriers ---------------------------------------------------------------------------------------------


def announce(day: Day, firm: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    drafts = [_draft(day, item) for item in items]
    rows = day.doors.announce(day.crew.terminal(firm), drafts, now)
    wanted = {"accepted", "duplicate"} if day.repeating else {"accepted"}
    out.expect({row["result"] for row in rows} <= wanted, f"announce {firm}: {sorted({r['result'] for r in rows})}")
    out.did("parcels announced", len(rows))
    if day.plan.roll("doubled", f"announce:{firm}"):
        again = day.doors.announce(day.crew.terminal(firm), drafts, now)
        out.expect({row["result"] for row in again} == {"duplicate"}, f"announce {firm} again: not all duplicates")
        out.did("parcels announced twice", len(again))


def by_file(day: Day, firm: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["快递单号", "方向", "目的地区划代码", "寄件地区划代码", "收件人", "收件人电话", "寄件人", "寄件人电话"]
    )
    for draft in (_draft(day, item) for item in items):
        way = "下行" if draft["direction"] == Direction.DOWN else "上行"
        names = ("destination", "origin", "recipient_name", "recipient_phone", "sender_name", "sender_phone")
        writer.writerow([draft["carrier_number"], way, *(draft[name] for name in names)])
    answer = day.doors.send_file(day.crew.terminal(firm), f"{firm}.csv", text.getvalue().encode(), now)
    taken = answer["accepted"] + (answer["duplicates"] if day.repeating else 0)
    out.expect(taken == len(items), f"file of {firm}: {answer}")
    out.did("parcels announced", len(items))
    out.did("files imported")


def _draft(day: Day, item: Item) -> dict:
    """Half of them name only the village: the portal finds the station that serves it."""
    village = day.crew.network.stations[item.village]
    far = CITIES[item.n % len(CITIES)][0].ljust(12, "0")
    here = village.code if item.chance < 0.5 and item.firm != BY_FILE else ""
    shop = {"name": "演示商家", "phone": cast.phone(9000 + item.n % 900)}
    recipient, sender = ({"name": item.person.name, "phone": item.person.phone}, shop)
    if item.up:
        recipient, sender = sender, recipient
    return {
        "direction": "UP" if item.up else "DOWN", "carrier": item.firm, "carrier_number": item.number,
        "destination": far if item.up else village.division_id, "origin": village.division_id if item.up else far,
        "origin_station" if item.up else "destination_station": here, "weight_grams": item.weight,
        "recipient_name": recipient["name"], "recipient_phone": recipient["phone"],
        "sender_name": sender["name"], "sender_phone": sender["phone"],
    }  # fmt: skip


def _tracking(day: Day, items: list[Item], **more: str) -> list:
    rows = []
    for item in items:
        left = day.clock.start - dt.timedelta(hours=20 + 4 * item.chance)
        rows.append(day.row(item, Stage.COLLECTED, left - dt.timedelta(hours=5), **more))
        rows.append(day.row(item, Stage.LINEHAUL, left, **more))
    return rows


def track(day: Day, firm: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    rows = _tracking(day, items)
    day.send(out, firm, rows, now, twice=[r for r in rows if "doubled" in day.plan.items[r.n].faults])


def early(day: Day, firm: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    """Tracking before the announcement: refused for now, and taken by itself when the parcel is announced."""
    rows = _tracking(day, items, refused="unknown_parcel")
    day.send(out, firm, rows, now)
    for row in rows:
        out.fact(row.n, row.at, row.code)


# -- hub --------------------------------------------------------------------------------------------------


def _hub(day: Day) -> Iterator[Act]:
    by_page = [i for i in day.plan.down() if not day.mishap(i, "AT_COUNTY") and i.n % 2 == 0]
    chosen = {i.n for i in by_page}
    for item in by_page:
        yield Act(60 + 80 * item.chance, f"hub:{item.n}", partial(hub_scan, day, item))
    by_terminal = sorted((i for i in day.plan.down() if i.n not in chosen), key=lambda i: i.chance)
    for b, batch in pieces(by_terminal, 60):
        yield Act(75 + 10 * b, f"hub-terminal:{b}", partial(_hub_terminal, day, batch))
    for item in day.plan.down():
        if "unknown" in item.faults:
            yield Act(90 + 50 * item.chance, f"unknown:{item.n}", partial(unknown, day, item))


def hub_scan(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    keeper = day.crew.keeper(cast.HUB)
    answer = day.scan(out, keeper, Task.HUB_INBOUND, cast.HUB, item.number, now, "in")
    if out.expect(answer["result"] == "ok", f"hub {item.n}: {answer['result']} {answer['code']}"):
        out.fact(item.n, now, Stage.AT_COUNTY)
    if "doubled" in item.faults:
        again = day.scan(out, keeper, Task.HUB_INBOUND, cast.HUB, item.number, now, "again")
        out.expect(again["result"] == "repeat", f"hub {item.n} again: {again['result']}")
        out.did("page scans: read twice")


def _hub_terminal(day: Day, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    day.report(out, cast.HUB, items, Stage.AT_COUNTY, now)


def unknown(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    """A label that no carrier announced: the page asks, the sorter puts it aside; the terminal is refused."""
    number = f"NOBODY{day.run}{item.n:05d}"
    keeper = day.crew.keeper(cast.HUB)
    asked = day.scan(out, keeper, Task.HUB_INBOUND, cast.HUB, number, now, "unknown")
    if out.expect(asked["code"] in ("unknown_number", "put_aside"), f"unknown {item.n}: {asked['code']}"):
        put = day.answer(out, keeper, asked, "aside", now)
        out.expect(put["code"] == "put_aside", f"unknown {item.n}: {put['code']}")
    row = day.row(item, Stage.AT_COUNTY, now, "-unknown", refused="unknown_parcel")
    day.send(out, cast.HUB, [replace(row, number=number)], now)
    out.did("unknown barcodes")


# -- bags and lorries ---------------------------------------------------------------------------------------


def _lorry(day: Day, town: str, k: int) -> Iterator[Act]:
    load = day.plan.down(town=town)
    if not load:
        return
    for b, packed in packings(day, town):
        yield Act(150 + k + b / 50, f"bag:{town}:{b}", partial(pack, day, town, b, packed))
    yield Act(205 + k, f"offer:{town}", partial(offer, day, town, load))
    if day.plan.roll("hasty", town):
        yield Act(205.3 + k, f"hasty:{town}", partial(hasty, day, town, load))
    yield Act(205.6 + k, f"take:{town}", partial(take, day, town, load))
    yield Act(206 + k, f"depart:{town}", partial(depart, day, load))


def packings(day: Day, town: str) -> Iterator[tuple[int, Sequence[Item]]]:
    """What goes into each bag for `town`."""
    yield from pieces([i for i in day.plan.down(town=town) if not i.loose], BAG)


def bag_numbers(day: Day, town: str) -> list[str]:
    return [number for key, number in sorted(day.ledger.refs.items()) if key.startswith(f"bag:{town}:")]


def pack(day: Day, town: str, b: int, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    keeper, stations = day.crew.keeper(cast.HUB), day.crew.network.stations
    bag = _begun(day, keeper.actor.id, town, items) or open_bag(
        origin=stations[cast.HUB], destination=stations[town], actor=keeper.actor, now=now
    )
    out.refs[f"bag:{town}:{b}"] = bag.number
    for item in items:
        answer = day.scan(out, keeper, Task.SORT, cast.HUB, item.number, now, "sort", bag=bag.number)
        out.expect(answer["result"] in ("ok", "repeat"), f"sort {item.n}: {answer['result']} {answer['code']}")
    used = day.ledger.refs.get("seal")
    if used and day.plan.roll("seal", f"{town}:{b}"):
        _used_seal(day, bag, used, keeper, out, now)
    seal = f"FQ{day.run}{day.plan.towns.index(town):02d}{b:02d}"
    day.once(lambda: seal_bag(bag=bag, seal_number=seal, actor=keeper.actor, now=now), "bag_not_open")
    out.refs["seal"] = seal
    out.did("bags sealed")
    for item in items:
        out.fact(item.n, now, Stage.BAGGED)


def _begun(day: Day, actor: str, town: str, items: list[Item]) -> Bag | None:
    """The bag that was being packed when the day was cut off."""
    if not day.repeating:
        return None
    bags = Bag.objects.filter(created_by=actor, destination__code=town).select_related("origin", "destination")
    return bags.filter(items__parcel__in=day.parcels(items), items__removed_at=None).first()


def _used_seal(day: Day, bag: Bag, seal: str, keeper, out: Outcome, now: dt.datetime) -> None:
    day.wrong(out, lambda: seal_bag(bag=bag, seal_number=seal, actor=keeper.actor, now=now), SealUsed, "used seal")


def offer(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    bags = list(Bag.objects.filter(number__in=bag_numbers(day, town), state=BagState.SEALED))
    loose = day.parcels([i for i in items if i.loose])
    giver, taker = Party.station(day.crew.network.stations[cast.HUB]), Party.person(day.crew.driver(town).user.pk)
    pass_on(day, f"lorry:{town}", out, now, giver=giver, taker=taker, at=cast.HUB, who=day.crew.keeper(cast.HUB),
            parcels=loose, bags=bags)  # fmt: skip


def pass_on(
    day: Day, name: str, out: Outcome, now: dt.datetime, *, giver, taker, at: str, who, parcels=(), bags=()
) -> None:
    """Offers a handover and remembers it as `name`."""
    station = day.crew.network.stations[at]
    made = day.once(
        lambda: offer_handover(
            giver=giver, taker=taker, station=station, parcels=parcels, bags=bags, actor=who.actor, now=now
        ),
        "in_open_handover",
    )  # fmt: skip
    if made is None:
        inside = list(parcels) or [item.parcel for bag in bags for item in bag.items.filter(removed_at=None)]
        made = HandoverItem.objects.select_related("handover").get(parcel=inside[0], open=True).handover
    out.refs[name] = str(made.pk)
    out.did("handovers offered")


def receive(day: Day, name: str, numbers: list[str], who, out: Outcome, now: dt.datetime, *, dispute: str = "") -> None:
    """Answers the handover `name` with what was scanned; without a dispute it must agree."""
    handover = HandoverItem.objects.filter(handover=day.ledger.refs[name]).select_related("handover").first().handover
    answered = day.once(
        lambda: take_over(handover=handover, scanned=numbers, actor=who.actor, now=now, dispute=dispute),
        "handover_answered",
    )
    if answered is not None:
        state = str(answered[0].state)
        out.expect(state == ("disputed" if dispute else "confirmed"), f"{name}: {state}")
    out.did("handovers disputed" if dispute else "handovers confirmed")


def hasty(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    rows = [day.row(item, Stage.TO_TOWN, now, "-hasty", refused="open_handover") for item in items]
    day.send(out, cast.HUB, rows, now)
    out.did("lorries held until the handover was answered")


def take(day: Day, town: str, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    missing = [i for i in items if "dispute" in i.faults]
    loose = [i.number for i in items if i.loose and i not in missing]
    told = f"少 {len(missing)} 件" if missing else ""
    receive(day, f"lorry:{town}", [*bag_numbers(day, town), *loose], day.crew.driver(town), out, now, dispute=told)
    for item in missing:
        out.fact(item.n, now, Issue.COUNT_MISMATCH)
        out.did("parcels missing at a handover")


def depart(day: Day, items: list[Item], out: Outcome, now: dt.datetime) -> None:
    day.report(out, cast.HUB, [i for i in items if "dispute" not in i.faults], Stage.TO_TOWN, now)

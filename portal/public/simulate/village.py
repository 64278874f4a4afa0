"""13:00 to 19:00: on the shelves of the villages, at their counters, and at people's doors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from logistics.desk.states import Task
from logistics.parcels.models import DoorCode, PickupCode
from logistics.parcels.services.door import FailedReason, WrongDoorCode, attempt_failed, deliver_at_door, start_delivery
from logistics.parcels.services.pickup import give_out, name_proxy, refuse_parcel
from logistics.parcels.services.pickup.codes import WrongCode
from logistics.parcels.services.returns import ReturnReason, start_return
from logistics.parcels.states import DoorProof, Issue, PickupMethod, Stage
from portal.public.simulate.day import Act, Day
from portal.public.simulate.ledger import Outcome
from portal.public.simulate.plan import Item

ASKED = ("consent_needed", "wrong_station")


def acts(day: Day) -> Iterator[Act]:
    for item in day.plan.down():
        if "dispute" in item.faults:
            continue
        if "foreign" in item.faults:
            yield Act(340 + item.chance, f"foreign:{item.n}", partial(foreign, day, item))
        yield from _to_the_door(day, item) if item.door else _to_the_shelf(day, item)


# -- shelf and counter ----------------------------------------------------------------------------------------


def _to_the_shelf(day: Day, item: Item) -> Iterator[Act]:
    lost = "wrong_station" in item.faults
    arrives = (400 if lost else 350) + 50 * item.chance
    if lost:
        yield Act(350 + 20 * item.chance, f"astray:{item.n}", partial(astray, day, item))
        yield Act(380 + 15 * item.chance, f"again:{item.n}", partial(send_again, day, item))
    if "damaged" in item.faults:
        yield Act(arrives - 1, f"damaged:{item.n}", partial(damaged, day, item))
    yield Act(arrives, f"shelf:{item.n}", partial(shelve, day, item))
    if "refused" in item.faults:
        yield Act(arrives + 30 + 200 * item.chance, f"refuse:{item.n}", partial(refuse, day, item))
    elif item.collected:
        yield Act(arrives + 15 + 330 * item.chance, f"collect:{item.n}", partial(collect, day, item))


def astray(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    """It lies in another village: the keeper there notes that it went astray."""
    keeper = day.crew.keeper(item.elsewhere)
    asked = day.scan(out, keeper, Task.INBOUND, item.elsewhere, item.number, now, "astray", shelf=item.shelf)
    if out.expect(asked["code"] in ("wrong_station", "wrong_station_recorded"), f"astray {item.n}: {asked['code']}"):
        noted = day.answer(out, keeper, asked, "record", now)
        out.expect(noted["code"] == "wrong_station_recorded", f"astray {item.n}: {noted['code']}")
        out.fact(item.n, now, Issue.WRONG_STATION)
        out.did("parcels at a wrong station")


def send_again(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    day.send(out, item.town, [day.row(item, Stage.TO_VILLAGE, now, "-again")], now)


def damaged(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    day.send(out, item.village, [day.row(item, Issue.DAMAGED, now)], now)
    out.did("parcels damaged")


def foreign(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    """A terminal that names a station which is not its own."""
    row = day.row(item, Stage.AT_TOWN, now, "-foreign", station=item.elsewhere, refused="out_of_scope")
    day.send(out, item.village, [row], now)


def shelve(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    """The page asks whether the recipient agreed, the keeper rang them up."""
    keeper = day.crew.keeper(item.village)
    answer = day.scan(out, keeper, Task.INBOUND, item.village, item.number, now, "in", shelf=item.shelf)
    if answer["result"] == "ask" and answer["code"] == "consent_needed":
        answer = day.answer(out, keeper, answer, "phone" if item.n % 3 else "in_person", now)
        out.did("consents recorded")
    if not out.expect(answer["result"] == "ok", f"shelf {item.n}: {answer['result']} {answer['code']}"):
        return
    out.fact(item.n, now, Stage.READY_FOR_PICKUP)
    out.did("parcels on a shelf")
    if "doubled" in item.faults:
        again = day.scan(out, keeper, Task.INBOUND, item.village, item.number, now, "again", shelf=item.shelf)
        out.expect(again["result"] == "repeat", f"shelf {item.n} again: {again['result']}")
        out.did("page scans: read twice")


def collect(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    keeper, parcel = day.crew.keeper(item.village), day.parcel(item)
    found = day.scan(out, keeper, Task.GIVE_OUT, item.village, item.number, now, "out")
    proof = (found["ask"] or {}).get("kind")
    out.expect(proof == "proof" or day.repeating, f"counter {item.n}: {found['code']}")
    code = PickupCode.objects.get(parcel=parcel).code
    person = {"parcel": parcel, "station": day.crew.network.stations[item.village], "actor": keeper.actor, "now": now}
    if "wrong_code" in item.faults:
        day.wrong(
            out,
            lambda: give_out(**person, method=PickupMethod.CODE, code=_another(code)),
            WrongCode,
            "wrong pickup code",
        )
    how: dict = {"method": PickupMethod.CODE, "code": code}
    if item.method == "identity":
        how = {"method": PickupMethod.IDENTITY, "pin": day.crew.pin}
    if item.method == "proxy":
        named = {"name": item.proxy.name, "phone": item.proxy.phone, "actor": keeper.actor, "now": now}
        proxy = day.once(lambda: name_proxy(parcel=parcel, **named), "parcel_closed")
        how["proxy"] = proxy
    day.once(lambda: give_out(**person, **how), "already_given_out", "not_the_proxy")
    out.fact(item.n, now, Stage.DELIVERED)
    out.did(f"parcels collected: {item.method}")


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def refuse(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    keeper, parcel = day.crew.keeper(item.village), day.parcel(item)
    day.once(lambda: refuse_parcel(parcel=parcel, actor=keeper.actor, now=now, why="不是本人购买"), "already_returning")
    start_return(parcel=parcel, reason=ReturnReason.REFUSED, actor=keeper.actor, now=now)
    out.fact(item.n, now, Issue.REFUSED)
    out.fact(item.n, now, Stage.RETURNING)
    out.did("parcels refused and on their way back")


# -- doors ----------------------------------------------------------------------------------------------------


def _to_the_door(day: Day, item: Item) -> Iterator[Act]:
    if "no_consent" in item.faults:
        yield Act(312 + 5 * item.chance, f"ask:{item.n}", partial(no_consent, day, item))
    begins = 345 + 90 * item.chance
    yield Act(begins, f"go:{item.n}", partial(set_out, day, item))
    if "refused" in item.faults:
        yield Act(begins + 20, f"door:{item.n}", partial(refused_at_the_door, day, item))
        return
    if "not_home" in item.faults:
        yield Act(begins + 20, f"nobody:{item.n}", partial(nobody, day, item))
        yield Act(begins + 150, f"go-again:{item.n}", partial(set_out, day, item))
        begins += 150
    yield Act(begins + 25, f"door:{item.n}", partial(deliver, day, item))


def no_consent(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    """The keeper asks before the van leaves; the recipient wants it at the door."""
    keeper = day.crew.keeper(item.village)
    asked = day.scan(out, keeper, Task.INBOUND, item.village, item.number, now, "ask", shelf=item.shelf)
    if out.expect(asked["code"] in ("consent_needed", "consent_refused"), f"consent {item.n}: {asked['code']}"):
        told = day.answer(out, keeper, asked, "refuse", now)
        out.expect(told["code"] == "consent_refused", f"consent {item.n}: {told['code']}")
        out.did("recipients who want it at the door")


def set_out(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    start_delivery(parcel=day.parcel(item), actor=day.crew.courier(item.town).actor, now=now)
    out.fact(item.n, now, Stage.OUT_FOR_DELIVERY)
    out.did("doorstep rounds begun")


def nobody(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    courier = day.crew.courier(item.town).actor
    attempt_failed(parcel=day.parcel(item), reason=FailedReason.NOT_HOME, actor=courier, now=now)
    out.fact(item.n, now, Issue.ATTEMPT_FAILED)
    out.did("doorstep attempts failed")


def refused_at_the_door(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    parcel = day.parcel(item)
    courier, keeper = day.crew.courier(item.town).actor, day.crew.keeper(item.village).actor
    day.once(
        lambda: attempt_failed(parcel=parcel, reason=FailedReason.REFUSED, actor=courier, now=now),
        "not_out_for_delivery",
    )
    start_return(parcel=day.parcel(item), reason=ReturnReason.REFUSED, actor=keeper, now=now)
    out.fact(item.n, now, Issue.REFUSED)
    out.fact(item.n, now, Stage.RETURNING)
    out.did("parcels refused and on their way back")


def deliver(day: Day, item: Item, out: Outcome, now: dt.datetime) -> None:
    courier, parcel = day.crew.courier(item.town).actor, day.parcel(item)
    code = DoorCode.objects.get(parcel=parcel).code
    door = {"parcel": parcel, "proof": DoorProof.CODE, "actor": courier, "now": now}
    if "wrong_code" in item.faults:
        day.wrong(out, lambda: deliver_at_door(**door, code=_another(code)), WrongDoorCode, "wrong code at the door")
    day.once(lambda: deliver_at_door(**door, code=code), "already_delivered")
    out.fact(item.n, now, Stage.DELIVERED)
    out.did("parcels delivered at the door")

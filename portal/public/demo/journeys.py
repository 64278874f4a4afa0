"""What happens to the demo parcels: a plan for each, pure and the same at every load (but for the hour it starts from).

A plan is a draft and its steps on a clock that ends now. Steps that lie in the future are simply not yet there, and
that is how parcels come to stand in every stage.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from logistics.parcels.services.parcels import ParcelDraft
from logistics.parcels.states import Act, Direction, Issue, Stage, Variant
from portal.public.demo import cast
from portal.public.demo.names import Person, invent
from portal.public.demo.places import Network

CITIES = (
    ("330106", "杭州西湖"), ("440111", "广州白云"), ("310115", "上海浦东"), ("610113", "西安雁塔"),
    ("620102", "兰州城关"), ("510107", "成都武侯"), ("420106", "武汉武昌"), ("110105", "北京朝阳"),
)  # fmt: skip
RECIPIENTS = 420
UPWARD = 0.2
OWN = 9  # parcels of the villager persona
SCENES = (
    *("bag",) * 4, *("open_bag",) * 3, *("handed",) * 3, *("dispute",) * 3, *("forward",) * 2, *("own",) * 2,
    *("give",) * 3, "refuse", *("carried",) * 3, *("offered",) * 2, *("door",) * 5,
    "pieces", "relay", "masked",
)  # fmt: skip
_AT_COUNTER = ("own", "give", "refuse", "pieces", "relay", "masked")
_LAST = dict.fromkeys(_AT_COUNTER, Stage.READY_FOR_PICKUP) | {"door": Stage.AT_TOWN}
PIECES, PIECES_HERE = 3, 2  # of the parcel that came in parts
# Phones as shops hand them over: they get no text, and the recipient's consent is for the parcel alone.
PHONES = {"relay": f"{cast.phone(997)[3:]}转6021", "masked": f"{cast.phone(998)[3:6]}****{cast.phone(998)[-4:]}"}
# Stages and troubles that a small load might miss: (direction, last stage, what came then, hours ago, text).
HALTED = (
    (Direction.DOWN, Stage.LINEHAUL, Issue.NO_UPDATE, 60, ""),
    (Direction.DOWN, Stage.AT_COUNTY, Issue.HELD, 6, "到件量大，顺延分拣"),
    (Direction.DOWN, Stage.AT_COUNTY, Issue.TEMP_BREACH, 5, "冷链包裹到件温度偏高"),
    (Direction.DOWN, Stage.AT_COUNTY, Issue.OUT_OF_AREA, 8, "超出派送范围，待转投"),
    (Direction.DOWN, Stage.AT_COUNTY, Stage.DESTROYED, 30, "违禁品，依规销毁"),
    (Direction.DOWN, Stage.AT_TOWN, Issue.SEAL_BROKEN, 4, "封签破损，待清点"),
    (Direction.DOWN, Stage.AT_TOWN, Issue.DAMAGED, 7, "外包装破损"),
    (Direction.DOWN, Stage.OUT_FOR_DELIVERY, Issue.UNREACHABLE, 5, "联系不上收件人"),
    (Direction.DOWN, Stage.OUT_FOR_DELIVERY, Issue.BAD_ADDRESS, 9, "门牌不详"),
    (Direction.DOWN, Stage.OUT_FOR_DELIVERY, "", 1, ""),
    (Direction.UP, Stage.COLLECTED, "", 1, ""),
    (Direction.UP, Stage.TO_TOWN, "", 1, ""),
    (Direction.UP, Stage.TO_COUNTY, "", 1, ""),
    (Direction.UP, Stage.HANDED_TO_CARRIER, "", 2, ""),
    (Direction.UP, Stage.OUT_FOR_DELIVERY, "", 3, ""),
)


@dataclass(slots=True)
class Step:
    """`by` is the carrier's enterprise code for its own scans, "" for the county's."""

    at: dt.datetime
    code: str
    station: str = ""
    by: str = ""
    text: str = ""
    more: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    draft: ParcelDraft
    created: dt.datetime
    steps: list[Step]
    person: Person  # recipient when DOWN, sender when UP
    counter: bool = False  # waits at a station: the arrival is made by the counter's own service
    scene: str = ""  # kept ready for one of scenes.py


@dataclass(slots=True)
class _Trip:
    """The walk of one parcel through time."""

    rng: random.Random
    clock: dt.datetime
    steps: list[Step] = field(default_factory=list)

    def go(
        self, hours: tuple[float, float], code: str, station: str = "", *, by: str = "", text: str = "", **more: str
    ) -> None:
        self.clock += dt.timedelta(hours=self.rng.uniform(*hours))
        self.steps.append(Step(self.clock, str(code), station, by, text, more))


# What goes wrong on the way, and how often. The rest goes well.
TROUBLES = (
    ("refused", 0.025), ("attempt", 0.03), ("damaged", 0.012), ("missorted", 0.012), ("wrong_station", 0.015),
    ("weather", 0.02), ("held", 0.012), ("lost", 0.005), ("cancelled", 0.01), ("never_collected", 0.012),
    ("unreachable", 0.015), ("bad_address", 0.01), ("seal", 0.006),
)  # fmt: skip


def plan_all(*, network: Network, now: dt.datetime, days: int, count: int) -> list[Plan]:
    """`count` plans, oldest first, evenly over `days`, most of them by day."""
    rng = random.Random("demo:journeys:1")  # noqa: S311  a picture, not a secret
    people = [invent(rng, number) for number in range(1000, 1000 + RECIPIENTS)]
    villages = sorted(network.villages)
    home = cast.village_station(cast.HOME_VILLAGE)
    plans = []
    for n in range(count):
        age = dt.timedelta(days=days) * (1 - (n + rng.random()) / count)
        start = now - max(age, dt.timedelta(minutes=40))
        own = n % max(1, count // OWN) == count // OWN - 1
        village = home if own or rng.random() < 0.06 else rng.choice(villages)
        who = Person("王小明", cast.phone(1)) if own else rng.choice(people)
        up = not own and rng.random() < UPWARD
        firm = rng.choice(cast.CARRIERS)
        make = _upward if up else _downward
        plans.append(make(rng, n, firm, village, who, start, network))
    return plans


def plan_scenes(*, network: Network, now: dt.datetime, first: int) -> list[Plan]:
    """Parcels that stand where the scenes need them: at the hub since this morning, or on the home village's shelf."""
    rng = random.Random("demo:scenes:1")  # noqa: S311  a picture, not a secret
    home = cast.village_station(cast.HOME_VILLAGE)
    plans = []
    for scene in SCENES:
        who = Person("王小明", cast.phone(1)) if scene == "own" else invent(rng, 2000 + len(plans))
        last = _LAST.get(scene, Stage.AT_COUNTY)
        end = now - dt.timedelta(hours=rng.uniform(1, 5))
        plans.append(_halted(rng, first + len(plans), home, who, network, Direction.DOWN, last, end))
        plans[-1].scene, plans[-1].counter = scene, last == Stage.READY_FOR_PICKUP
        plans[-1].draft.pieces = PIECES if scene == "pieces" else 1
        plans[-1].draft.recipient_phone = PHONES.get(scene, who.phone)
    for direction, last, code, hours, text in HALTED:
        who = invent(rng, 2000 + len(plans))
        village = rng.choice(sorted(network.villages))
        end = now - dt.timedelta(hours=hours)
        plan = _halted(rng, first + len(plans), village, who, network, direction, last, end)
        if code:
            place = plan.steps[-1].station
            plan.steps.append(Step(now - dt.timedelta(hours=min(2, hours / 2)), str(code), place, text=text))
        plans.append(plan)
    return plans


def _halted(rng, n: int, village: str, who: Person, network: Network, direction, last: Stage, end: dt.datetime) -> Plan:
    """A plan whose last step is `last`, at `end`."""
    make = _downward if direction == Direction.DOWN else _upward
    firm = rng.choice(cast.CARRIERS)
    while True:
        plan = make(rng, n, firm, village, who, end - dt.timedelta(days=3), network, trouble="")
        codes = [step.code for step in plan.steps]
        if last in codes:
            break
    plan.steps = plan.steps[: codes.index(last) + 1]
    shift = end - plan.steps[-1].at
    for step in plan.steps:
        step.at += shift
    plan.created = plan.steps[0].at - dt.timedelta(hours=1)
    plan.counter = False
    return plan


def _downward(rng, n: int, firm: cast.Firm, village: str, who: Person, start, network: Network, trouble=None) -> Plan:
    town = network.above[village]
    code, city = rng.choice(CITIES)
    place = network.stations[village].division_id
    draft = ParcelDraft(
        direction=Direction.DOWN.value, carrier=firm.code, carrier_number=_number(rng, firm, n), destination=place,
        destination_station=village, origin=code.ljust(12, "0"), recipient_name=who.name, recipient_phone=who.phone,
        recipient_address=f"{rng.randint(1, 8)}社{rng.randint(1, 120)}号", sender_name="演示商家",
        sender_phone=cast.phone(9000 + n % 900), weight_grams=rng.randint(80, 9000),
    )  # fmt: skip
    trip = _Trip(rng, start)
    trouble = _trouble(rng) if trouble is None else trouble
    counter = _walk_down(trip, firm.code, city, town, village, trouble, network)
    return Plan(draft, start, trip.steps, who, counter)


def _walk_down(trip: _Trip, firm: str, city: str, town: str, village: str, trouble: str, network: Network) -> bool:
    """The steps of a parcel to the village. Returns whether it waits at the station's counter."""
    if trouble == "never_collected":
        trip.go((0.2, 1), Stage.AWAITING, by=firm, text="商家已通知快递员取件")
        return False
    if trouble == "cancelled":
        trip.go((1, 8), Stage.CANCELLED, by=firm, text="订单已取消")
        return False
    trip.go((0.5, 4), Stage.COLLECTED, by=firm, text=f"【{city}】快件已揽收")
    trip.go((2, 8), Stage.LINEHAUL, by=firm, text=f"快件离开【{city}转运中心】,发往【平凉转运中心】")
    if trouble == "lost":
        trip.go((60, 90), Stage.LOST, by=firm, text="快件在运输途中丢失，请联系客服理赔")
        return False
    trip.go((18, 34), Stage.AT_COUNTY, cast.HUB)
    if trouble == "held":
        trip.go((1, 3), Issue.HELD, cast.HUB, text="到件量大，顺延分拣")
        trip.go((16, 22), Act.NOTE, cast.HUB, text="已恢复分拣")
    trip.go((0.5, 3), Stage.BAGGED, cast.HUB)
    if trouble == "weather":
        trip.go((0.2, 1), Issue.WEATHER, cast.HUB, text="强降雨，山区线路停运")
        trip.clock += dt.timedelta(hours=14)
    trip.go((0.5, 3), Stage.TO_TOWN, cast.HUB)
    if trouble == "missorted":
        other = _other(trip.rng, network.above.values(), town)
        trip.go((1, 2), Issue.MISSORTED, other, text="错分到其他乡镇，退回县级中心")
        trip.go((12, 20), Stage.TO_TOWN, cast.HUB)
    trip.go((0.7, 2), Stage.AT_TOWN, town)
    if trouble == "seal":
        trip.go((0.1, 0.3), Issue.SEAL_BROKEN, town, text="封签破损，已清点")
        trip.go((1, 3), Act.ISSUE_RESOLVED, town, issue=str(Issue.SEAL_BROKEN))
    trip.go((2, 16), Stage.TO_VILLAGE, town)
    if trouble == "wrong_station":
        trip.go((0.5, 2), Issue.WRONG_STATION, _other(trip.rng, network.villages, village), text="到错村站，次日转送")
        trip.go((16, 24), Stage.TO_VILLAGE, town)
    return _last_mile(trip, firm, village, town, trouble)


def _last_mile(trip: _Trip, firm: str, village: str, town: str, trouble: str) -> bool:
    if trouble in ("attempt", "unreachable", "bad_address"):
        issue = {"attempt": Issue.ATTEMPT_FAILED, "unreachable": Issue.UNREACHABLE, "bad_address": Issue.BAD_ADDRESS}[
            trouble
        ]
        trip.go((0.5, 2), Stage.OUT_FOR_DELIVERY, village)
        trip.go((0.5, 3), issue, village, text="派送未成功，将再次联系收件人")
        trip.clock += dt.timedelta(hours=12)
    elif trip.rng.random() < 0.3:
        trip.go((0.5, 2), Stage.OUT_FOR_DELIVERY, village)
        trip.go((0.3, 3), Stage.DELIVERED, village, by=firm, text="已送货上门，本人签收", variant=str(Variant.SELF))
        return False
    if trouble == "damaged":
        trip.go((0.2, 1), Issue.DAMAGED, village, text="外包装破损，内件完好")
    trip.go((0.3, 2), Stage.READY_FOR_PICKUP, village)
    if trouble == "refused":
        trip.go((3, 20), Issue.REFUSED, village)
        trip.go((2, 10), Stage.RETURNING, village)
        trip.go((40, 70), Stage.RETURNED, by=firm, text="退件已签收")
        return True
    variant = trip.rng.choices([Variant.SELF, Variant.PROXY], [9, 1])[0]
    slow = trip.rng.random() < 0.12
    trip.go((60, 150) if slow else (1, 34), Stage.DELIVERED, village, variant=str(variant))
    return True


def _upward(rng, n: int, firm: cast.Firm, village: str, who: Person, start, network: Network, trouble="") -> Plan:
    """Farm produce from the village to the city, where nothing goes wrong before the city."""
    town = network.above[village]
    code, city = rng.choice(CITIES)
    draft = ParcelDraft(
        direction=Direction.UP.value, carrier=firm.code, carrier_number=_number(rng, firm, n), origin_station=village,
        origin=network.stations[village].division_id, destination=code.ljust(12, "0"), sender_name=who.name,
        sender_phone=who.phone, recipient_name="演示顾客", recipient_phone=cast.phone(8000 + n % 900),
        weight_grams=rng.randint(2000, 20000),
    )  # fmt: skip
    trip = _Trip(rng, start)
    trip.go((0.3, 2), Stage.COLLECTED, village)
    trip.go((0.5, 3), Stage.TO_TOWN, village)
    trip.go((0.7, 2), Stage.AT_TOWN, town)
    trip.go((1, 6), Stage.TO_COUNTY, town)
    trip.go((0.8, 2), Stage.AT_COUNTY, cast.HUB)
    trip.go((0.5, 2), Stage.BAGGED, cast.HUB)
    trip.go((0.5, 4), Stage.HANDED_TO_CARRIER, cast.HUB)
    trip.go((2, 6), Stage.LINEHAUL, by=firm.code, text="快件离开【平凉转运中心】")
    trip.go((24, 50), Stage.OUT_FOR_DELIVERY, by=firm.code, text=f"【{city}】正在派件")
    trip.go((1, 6), Stage.DELIVERED, by=firm.code, text="已签收", variant=str(Variant.SELF))
    return Plan(draft, start, trip.steps, who)


def _trouble(rng: random.Random) -> str:
    roll = rng.random()
    for name, share in TROUBLES:
        roll -= share
        if roll < 0:
            return name
    return ""


def _other(rng: random.Random, codes, not_this: str) -> str:
    return rng.choice(sorted(set(codes) - {not_this}))


def _number(rng: random.Random, firm: cast.Firm, n: int) -> str:
    """In the carrier's manner; ends in the parcel's place in the plan, so that no two are alike."""
    return f"{firm.number}{rng.randrange(10 ** (firm.digits - 5)):0{firm.digits - 5}d}{n:05d}"

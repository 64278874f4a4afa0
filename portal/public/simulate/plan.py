"""The day as it is meant to happen: parcels with their ways and their mishaps. Pure, and the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from portal.public.demo import cast
from portal.public.demo.names import Person, invent

UPWARD, LOOSE, DOOR, COLLECTED_TODAY = 0.2, 0.1, 0.12, 0.85
PHONES = (4000, 7999)  # recipients and senders of simulated days, apart from those of the demo county

# What goes wrong, and how often: of parcels unless said otherwise.
FAULTS = {
    "missing": 0.03,  # a scan on the way was forgotten
    "late": 0.04,  # a terminal without signal sends its scan in the evening
    "doubled": 0.05,  # the same scan is sent twice, or the same barcode read twice
    "unordered": 0.2,  # of batches: a terminal sends its scans in any order
    "early": 0.2,  # of carriers: tracking arrives before the announcement
    "unknown": 0.02,  # a barcode that nobody registered
    "wrong_station": 0.02,  # the parcel lies at another village's station
    "foreign": 0.01,  # a terminal scans for a station that is not its own
    "dispute": 0.02,  # of parcels: not there when the driver counts
    "hasty": 0.3,  # of lorries: they want to leave before the handover is answered
    "seal": 0.1,  # of bags: the seal's number was used before
    "broken": 0.05,  # of bags: the seal is broken on arrival
    "no_consent": 0.03,  # the recipient does not want it at the station
    "wrong_code": 0.04,  # at the counter, before the right one
    "damaged": 0.015,
    "not_home": 0.25,  # of doorstep deliveries: the first attempt fails
    "refused": 0.03,  # the recipient does not want it at all
    "returned": 0.02,  # delivered, and sent back as a new shipment
    "skew": 0.15,  # of terminals: the clock is wrong by hours
}


class BadFaults(ValueError):
    """Says which word was not understood."""


def faults_of(text: str) -> dict[str, float]:
    """`missing=0.1,late=0` over the defaults; `none` for a day without mishaps. Raises BadFaults."""
    rates = dict(FAULTS)
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _equals, value = word.partition("=")
        if word == "none":
            rates = dict.fromkeys(FAULTS, 0.0)
            continue
        try:
            rate = float(value)
        except ValueError:
            raise BadFaults(word) from None
        if name not in FAULTS or not 0 <= rate <= 1:
            raise BadFaults(word)
        rates[name] = rate
    return rates


@dataclass(slots=True)
class Item:
    """One parcel of the day. `faults` are those that will happen to it; `rest` draws its small chances."""

    n: int
    up: bool
    firm: str
    number: str
    town: str
    village: str
    person: Person
    proxy: Person
    weight: int
    loose: bool
    door: bool
    collected: bool  # fetched from the station before the evening
    method: str
    shelf: str
    chance: float  # 0 to 1, for the hour of its events
    faults: frozenset[str]
    elsewhere: str  # another village's station


@dataclass(slots=True)
class Plan:
    items: list[Item]
    rates: dict[str, float]
    towns: list[str]
    villages: list[str]
    firms: list[str]
    skewed: frozenset[str] = frozenset()  # stations whose terminal has a wrong clock
    early: frozenset[str] = frozenset()  # carriers whose tracking comes before the announcement
    rolls: dict[str, float] = field(default_factory=dict)

    def roll(self, name: str, of: str) -> bool:
        """Whether the mishap `name` happens to the thing called `of` (a bag, a lorry, a batch)."""
        return random.Random(f"{name}:{of}:{self.rolls['seed']}").random() < self.rates[name]  # noqa: S311

    def down(self, **wanted) -> list[Item]:
        return [i for i in self.items if not i.up and all(getattr(i, k) == v for k, v in wanted.items())]

    def upward(self, **wanted) -> list[Item]:
        return [i for i in self.items if i.up and all(getattr(i, k) == v for k, v in wanted.items())]


def draw(
    *, above: dict[str, str], villages: list[str], count: int, seed: int, rates: dict[str, float], run: str
) -> Plan:
    """A day with `count` parcels. `above` gives the township station of a village's; `run` makes the numbers unique."""
    rng = random.Random(f"simulate:{seed}")  # noqa: S311  a picture, not a secret
    served = sorted(rng.sample(sorted(villages), min(len(villages), max(3, count // 15))))
    items = [_item(rng, n, served, above, rates, run) for n in range(count)]
    firms = sorted({i.firm for i in items})
    towns = sorted({above[v] for v in served})
    terminals = sorted([cast.HUB, *towns, *served])
    return Plan(
        items=items,
        rates=rates,
        towns=towns,
        villages=served,
        firms=firms,
        skewed=frozenset(t for t in terminals if rng.random() < rates["skew"]),
        early=frozenset(f for f in firms if rng.random() < rates["early"]),
        rolls={"seed": float(seed)},
    )


_OF_PARCELS = (
    "missing", "late", "doubled", "unknown", "wrong_station", "foreign", "dispute", "no_consent", "wrong_code",
    "damaged", "not_home", "refused", "returned",
)  # fmt: skip


def _item(rng: random.Random, n: int, served: list[str], above: dict[str, str], rates: dict, run: str) -> Item:
    firm = rng.choice(cast.CARRIERS)
    village = rng.choice(served)
    faults = {name for name in _OF_PARCELS if rng.random() < rates[name]}
    if "dispute" in faults:
        faults -= {"wrong_station", "no_consent", "refused", "returned", "damaged"}
    loose = rng.random() < LOOSE or "dispute" in faults
    door = rng.random() < DOOR or "no_consent" in faults
    return Item(
        n=n,
        up=rng.random() < UPWARD,
        firm=firm.code,
        number=f"{firm.number}{run}{n:05d}",
        town=above[village],
        village=village,
        person=invent(rng, rng.randint(*PHONES)),
        proxy=invent(rng, rng.randint(*PHONES)),
        weight=rng.randint(80, 9000),
        loose=loose,
        door=door,
        collected=rng.random() < COLLECTED_TODAY,
        method=rng.choices(["code", "identity", "proxy"], [75, 15, 10])[0],
        shelf=f"{rng.randint(1, 6)}-{rng.randint(1, 9)}",
        chance=rng.random(),
        faults=frozenset(faults),
        elsewhere=rng.choice([v for v in served if v != village]),
    )

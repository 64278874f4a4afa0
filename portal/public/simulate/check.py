"""What the portal shows in the evening, asked from outside: the public lookup for every parcel, and the counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from logistics.parcels.models import Bag, Handover, Parcel, Pickup
from logistics.parcels.states import INTERNAL_ISSUES
from portal.public.simulate.day import Day

SHOWN = 20


@dataclass(slots=True)
class Comparison:
    """`rows` are (what, done, shown); `wrong` are parcels that the portal shows otherwise than they were left."""

    rows: list[tuple[str, int, int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.wrong and all(done == shown for _what, done, shown in self.rows)


def compare(day: Day) -> Comparison:
    """Every parcel by its carrier's number, as anybody may look it up; stages and issues are counted on both sides."""
    done: Counter = Counter()
    shown: Counter = Counter()
    result = Comparison()
    for item in day.plan.items:
        stage, left = day.ledger.expected(item.n, item.up)
        issues = tuple(issue for issue in left if issue not in INTERNAL_ISSUES)  # what anybody is told
        answer = day.doors.track(item.number)
        seen = answer["parcels"][0] if answer and answer["parcels"] else {"stage": "(unknown)", "issues": []}
        there = (seen["stage"], tuple(sorted(seen["issues"])))
        done.update([f"stage {stage}", *(f"issue {i}" for i in issues)])
        shown.update([f"stage {there[0]}", *(f"issue {i}" for i in there[1])])
        if there != (stage, issues) and len(result.wrong) < SHOWN:
            result.wrong.append(f"{item.number}: left at {stage} {list(issues)}, shown at {there[0]} {list(there[1])}")
    result.rows = [(name, done[name], shown[name]) for name in sorted(done.keys() | shown.keys())]
    result.rows += _counts(day)
    return result


def _counts(day: Day) -> list[tuple[str, int, int]]:
    """Bags, handovers and pickups of this day as the portal has them."""
    refs, acts = day.ledger.refs, day.ledger.acts
    numbers = [i.number for i in day.plan.items]
    bags = Bag.objects.filter(number__in=[number for key, number in refs.items() if key.startswith("bag:")])
    names = ("lorry:", "arrival:", "round:", "fetched:")
    handovers = Handover.objects.filter(pk__in=[pk for key, pk in refs.items() if key.startswith(names)])
    states = Counter(handovers.values_list("state", flat=True))
    collected = sum(count for act, count in acts.items() if act.startswith("parcels collected: "))
    mine = Parcel.objects.filter(carrier_number__in=numbers)
    return [
        ("parcels", acts["parcels announced"], mine.filter(demo=True).count()),
        ("return shipments", acts["return shipments"], Parcel.objects.filter(return_of__in=mine).count()),
        ("bags opened", acts["bags opened"], bags.filter(state="opened").count()),
        ("handovers confirmed", acts["handovers confirmed"], states["confirmed"]),
        ("handovers disputed", acts["handovers disputed"], states["disputed"]),
        (
            "given out at stations",
            collected,
            Pickup.objects.filter(parcel__in=mine, undone_at=None, partial=False).count(),
        ),
    ]

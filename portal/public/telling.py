"""What a reader is told of a parcel: one table of stage and open issue, so that no two sentences contradict.

The stage says where the parcel is, an issue what is wrong. Beside the stage stands an issue that leaves its sentence
true ("ready for pickup" and "nobody came for it yet"); one that makes it false takes its place ("the courier is on the
way" and "the address is not clear"); one that is over with the stage is not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from logistics.parcels.states import INTERNAL_ISSUES, TERMINALS, Act, Direction, Issue, Stage

Facts = dict[str, Any]


class Way(StrEnum):
    """How an open issue stands to the sentence of the stage."""

    BESIDE = "beside"
    INSTEAD = "instead"
    UNTOLD = "untold"


class Place(StrEnum):
    """What the page says of a station."""

    NONE = "none"
    BOUND_FOR = "bound_for"  # it goes there and is not there yet
    COLLECT = "station"  # it can be picked up there


# Issues that make the sentence of a stage false, by stage. What is missing here stands beside it.
_BLOCKS = frozenset({Issue.REFUSED, Issue.OUT_OF_AREA, Issue.HELD, Issue.WRONG_STATION, Issue.MISSORTED})
_MOVING = _BLOCKS | {Issue.BAD_ADDRESS, Issue.UNREACHABLE}
_INSTEAD: dict[Stage, frozenset[Issue]] = {
    Stage.CREATED: frozenset(),
    Stage.AWAITING: frozenset(),
    Stage.COLLECTED: _MOVING,
    Stage.LINEHAUL: _MOVING,
    Stage.AT_COUNTY: _MOVING,
    Stage.BAGGED: _MOVING,
    Stage.TO_TOWN: _MOVING,
    Stage.AT_TOWN: _MOVING,
    Stage.TO_VILLAGE: _MOVING,
    Stage.OUT_FOR_DELIVERY: _MOVING | {Issue.ATTEMPT_FAILED},
    Stage.READY_FOR_PICKUP: _BLOCKS,
    Stage.TO_COUNTY: _MOVING,
    Stage.HANDED_TO_CARRIER: frozenset(),
}
_RETURNING_TELLS = frozenset({Issue.REFUSED, Issue.OUT_OF_AREA})  # why it goes back; all else is over


def way_of(stage: str, issue: str) -> Way:
    """How `issue` is told of a parcel at `stage`, in either direction."""
    if issue in INTERNAL_ISSUES or stage in TERMINALS:
        return Way.UNTOLD
    if stage == Stage.RETURNING:
        return Way.BESIDE if issue in _RETURNING_TELLS else Way.UNTOLD
    return Way.INSTEAD if issue in _INSTEAD[Stage(stage)] else Way.BESIDE


def place_of(stage: str, direction: str, way: Way) -> Place:
    """Whether a station is named, and as what: nothing is offered where nothing can be picked up."""
    if direction != Direction.DOWN or stage == Stage.RETURNING or stage in TERMINALS or way is Way.INSTEAD:
        return Place.NONE
    if stage == Stage.READY_FOR_PICKUP:
        return Place.COLLECT
    return Place.NONE if stage == Stage.OUT_FOR_DELIVERY else Place.BOUND_FOR


@dataclass(frozen=True, slots=True)
class Told:
    """`sentence` names what replaces the stage's own: at_station, partly, no_texts, forwarded, or "" for the stage's.

    `issue` is told `way`; "" when none is.
    """

    sentence: str
    issue: str
    way: Way
    place: Place


def told_of(facts: Facts) -> Told:
    """What the facts of a parcel (lookup.public_many, with what the digits add) say to their reader."""
    stage, direction = facts["stage"], facts["direction"]
    issue = headline(stage, facts["issues"])
    way = way_of(stage, issue) if issue else Way.UNTOLD
    place = place_of(stage, direction, way)
    sentence = "" if way is Way.INSTEAD else _sentence(facts)
    if sentence in ("partly", "forwarded"):
        place = Place.NONE
    return Told(sentence, issue if way is not Way.UNTOLD else "", way, place)


def _sentence(facts: Facts) -> str:
    if is_forwarded(facts):
        return "forwarded"
    if facts["at_station"]:
        return "at_station"
    if facts["partly_collected"]:
        return "partly"
    ready = facts["stage"] == Stage.READY_FOR_PICKUP
    return "no_texts" if ready and facts.get("texts") is False else ""


def is_forwarded(facts: Facts) -> bool:
    """Whether another carrier has it now: it got a number of theirs, and nobody of ours scanned it since."""
    if not facts.get("successor") or facts["stage"] in TERMINALS:
        return False
    codes = [event["code"] for event in facts["events"]]
    if Act.FORWARDED not in codes:
        return False
    since = codes[len(codes) - codes[::-1].index(Act.FORWARDED) :]
    return not set(since) & set(Stage.values)


def headline(stage: str, issues: list[str]) -> str:
    """The open issue that is told: one that replaces the stage's sentence first, then what asks most of the reader."""
    told = [issue for issue in ORDER if issue in issues and way_of(stage, issue) is not Way.UNTOLD]
    return next((one for one in told if way_of(stage, one) is Way.INSTEAD), told[0] if told else "")


ORDER = (
    Issue.BAD_ADDRESS, Issue.UNREACHABLE, Issue.PICKUP_OVERDUE, Issue.DAMAGED, Issue.TEMP_BREACH, Issue.REFUSED,
    Issue.ATTEMPT_FAILED, Issue.OVERDUE_UNSIGNED, Issue.NO_UPDATE, Issue.OUT_OF_AREA, Issue.HELD, Issue.MISSORTED,
    Issue.WRONG_STATION, Issue.WEATHER, Issue.COUNT_MISMATCH, Issue.SEAL_BROKEN,
)  # fmt: skip

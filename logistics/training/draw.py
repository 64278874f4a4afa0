"""Drawing the questions of an attempt, and reading an answer. Pure: same bank, rules and seed, same questions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from logistics.training.states import LETTERS, QuestionKind


@dataclass(frozen=True, slots=True)
class Rule:
    """Draw `count` questions of `topic` and `kind` (empty: any) at `points` each."""

    topic: str
    kind: str
    count: int
    points: int

    def takes(self, topic: str, kind: str) -> bool:
        return self.topic in ("", topic) and self.kind in ("", kind)

    @property
    def openness(self) -> int:
        return (self.topic == "") + (self.kind == "")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question of the bank; `options` are (id, text, whether right) in the order of the bank."""

    id: int
    topic: str
    kind: str
    options: tuple[tuple[int, str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question as it will be shown: options in their order, letters of the right ones."""

    id: int
    points: int
    options: list[list]
    key: str


def shortage(rules: Sequence[Rule], candidates: Iterable[Candidate]) -> int:
    """How many questions the bank lacks, so that no draw can fail whichever falls first; 0 when there are enough.

    Rules that name more are served first. A rule is safe when its questions outnumber all that the rules before it
    may take of them.
    """
    bank = list(candidates)
    served: list[Rule] = []
    missing = 0
    for rule in sorted(rules, key=lambda r: r.openness):
        fits = [c for c in bank if rule.takes(c.topic, c.kind)]
        taken = sum(min(r.count, sum(r.takes(c.topic, c.kind) for c in fits)) for r in served)
        missing += max(0, rule.count + taken - len(fits))
        served.append(rule)
    return missing


def draw(rules: Sequence[Rule], candidates: Iterable[Candidate], seed: int) -> list[Drawn]:
    """The questions in the order of the rules, shuffled within each; options shuffled, save 对/错.

    Raises ValueError when the bank lacks questions (see `shortage`).
    """
    chance = random.Random(seed)  # noqa: S311  must be repeatable, and the seed is drawn securely
    bank = sorted(candidates, key=lambda c: c.id)
    chosen: dict[int, list[tuple[Candidate, int]]] = {}
    used: set[int] = set()
    for place, rule in sorted(enumerate(rules), key=lambda pair: pair[1].openness):
        fits = [c for c in bank if c.id not in used and rule.takes(c.topic, c.kind)]
        picked = chance.sample(fits, rule.count)
        used |= {c.id for c in picked}
        chosen[place] = [(c, rule.points) for c in picked]
    return [_shown(c, points, chance) for place in sorted(chosen) for c, points in chosen[place]]


def _shown(candidate: Candidate, points: int, chance: random.Random) -> Drawn:
    options = list(candidate.options)
    if candidate.kind != QuestionKind.TRUE_FALSE:
        chance.shuffle(options)
    key = "".join(letter for letter, (_id, _text, right) in zip(LETTERS, options, strict=False) if right)
    return Drawn(candidate.id, points, [[pk, text] for pk, text, _right in options], key)


def tidy(answer: str, *, kind: str, options: int) -> str | None:
    """The letters of an answer in order, or None when it can't be one: a letter that is not shown, two of a single."""
    letters = sorted(set(answer.upper()))
    if any(letter not in LETTERS[:options] for letter in letters):
        return None
    if kind != QuestionKind.MULTIPLE and len(letters) > 1:
        return None
    return "".join(letters)

"""Which village does an address mean? Answers with candidates and a question, never with a silent guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import F, Func, IntegerField, Q, Value
from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput
from portal.regions import codes, names
from portal.regions.models import Division, DivisionAlias
from portal.regions.selectors import Found, with_paths
from portal.regions.states import Level

MAX_ADDRESS = 200
MAX_CANDIDATES = 20
BLANK = "\ue000"  # private use: stands in no name, and PostgreSQL takes no NUL


@dataclass(frozen=True, slots=True)
class Resolution:
    """`certain` only when one village fits and nothing in the text speaks against it. Otherwise ask `question`."""

    candidates: tuple[Found, ...]
    certain: bool
    question: str = ""
    rest: str = ""  # what follows the village: group, house
    townships: tuple[Division, ...] = ()  # named in the text

    @property
    def village(self) -> Found | None:
        return self.candidates[0] if self.certain else None


@dataclass(slots=True)
class _Match:
    """A place whose name stands in the text at [start, end)."""

    place: Division
    start: int
    end: int
    whole: bool  # the short name as it is stored, not only its core

    def inside(self, other: _Match) -> bool:
        return other.start <= self.start and self.end <= other.end and other.end - other.start > self.end - self.start


@dataclass(slots=True)
class _Reading:
    """What the text names, level by level."""

    text: str
    townships: list[_Match] = field(default_factory=list)
    counties: list[_Match] = field(default_factory=list)
    villages: list[_Match] = field(default_factory=list)
    higher: list[_Match] = field(default_factory=list)
    fits_above: bool = True


class Gazetteer:
    """Where the names of places come from. This one asks the database, for one address."""

    def named(self, text: str, level: Level | None, within: str) -> Iterator[tuple[Division, str]]:
        """Places of the level inside `within` (None: all above townships) of which a name may stand in the text.

        With each the alias that stands there, or "" when it is the place's own name.
        """
        inside = Q(level=level, prefix__startswith=within) if level else Q(level__lt=Level.TOWNSHIP)
        shortest = Func(F("short_name"), Value(names.ANY_ENDING), Value(""), function="regexp_replace")
        for place in Division.objects.filter(inside).annotate(at=_position(text, shortest)).filter(at__gt=0):
            yield place, ""
        aliases = DivisionAlias.objects.annotate(at=_position(text, F("key"))).filter(at__gt=0)
        for alias in aliases.select_related("division"):
            if _fits(alias.division, level, within):
                yield alias.division, alias.key

    def above(self, places: list[Division]) -> list[Found]:
        return with_paths(places)


class LoadedGazetteer(Gazetteer):
    """All places above townships and those of one county, read once: for the addresses of a whole file."""

    def __init__(self, within: str):
        inside = Q(prefix__startswith=codes.parse(within).prefix) if within else Q()
        places = list(Division.objects.filter(Q(level__lt=Level.TOWNSHIP) | inside))
        known = {place.pk: place for place in places}
        self._names = [(_core(place), place, "") for place in places]
        for pk, key in DivisionAlias.objects.filter(division__in=known).values_list("division_id", "key"):
            self._names.append((key, known[pk], key))
        self._found = {found.code: found for found in with_paths(places)}

    def named(self, text: str, level: Level | None, within: str) -> Iterator[tuple[Division, str]]:
        for name, place, alias in self._names:
            if name in text and _fits(place, level, within):
                yield place, alias

    def above(self, places: list[Division]) -> list[Found]:
        return [self._found[place.code] for place in places]

    def villages_of(self, township: Division) -> list[Found]:
        """In the order of their codes, which is that of the register."""
        places = {place.code for _name, place, _alias in self._names if _fits(place, Level.VILLAGE, township.prefix)}
        return [self._found[code] for code in sorted(places)]


def _position(text: str, of) -> Func:
    return Func(Value(text), of, function="strpos", output_field=IntegerField())


def _fits(place: Division, level: Level | None, within: str) -> bool:
    if level is None:
        return place.level < Level.TOWNSHIP
    return place.level == level and place.prefix.startswith(within)


_DATABASE = Gazetteer()


def resolve_village(text: str, *, within: str = "", places: Gazetteer = _DATABASE) -> Resolution:
    """Villages that `text` may mean: an address like 庄浪县水洛镇何马村3社, or only a name.

    `within` is the code prefix of the county (or township) that the caller already knows. A township or county
    named in the text narrows the answer; when no village fits it, the others are offered as a question. What stands
    before the village and is no place we know (a township of another county, a name long gone) is a question too.
    Old names count as the place that bears the new one.
    """
    cleaned = names.clean(text).replace(BLANK, "")
    if len(cleaned) > MAX_ADDRESS:
        raise BadInput(_("地址过长。"), code="address_too_long", hint=_("请只填写到村和门牌。"))
    if not cleaned:
        raise BadInput(_("没有填写地址。"), code="address_missing", hint=_("请填写乡镇和村名，例如：水洛镇何马村。"))
    reading = _read(cleaned, codes.parse(within).prefix if within else "", places)
    best = _narrow(reading)
    found = tuple(places.above([match.place for match in best[:MAX_CANDIDATES]]))
    dropped = _dropped(best[0], reading) if len(best) == 1 else ""
    certain = len(best) == 1 and reading.fits_above and not dropped and _unmistakable(best[0], reading)
    rest = cleaned[best[0].end :].removeprefix("村") if len(best) == 1 else ""
    question = "" if certain else str(_question(found, reading, dropped))
    return Resolution(found, certain, question, rest, tuple(match.place for match in reading.townships))


def _read(text: str, within: str, places: Gazetteer) -> _Reading:
    reading = _Reading(text)
    reading.higher = _longest(_named(text, None, "", places))
    reading.counties = [m for m in reading.higher if m.place.level == Level.COUNTY and _means_county(m, within)]
    masked = _mask(text, (m for m in reading.higher if m.whole))
    townships = _longest(_named(masked, Level.TOWNSHIP, within, places))
    whole = [m for m in townships if m.whole]
    reading.townships = whole or [m for m in townships if m.start == _first(masked)]
    villages = _named(masked, Level.VILLAGE, within, places)
    reading.villages = _longest([m for m in villages if _beside(m, reading.townships)])
    if not reading.villages and not whole:  # 水洛 alone may be a village and not the town
        reading.villages, reading.townships = _longest(villages), []
    return reading


_SMALL_WORDS = re.compile(r"中国|省|市|县|区|镇|乡|街道|办事处|[^\u4e00-\u9fff]")


def _dropped(village: _Match, reading: _Reading) -> str:
    """What stands before the village and is no place above it: passed over to find the village."""
    above = (m for m in (*reading.higher, *reading.townships) if village.place.prefix.startswith(m.place.prefix))
    before = _mask(reading.text, (m for m in above if not m.inside(village)))[: village.start]
    return _SMALL_WORDS.sub("", before.replace(BLANK, ""))


def _beside(village: _Match, townships: list[_Match]) -> bool:
    """大庄镇 does not name the village 大庄; but 南湖镇陈庄社区 may be the name of a village as a whole."""
    return all(village.start >= town.end or village.end <= town.start or town.inside(village) for town in townships)


def _means_county(match: _Match, within: str) -> bool:
    """马村 in 何马村 is no mention of 马村区: the whole name counts, or the bare one of the county we are in."""
    return match.whole or (match.start == 0 and bool(within) and within.startswith(match.place.prefix))


def _named(text: str, level: Level | None, within: str, places: Gazetteer) -> list[_Match]:
    """Places whose stored short name, or at least its core, or an alias stands in the text."""
    matches: dict[tuple[str, int, int], _Match] = {}
    for place, alias in places.named(text, level, within):
        spellings = ((alias, True),) if alias else ((names.clean(place.short_name), True), (_core(place), False))
        for name, whole in spellings:
            start = text.rfind(name)  # the later one: 李庄 in 李庄镇李庄村 is the village
            if start >= 0:
                match = _Match(place, start, start + len(name), whole)
                matches[place.code, match.start, match.end] = match
                break
    return _one_each(matches.values())


def _one_each(matches: Iterable[_Match]) -> list[_Match]:
    """Of a place that is named by two of its names, the longer."""
    best: dict[str, _Match] = {}
    for match in matches:
        known = best.get(match.place.code)
        if known is None or match.end - match.start > known.end - known.start:
            best[match.place.code] = match
    return list(best.values())


def _core(place: Division) -> str:
    return names.clean(names.core_name(place.short_name, place.level))


def _longest(matches: list[_Match]) -> list[_Match]:
    """Without matches that are only a part of a longer one: 李庄 inside 上李庄."""
    return [m for m in matches if not any(m.inside(other) for other in matches)]


def _mask(text: str, matches: Iterable[_Match]) -> str:
    """The text with the matched parts blanked, so that a county's name is not taken for a village's."""
    for match in matches:
        text = text[: match.start] + BLANK * (match.end - match.start) + text[match.end :]
    return text


def _first(text: str) -> int:
    return len(text) - len(text.lstrip(BLANK))


def _narrow(reading: _Reading) -> list[_Match]:
    matches = reading.villages
    whole = [m for m in matches if m.whole]
    for named in (reading.counties, reading.townships):
        if named:
            inside = [m for m in matches if any(m.place.prefix.startswith(n.place.prefix) for n in named)]
            reading.fits_above = reading.fits_above and bool(inside)
            matches = inside or matches
    return [m for m in matches if m in whole] or matches


def _unmistakable(match: _Match, reading: _Reading) -> bool:
    """One name of the county, or the township stands beside it."""
    return not match.place.repeats or any(match.place.prefix.startswith(t.place.prefix) for t in reading.townships)


def _question(found: tuple[Found, ...], reading: _Reading, dropped: str):
    if not found:
        return _("没有找到这个村。请填写乡镇和村名，例如：水洛镇何马村。")
    if not reading.fits_above:
        return _("所写的县或乡镇里没有这个村。是下面的哪一个？")
    if dropped:
        return _("“%(name)s”不是我们知道的地名。是%(place)s吗？") % {"name": dropped[:12], "place": found[0].full_name}
    if len(found) == 1:
        return _("这个村名在县内不止一处。是%(place)s吗？") % {"place": found[0].full_name}
    return _("有 %(count)d 个村符合，是哪一个？") % {"count": len(found)}

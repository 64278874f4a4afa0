"""Finding a place. Divisions are public; these selectors need no actor."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput, NotFound
from portal.regions import codes, names
from portal.regions.models import Division, DivisionAlias
from portal.regions.states import Level

MAX_QUERY = 60
MAX_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A place with the names above it, highest first. `repeats`: another place of its county has the same name."""

    code: str
    prefix: str
    level: int
    kind: str
    name: str
    short_name: str
    path: tuple[str, ...]
    repeats: bool

    @property
    def full_name(self) -> str:
        return "".join((*self.path, self.name))

    def above(self, level: int) -> str:
        """Code of the division of `level` that holds this place, e.g. its township."""
        return codes.pad(self.prefix[: int(level)])


def public_division(code: str) -> Division:
    """The division with this code. Raises BadInput for a malformed code and NotFound for an unknown one."""
    parsed = codes.parse(code)
    division = Division.objects.filter(code=parsed.text).first()
    if division is None:
        raise NotFound(
            _("没有载入区划 %(code)s。") % {"code": parsed.prefix},
            code="unknown_division",
            hint=_("请核对代码；如属于另一个县，请管理员先载入该县。"),
        )
    return division


def search_divisions(query: str, *, within: str = "", limit: int = 20) -> list[Found]:
    """Places by name, code, pinyin or initials, best match first; upper case, full width and mixtures are fine.

    何马, 620825100206, hema, hmc, ＨＭＣ and 何ma all find 何马村. `within` is a code prefix. A name that fits
    several places returns all of them: the caller shows them with their township, and never takes the first.
    """
    text = names.clean(query)
    if len(text) > MAX_QUERY:
        raise BadInput(
            _("查询内容过长（最多 %(count)d 个字）。") % {"count": MAX_QUERY},
            code="query_too_long",
            hint=_("请只输入地名、代码或拼音首字母。"),
        )
    if not text:
        return []
    matches, rank = _conditions(text)
    rows = (
        _inside(within)
        .filter(matches)
        .annotate(rank=rank, letters=Length("short_name"))
        .order_by("rank", "letters", "code")[: max(1, min(limit, MAX_LIMIT))]
    )
    return with_paths(list(rows))


MOST_NAMED = 4  # places of one name that a question lists


def certain_place(text: str) -> str:
    """The code of the place that is called exactly this, with or without the names above it: `水洛镇`, `水洛镇何马村`.

    Raises UnknownPlace, and AmbiguousPlace where several are called so, with their full names: never the first.
    """
    wanted = names.clean(text).replace(" ", "")
    found = [place for place in _called(wanted) if _ends_so(place, wanted)]
    if not found:
        raise NotFound(
            _("没有载入叫“%(name)s”的地方。") % {"name": wanted[:40]}, code="unknown_place",
            hint=_("请写全称，如“水洛镇何马村”，或写 12 位区划代码。"),
        )  # fmt: skip
    if len(found) > 1:
        listed = "；".join(f"{place.full_name}（{place.code}）" for place in found[:MOST_NAMED])
        raise BadInput(
            _("有 %(n)s 个地方叫这个名字：%(places)s。") % {"n": len(found), "places": listed}, code="ambiguous_place",
            hint=_("请写上乡镇，或写区划代码。"),
        )  # fmt: skip
    return found[0].code


def _called(wanted: str) -> list[Found]:
    """Places whose own name ends the text, whatever stands in front."""
    ends = [wanted[place:] for place in range(len(wanted)) if len(wanted) - place >= 2]
    rows = Division.objects.filter(Q(name__in=ends) | Q(short_name__in=ends))
    return with_paths(list(rows.order_by("-level", "code")[:MAX_LIMIT]))


def _ends_so(place: Found, wanted: str) -> bool:
    """Whether the text is this place's name, behind nothing but the names above it, in their order."""
    own = place.name if wanted.endswith(place.name) else place.short_name
    front = wanted.removesuffix(own)
    for above in reversed(place.path):
        front = front.removesuffix(above)
    return not front


def _inside(within: str) -> QuerySet[Division]:
    return Division.objects.filter(prefix__startswith=codes.parse(within).prefix) if within else Division.objects.all()


def _conditions(text: str):
    """The filter for a cleaned query, and the order of what it finds: whole, beginning, inside."""
    if text.isascii() and text.isdigit():
        return Q(code__startswith=text), _ranked(Q(prefix=text), Q(prefix__startswith=text))
    if text.isascii():
        letters = re.sub(r"[^a-z0-9]", "", text)
        if not letters:
            return Q(pk__in=[]), _ranked()
        matches = Q(initials__startswith=letters) | Q(pinyin__contains=letters)
        return matches, _ranked(
            Q(pinyin=letters), Q(initials=letters), Q(initials__startswith=letters), Q(pinyin__startswith=letters)
        )
    if re.search(r"[a-z]", text):
        sound = names.pinyin(text)
        return Q(pinyin__contains=sound), _ranked(Q(pinyin=sound), Q(pinyin__startswith=sound))
    forms = spellings(text)
    matches = Q(name__contains=text)
    for form in forms:
        matches |= Q(short_name__contains=form)
    called = Q(pk__in=DivisionAlias.objects.filter(key=text).values("division"))
    matches |= Q(pk__in=DivisionAlias.objects.filter(key__contains=text).values("division"))
    return matches, _ranked(
        Q(name=text) | Q(short_name__in=forms) | called,
        Q(short_name__in=_with_endings(forms)),
        Q(short_name__startswith=text),
    )


def _ranked(*steps: Q) -> Case:
    whens = [When(step, then=Value(n)) for n, step in enumerate(steps)]
    return Case(*whens, default=Value(len(steps)), output_field=IntegerField())


def spellings(text: str) -> list[str]:
    """何马村民委员会 as typed, and in the short form that is stored."""
    villages = {names.short_name(text, Level.VILLAGE)}
    return [text, *sorted(villages - {text})]


def _with_endings(forms: list[str]) -> list[str]:
    endings = ("村", "社区", "居委会", "镇", "乡", "街道", "县", "区", "市", "省")
    return [form + ending for form in forms for ending in endings]


def with_paths(rows: list[Division]) -> list[Found]:
    """Adds the names above each place; one query for all of them."""
    wanted = {codes.pad(row.prefix[: int(level)]) for row in rows for level in Level if level < row.level}
    above = dict(Division.objects.filter(code__in=wanted).values_list("code", "name"))
    return [
        Found(row.code, row.prefix, row.level, row.kind, row.name, row.short_name, _path(row, above), row.repeats)
        for row in rows
    ]


def _path(row: Division, above: dict[str, str]) -> tuple[str, ...]:
    """Names above a place. The register's fillers (市辖区, 省直辖县级行政区划) are no part of an address."""
    found = (above.get(codes.pad(row.prefix[: int(level)])) for level in Level if level < row.level)
    return tuple(
        name for name in found if name and name not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
    )

"""The 12-digit statistical division code: province 2, city 2, county 2, township 3, village 3 digits.

Source: 国家统计局《统计用区划代码和城乡划分代码编制规则》. A shorter code is padded with zeros on the right; the
band of its last part says what kind of place it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput
from portal.core.masking import normalise_digits
from portal.regions.states import TOWNSHIP_BANDS, VILLAGE_BANDS, Kind, Level

LENGTH = 12
_HIGHER = {Level.PROVINCE: Kind.PROVINCE, Level.CITY: Kind.CITY, Level.COUNTY: Kind.COUNTY}
_BANDS = {Level.TOWNSHIP: TOWNSHIP_BANDS, Level.VILLAGE: VILLAGE_BANDS}
_FIRST_PROVINCE, _LAST_PROVINCE = 11, 82


@dataclass(frozen=True, slots=True)
class Code:
    """A checked code. `text` has 12 digits, `prefix` only those that carry meaning."""

    text: str
    prefix: str
    level: Level
    kind: Kind

    @property
    def parent_prefix(self) -> str:
        levels = list(Level)
        at = levels.index(self.level)
        return self.prefix[: levels[at - 1]] if at else ""


def pad(prefix: str) -> str:
    return prefix.ljust(LENGTH, "0")


def parse(text: str) -> Code:
    """The checked form of a code of 2, 4, 6, 9 or 12 digits. Raises BadInput with what is wrong with it.

    A padded code means the shortest place it can: 620825000000 is the county, not a village in it.
    """
    digits = normalise_digits(text or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        raise _refuse(_("区划代码只能由数字组成。"))
    if len(digits) not in set(Level):
        raise _refuse(_("区划代码应为 2、4、6、9 或 12 位数字，这里有 %(count)d 位。") % {"count": len(digits)})
    if digits == "0" * len(digits) or not _FIRST_PROVINCE <= int(digits[:2]) <= _LAST_PROVINCE:
        raise _refuse(_("区划代码的前两位 %(part)s 不是省级代码。") % {"part": digits[:2]})
    prefix = _meaningful(digits)
    level = Level(len(prefix))
    return Code(pad(prefix), prefix, level, _kind(level, prefix))


def _meaningful(digits: str) -> str:
    prefix = digits
    for longer, shorter in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if len(prefix) == longer and set(prefix[shorter:]) == {"0"}:
            prefix = prefix[:shorter]
    return prefix


def _kind(level: Level, prefix: str) -> Kind:
    if level in _HIGHER:
        return _HIGHER[level]
    number = int(prefix[-3:])
    for first, last, kind in _BANDS[level]:
        if first <= number <= last:
            return kind
    if level == Level.TOWNSHIP:
        raise _refuse(
            _(
                "乡级代码 %(part)s 不在任何类别内：001–099 街道，100–199 镇，200–399 乡，400–599 其他。"
            ) % {"part": prefix[-3:]}
        )  # fmt: skip
    raise _refuse(
        _("村级代码 %(part)s 不在任何类别内：001–199 居委会，200–399 村委会，400–999 其他。") % {"part": prefix[-3:]}
    )


def county(text: str) -> Code:
    """A county's code, or that of a city without counties. Raises BadInput for anything else."""
    code = parse(text)
    if code.level == Level.COUNTY or (code.level == Level.CITY and len((text or "").strip()) >= Level.COUNTY):
        return code
    raise BadInput(
        _("%(code)s 不是县级代码。") % {"code": code.prefix},
        code="not_a_county",
        hint=_("请给出 6 位县级代码，例如庄浪县 620825。"),
    )


def _refuse(message) -> BadInput:
    return BadInput(
        message, code="bad_division_code", hint=_("请核对国家统计局的统计用区划代码。"), fields={"code": message}
    )

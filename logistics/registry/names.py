"""Names of enterprises and stations that differ only in what everybody adds: 庄浪县顺达快递有限公司, 顺达快递(庄浪)."""

from __future__ import annotations

import re
from functools import lru_cache

from portal.core.masking import normalise_digits

# What tells nothing apart: legal forms, what kind of place it is, brackets. Longer words first.
_FORMS = re.compile(
    "股份有限公司|有限责任公司|有限公司|分公司|总公司|公司|个体工商户|专业合作社|合作社|经营部|服务部|商行|商店|门市部|"
    "综合服务站|服务站|代办点|驿站|站点|站"
)
_PLACES = re.compile(r"[一-鿿]{2}(?:省|自治区|市|县|区|镇|乡|街道)")
_NEAR = 0.75  # share of pairs of characters that two names have in common (Dice)


def core_of(name: str) -> str:
    """What is left of a name: 庄浪县顺达快递有限公司 → 顺达快递. A name that is nothing else stays as it is."""
    text = re.sub(r"[\W_]", "", normalise_digits(name)).lower()
    return _FORMS.sub("", _PLACES.sub("", text)) or text


def near(one: str, other: str) -> bool:
    """Whether two names may well mean the same: equal at their core, or nearly."""
    (first, pairs), (second, others) = _shape(one), _shape(other)
    if first == second:
        return True
    return not pairs.isdisjoint(others) and 2 * len(pairs & others) / (len(pairs) + len(others)) >= _NEAR


@lru_cache(maxsize=8192)  # a name is compared with every name of the county; those are the same each time
def _shape(name: str) -> tuple[str, frozenset[str]]:
    """The core of a name and its pairs of characters."""
    text = core_of(name)
    return text, frozenset(text[at : at + 2] for at in range(len(text) - 1))

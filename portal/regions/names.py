"""How people say and type the name of a place: short forms, pinyin, initials."""

from __future__ import annotations

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

from portal.regions.states import Level

_VILLAGERS = re.compile(r"(?:村民委员会|村委会|(?<!居)民委员会)$")
_RESIDENTS = re.compile(r"居民委员会$")
_SETTLED = ("村", "社区", "嘎查", "队", "场", "连", "林区", "牧区")
# What people leave out when they type. Only when two characters remain: 王村 must not become 王.
_ENDINGS = {
    Level.PROVINCE: r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|省|市)$",
    Level.CITY: r"(?:市|地区|盟|自治州)$",
    Level.COUNTY: r"(?:自治县|自治旗|县|市|区|旗)$",
    Level.TOWNSHIP: r"(?:街道办事处|街道|镇|民族乡|乡|苏木)$",
    Level.VILLAGE: r"(?:社区居委会|村委会|居委会|社区|嘎查|村)$",
}
ANY_ENDING = "|".join(_ENDINGS.values())  # PostgreSQL reads the same patterns
_ENDING = {level: re.compile(pattern) for level, pattern in _ENDINGS.items()}


_DROPPED = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
_BRACKETS = str.maketrans("()", "（）")  # the register writes them full-width


def clean(text: str) -> str:
    """One spelling of what was typed: full-width to half-width, lower case, no spaces or control characters."""
    text = unicodedata.normalize("NFKC", text or "").lower().translate(_BRACKETS)
    return "".join(c for c in text if unicodedata.category(c) not in _DROPPED)


def short_name(name: str, level: int) -> str:
    """何马村委会, 何马村民委员会, 何马村 → 何马村; 北城社区居委会 → 北城社区; 第一居民委员会 → 第一居委会.

    Names of higher levels stay whole: 水洛镇 and 水洛街道 are two places.
    """
    if level != Level.VILLAGE:
        return name
    if _VILLAGERS.search(name):
        base = _VILLAGERS.sub("", name)
        return base if not base or base.endswith(_SETTLED) else base + "村"
    base = _RESIDENTS.sub("居委会", name)
    return base.removesuffix("居委会") if base.endswith("社区居委会") else base


def core_name(short: str, level: int) -> str:
    """The part of a short name that people never leave out: 何马村 → 何马, 庄浪县 → 庄浪."""
    core = _ENDING[Level(level)].sub("", short)
    return core if len(core) >= 2 else short


def pinyin(name: str) -> str:
    """Without tones and spaces: 何马村 → hemacun. Characters without a known sound stay as they are."""
    return "".join(lazy_pinyin(name)).lower()[:300]


def initials(name: str) -> str:
    """何马村 → hmc."""
    return "".join(part[:1] for part in lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:80]

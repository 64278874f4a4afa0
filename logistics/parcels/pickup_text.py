"""The pickup text: fixed words that people, their relatives and tools can read (docs/pickup-text.md has the grammar).

One text tells of one or several parcels of one recipient at one station. `pickup_text` writes it, `read_pickup_text`
reads it back; what is written is read as it was, apart from signs the grammar needs for itself, which
`plain` replaces by a pause that means the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from portal.core.clock import read_short_day, short_day
from portal.notify.states import Urgency
from portal.notify.templates import Line, Template, declare

Day = tuple[int, int]  # month and day
MOST = 10  # parcels in one text: it stays readable on an old phone, and below what carriers take as one message


class Kind(StrEnum):
    ARRIVED = "arrived"
    WAITING = "waiting"
    COLLECT = "collect"  # copied for a relative


class Language(StrEnum):
    ZH = "zh-hans"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Item:
    """One parcel: the end of its number, and its pickup code of six digits.

    `pieces` is "1/3" where one of three pieces is there, "" for a parcel of one piece.
    """

    tail: str
    code: str
    pieces: str = ""

    @property
    def label(self) -> str:
        return f"{self.tail}({self.pieces})" if self.pieces else self.tail


@dataclass(frozen=True, slots=True)
class PickupText:
    """They came on the day `since` and are kept until the day `until`; None where the text does not say."""

    kind: Kind
    station: str
    items: tuple[Item, ...]
    hours: str
    phone: str
    link: str = ""
    since: Day | None = None
    until: Day | None = None
    language: Language = Language.ZH


class NotAPickupText(ValueError):
    """The text does not follow the grammar."""


_HEADS = {
    Language.ZH: {Kind.ARRIVED: "取件通知", Kind.WAITING: "取件提醒", Kind.COLLECT: "请代取"},
    Language.EN: {Kind.ARRIVED: "Pickup", Kind.WAITING: "Reminder", Kind.COLLECT: "Please collect"},
}
_ZH, _EN = (
    "{station}有您{count}个包裹。{lines}。营业时间{hours}，电话{hotline}。",
    ("parcels at {station}: {count}. {lines}. Open {hours}, phone {hotline}."),
)
_LINE = Line(
    variables=("tail", "code"),
    zh="尾号{tail}，取件码{code}",
    en="No. {tail}, code {code}",
    first=("link",),
    most=MOST,
)
_SINCE = {Language.ZH: "{since}到站。", Language.EN: " There since {since}."}
_UNTIL = {Language.ZH: "请在{until}前取，过期退回。", Language.EN: " Collect them before {until}, or they go back."}
_LINK = {Language.ZH: "详情或请人代取：{link}", Language.EN: " Details, or name somebody to collect: {link}"}


def _declare(name: str, kind: Kind, urgency: Urgency, *days: str) -> Template:
    said = {
        language: "".join(words[language] for day, words in (("since", _SINCE), ("until", _UNTIL)) if day in days)
        for language in Language
    }
    return declare(
        name, "station", "count", "lines", "hours", "hotline", *days, "link",
        zh=f"{_HEADS[Language.ZH][kind]}：{_ZH}{said[Language.ZH]}{_LINK[Language.ZH]}",
        en=f"{_HEADS[Language.EN][kind]}: {_EN}{said[Language.EN]}{_LINK[Language.EN]}",
        urgency=urgency, in_app=True, line=_LINE, days=days,
    )  # fmt: skip


ARRIVED = _declare("parcel_arrived", Kind.ARRIVED, Urgency.SOON, "until")
WAITING = _declare("parcel_waiting", Kind.WAITING, Urgency.CALM, "since", "until")
# where parcels are not sent back by the clock
ARRIVED_ON = _declare("parcel_arrived_on", Kind.ARRIVED, Urgency.SOON)
WAITING_ON = _declare("parcel_waiting_on", Kind.WAITING, Urgency.CALM, "since")


def plain(text: str) -> str:
    """`text` without the signs that part the fields: `8:00-12:00；14:00-18:00` → `8:00-12:00、14:00-18:00`."""
    text = re.sub(r"[。；，：;,【】]|\.\s", "、", " ".join(text.split()))
    return re.sub(r"\s*、[、\s]*", "、", text).strip("、 .") or "-"


def spaced(code: str) -> str:
    return f"{code[:3]} {code[3:]}"


def pickup_text(text: PickupText) -> str:
    """The text. Raises ValueError without an item."""
    if not text.items:
        raise ValueError("a pickup text tells of at least one parcel")
    language = text.language
    english = language == Language.EN
    line, join = (_LINE.en, _LINE.en_join) if english else (_LINE.zh, _LINE.zh_join)
    lines = join.join(line.format(tail=item.label, code=spaced(item.code)) for item in text.items)
    written = (_EN if english else _ZH).format(
        station=plain(text.station),
        count=len(text.items),
        lines=lines,
        hours=plain(text.hours),
        hotline=plain(text.phone),
    )
    if text.since is not None:
        written += _SINCE[language].format(since=short_day(*text.since, english))
    if text.until is not None:
        written += _UNTIL[language].format(until=short_day(*text.until, english))
    if text.link:
        written += _LINK[language].format(link=text.link)
    return f"{_HEADS[language][text.kind]}{': ' if english else '：'}{written}"


_CODE, _TAIL = r"\d{3} \d{3}", r"[0-9A-Za-z-]{1,4}(?:\(\d{1,3}/\d{1,3}\))?"
_DAY_ZH, _DAY_EN = r"\d{1,2}月\d{1,2}日", r"\d{1,2} [A-Z][a-z]{2}"
_SIGNATURE = r"(?:【[^【】]*】)?\s*"  # carriers put the sender's name in front
_READ = {
    Language.ZH: re.compile(
        _SIGNATURE
        + rf"(?P<head>{'|'.join(_HEADS[Language.ZH].values())})：(?P<station>[^。；，：]+)有您(?P<count>\d+)个包裹。"
        rf"(?P<lines>尾号{_TAIL}，取件码{_CODE}(?:；尾号{_TAIL}，取件码{_CODE})*)。"
        r"营业时间(?P<hours>[^。；，：]+)，电话(?P<phone>[^。；，：]+)。"
        rf"(?:(?P<since>{_DAY_ZH})到站。)?(?:请在(?P<until>{_DAY_ZH})前取，过期退回。)?"
        r"(?:详情或请人代取：(?P<link>\S+))?\s*"
    ),
    Language.EN: re.compile(
        _SIGNATURE
        + rf"(?P<head>{'|'.join(_HEADS[Language.EN].values())}): parcels at (?P<station>.+?): (?P<count>\d+)\. "
        rf"(?P<lines>No\. {_TAIL}, code {_CODE}(?:; No\. {_TAIL}, code {_CODE})*)\. "
        r"Open (?P<hours>[^;,]+), phone (?P<phone>[^;,]+?)\."
        rf"(?: There since (?P<since>{_DAY_EN})\.)?(?: Collect them before (?P<until>{_DAY_EN}), or they go back\.)?"
        r"(?: Details, or name somebody to collect: (?P<link>\S+))?\s*"
    ),
}
_ITEM = re.compile(
    r"(?:尾号|No\. )(?P<tail>[0-9A-Za-z-]{1,4})(?:\((?P<pieces>\d{1,3}/\d{1,3})\))?"
    rf"(?:，取件码|, code )(?P<code>{_CODE})"
)


def _item(found: re.Match) -> Item:
    return Item(found["tail"], found["code"].replace(" ", ""), found["pieces"] or "")


def read_pickup_text(text: str) -> PickupText:
    """What a pickup text says. Raises NotAPickupText, also when the number of parcels is not that of the lines."""
    for language, pattern in _READ.items():
        found = pattern.fullmatch(text.strip())
        if found is None:
            continue
        items = tuple(map(_item, _ITEM.finditer(found["lines"])))
        if len(items) != int(found["count"]):
            raise NotAPickupText("the number of parcels differs from the lines")
        kind = next(kind for kind, head in _HEADS[language].items() if head == found["head"])
        try:
            since, until = (read_short_day(found[day]) if found[day] else None for day in ("since", "until"))
        except ValueError as error:
            raise NotAPickupText("no day of a calendar") from error
        return PickupText(
            kind, found["station"], items, found["hours"], found["phone"], found["link"] or "", since, until, language
        )
    raise NotAPickupText("not a pickup text")

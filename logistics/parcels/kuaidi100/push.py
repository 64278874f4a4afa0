"""One push of kuaidi100: what is in it, row by row."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from logistics.parcels.kuaidi100.codes import meaning_of, state_of_row
from logistics.parcels.states import Act, Direction
from portal.core.clock import COUNTY_TIME
from portal.core.masking import normalise_digits, scrub

MOST_ROWS = 2000
_TIME = re.compile(
    r"(?P<y>\d{4})[-/.年](?P<mo>\d{1,2})[-/.月](?P<d>\d{1,2})日?[T\s]+(?P<h>\d{1,2})[::时](?P<mi>\d{1,2})"
    r"(?:[::分](?P<s>\d{1,2})(?:\.\d+)?)?秒?\s*(?P<tz>Z|[+-]\d{2}:?\d{2})?"
)
_SUCCESSOR = re.compile(
    r"(?:新单号|转单号|转运单号|转投单号|新运单号|邮政单号|EMS单号|单号)[\s:为是]{0,3}([0-9A-Za-z]{8,32})"
)
_FIRMS = {
    "邮政": "youzhengguonei", "EMS": "ems", "顺丰": "shunfeng", "中通": "zhongtong", "圆通": "yuantong",
    "韵达": "yunda", "申通": "shentong", "极兔": "jtexpress", "京东": "jd",
}  # fmt: skip


class BadPush(ValueError):
    """The push can't be read at all; the argument says why, in kuaidi100's own words."""


class _Row(msgspec.Struct):
    time: Any = ""
    ftime: Any = ""
    context: Any = ""
    status: Any = ""
    statusCode: Any = ""


class _Result(msgspec.Struct):
    nu: Any = ""
    com: Any = ""
    state: Any = ""
    data: list[msgspec.Raw] | None = None


class _Param(msgspec.Struct):
    status: Any = ""
    message: Any = ""
    autoCheck: Any = ""
    comOld: Any = ""
    comNew: Any = ""
    lastResult: _Result | None = None
    destResult: _Result | None = None


@dataclass(frozen=True, slots=True)
class PushedRow:
    """One row, read: `at` is "" when its time is unreadable, `code` is "kuaidi100:…" when its state is unknown."""

    id: str
    at: str
    code: str
    variant: str
    reason: str
    text: str
    successor: str = ""
    successor_com: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """`com` is the carrier as corrected by kuaidi100; `com_before` what it was taken for until now."""

    status: str
    number: str
    com: str
    com_before: str = ""
    results: list[_Result] = field(default_factory=list)

    def rows(self, direction: str = Direction.DOWN) -> list[PushedRow]:
        """Every row of the push for a parcel of this direction, oldest first as far as kuaidi100 keeps its order."""
        return [row for result in self.results for row in _rows_of(result, self, direction)]


def read_push(param: str) -> Push:
    """Raises BadPush when the JSON or its frame can't be read; a bad row inside is no reason for that."""
    try:
        frame = msgspec.json.decode(param, type=_Param)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise BadPush("param is not the JSON of a push") from error
    if frame.lastResult is None:
        raise BadPush("lastResult is missing")
    results = [r for r in (frame.destResult, frame.lastResult) if r is not None]
    if sum(len(r.data or ()) for r in results) > MOST_ROWS:
        raise BadPush(f"more than {MOST_ROWS} rows")
    number = normalise_digits(_text(frame.lastResult.nu)).upper()
    corrected = _text(frame.comNew) if _text(frame.autoCheck) == "1" or frame.comNew else ""
    com = corrected or _text(frame.lastResult.com)
    before = _text(frame.comOld) if corrected and _text(frame.comOld) != corrected else ""
    return Push(_text(frame.status), number, com.lower(), before.lower(), results)


def _rows_of(result: _Result, push: Push, direction: str) -> list[PushedRow]:
    rows = [_row(raw) for raw in result.data or ()]
    moments = [_moment(row) for row in rows]
    known = [m for m in moments if m is not None]
    newest = moments.index(max(known)) if known else 0
    main = _text(result.state)
    return [
        _read(row, moment, main if index == newest else "", push, direction)
        for index, (row, moment) in reversed(list(enumerate(zip(rows, moments, strict=True))))
    ]


def _row(raw: msgspec.Raw) -> _Row:
    try:
        return msgspec.json.decode(raw, type=_Row)
    except (msgspec.MsgspecError, RecursionError):
        return _Row(context=bytes(raw).decode("utf-8", "replace"))  # kept as an unreadable row


def _read(row: _Row, moment: dt.datetime | None, main: str, push: Push, direction: str) -> PushedRow:
    own = state_of_row(_text(row.statusCode), _text(row.status))
    state = own or main
    meaning = meaning_of(state, direction) if state else None
    raw_text = _text(row.context)
    successor, firm = _successor(raw_text, push.number) if meaning and meaning.code == Act.FORWARDED else ("", "")
    return PushedRow(
        id=_stable_id(push, _text(row.ftime) or _text(row.time), raw_text, own),
        at=moment.isoformat() if moment else "",
        code=(meaning.code if meaning else f"kuaidi100:{state}"[:20]) if state else Act.NOTE.value,
        variant=meaning.variant if meaning else "",
        reason=f"kuaidi100:{state}"[:40] if state else "",
        text=scrub(raw_text),
        successor=successor,
        successor_com=firm,
    )


def _stable_id(push: Push, time: str, text: str, own_state: str) -> str:
    """The same row has the same id in every push: kuaidi100 sends the whole list each time.

    The main state is left out of it, because it is the parcel's, and moves on while the row stays. The carrier is
    in it, so that rows sent under a wrong carrier don't shut out the same rows under the right one.
    """
    content = "\x1f".join((push.com, push.number, time, text, own_state))
    return "k" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:40]


def _moment(row: _Row) -> dt.datetime | None:
    for text in (_text(row.ftime), _text(row.time)):
        match = _TIME.fullmatch(normalise_digits(text))
        if match:
            return _aware(match)
    return None


def _aware(match: re.Match) -> dt.datetime | None:
    y, mo, d, h, mi, s = (int(match[name] or 0) for name in ("y", "mo", "d", "h", "mi", "s"))
    zone = match["tz"]
    try:
        moment = dt.datetime(y, mo, d, h, mi, s, tzinfo=COUNTY_TIME)
        return moment if not zone else dt.datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + zone)
    except ValueError:
        return None


def _successor(text: str, own: str) -> tuple[str, str]:
    """The new number, and the carrier it was handed to, when a 转投 row tells them."""
    plain = normalise_digits(text)
    numbers = [n.upper() for n in _SUCCESSOR.findall(plain) if n.upper() != own and any(c.isdigit() for c in n)]
    firm = next((com for name, com in _FIRMS.items() if name in plain), "")
    return (numbers[0], firm) if numbers else ("", firm)


def _text(value: Any) -> str:
    """kuaidi100 sends numbers now as text, now as numbers, now as null."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return str(value).replace("\x00", "").strip()  # PostgreSQL takes no zero bytes

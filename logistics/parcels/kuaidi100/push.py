"""One push of kuaidi100: what is in it, row by row."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from logistics.parcels.kuaidi100.codes import Meaning, meaning_of, state_of_row
from logistics.parcels.kuaidi100.trace import first_arrival, in_context
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
    lastResult: msgspec.Raw = msgspec.Raw(b"null")
    destResult: msgspec.Raw = msgspec.Raw(b"null")


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
        read = [(row, moment, state) for result in self.results for row, moment, state in _states_of(result)]
        kept_at = first_arrival((moment, state, _text(row.context)) for row, moment, state in read)
        return [_read(row, moment, state, kept_at, self, direction) for row, moment, state in read]


def read_push(param: str) -> Push:
    """Raises BadPush when the JSON or its frame can't be read; a bad row inside is no reason for that.

    A push without a result, as "abort" sends it, has no rows.
    """
    param = _LONE.sub(lambda match: match[1] or _BROKEN, param)
    try:
        frame = msgspec.json.decode(param, type=_Param)
        last, dest = _result(frame.lastResult), _result(frame.destResult)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise BadPush("param is not the JSON of a push") from error
    if last is None and not _text(frame.status):
        raise BadPush("lastResult is missing")
    results = [r for r in (dest, last) if r is not None]
    if sum(len(r.data or ()) for r in results) > MOST_ROWS:
        raise BadPush(f"more than {MOST_ROWS} rows")
    last = last or _Result()
    number = normalise_digits(_text(last.nu)).upper()
    corrected = _text(frame.comNew) if _text(frame.autoCheck) == "1" or frame.comNew else ""
    com = corrected or _text(last.com)
    before = _text(frame.comOld) if corrected and _text(frame.comOld) != corrected else ""
    return Push(_text(frame.status), number, com.lower(), before.lower(), results)


# Half a character of two (a lone surrogate) makes the whole JSON unreadable: a sign that no text holds stands for it,
# so that only its own row is lost. Whole pairs and escaped backslashes are passed over.
_BROKEN = r"\ufffe"
_LONE = re.compile(r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_EMPTY = (b"null", b'""', b"[]")  # programs in PHP send [] where there is nothing


def _result(raw: msgspec.Raw) -> _Result | None:
    return None if bytes(raw).strip() in _EMPTY else msgspec.json.decode(raw, type=_Result)


def _states_of(result: _Result) -> list[tuple[_Row, dt.datetime | None, str]]:
    """Each row with its time and state, oldest first. The main state is that of the newest row."""
    rows = [_row(raw) for raw in result.data or ()]
    moments = [_moment(row) for row in rows]
    known = [m for m in moments if m is not None]
    newest = moments.index(max(known)) if known else 0
    main = _text(result.state)
    return [
        (row, moment, state_of_row(_text(row.statusCode), _text(row.status)) or (main if index == newest else ""))
        for index, (row, moment) in reversed(list(enumerate(zip(rows, moments, strict=True))))
    ]


def _row(raw: msgspec.Raw) -> _Row:
    with suppress(msgspec.MsgspecError, RecursionError):
        if _BROKEN.encode() not in bytes(raw):
            return msgspec.json.decode(raw, type=_Row)
    return _Row(context=bytes(raw).decode("utf-8", "replace"))  # kept as an unreadable row


def _read(
    row: _Row, moment: dt.datetime | None, state: str, kept_at: dt.datetime | None, push: Push, direction: str
) -> PushedRow:
    own = state_of_row(_text(row.statusCode), _text(row.status))
    raw_text = _text(row.context)
    alone = meaning_of(state, direction) if state else Meaning(Act.NOTE)
    kept_before = bool(moment and kept_at and kept_at <= moment)
    meaning = in_context(state, alone, raw_text, kept_before) if alone else None
    successor, firm = _successor(raw_text, push.number) if meaning and meaning.code == Act.FORWARDED else ("", "")
    # What the trace says of a row may change with its next push: then it is another event, and both are kept.
    told = f"{meaning.code}{meaning.variant}" if meaning and meaning != alone else ""
    return PushedRow(
        id=_stable_id(push, _text(row.ftime) or _text(row.time), raw_text, own, told),
        at=moment.isoformat() if moment else "",
        code=str(meaning.code) if meaning else f"kuaidi100:{state}"[:20],
        variant=str(meaning.variant) if meaning else "",
        reason=f"kuaidi100:{state}"[:40] if state else "",
        text=scrub(raw_text),
        successor=successor,
        successor_com=firm,
    )


def _stable_id(push: Push, time: str, text: str, own_state: str, told: str) -> str:
    """The same row has the same id in every push: kuaidi100 sends the whole list each time.

    The main state is left out of it, because it is the parcel's, and moves on while the row stays. The carrier is
    in it, so that rows sent under a wrong carrier don't shut out the same rows under the right one.
    """
    content = "\x1f".join((push.com, push.number, time, text, own_state, *filter(None, (told,))))
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

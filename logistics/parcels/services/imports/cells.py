"""From what stands in a cell to what is meant: numbers kept whole, times in any usual writing, no formulas."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from logistics.parcels.services.imports.problems import RowProblem
from portal.core.clock import COUNTY_TIME
from portal.core.figures import figure_of
from portal.core.masking import normalise_digits
from portal.core.texts import INVISIBLE
from portal.core.workbooks import Formula, SheetRow

__all__ = [
    "Formula", "SheetRow", "code_of", "decimal_of", "has_lost_its_end", "is_rounded", "moment_of", "text_of",
]  # fmt: skip

LONGEST_CELL = 1000
_EXACT = 10**15  # a spreadsheet keeps 15 digits; what is longer has lost its end
_LONG, _ROUNDED = 10**11, 10**6
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
_TEXT_TRICK = re.compile(r'="(.*)"', re.S)  # how other programs force text into a CSV column
_BLANK = re.compile(rf"(?:\s|{INVISIBLE.pattern})+")

_DAY = r"(?P<y>\d{4})\s*[-/.年]\s*(?P<mo>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?"
_CLOCK = (
    r"(?P<half>上午|下午|AM|PM|am|pm)?\s*(?P<h>\d{1,2})\s*[:时点]\s*(?P<mi>\d{1,2})\s*分?"
    r"(?::?\s*(?P<s>\d{1,2})(?:\.\d+)?\s*秒?)?"
)
_MOMENT = re.compile(rf"{_DAY}[T\s]*{_CLOCK}\s*(?P<half2>AM|PM|am|pm)?\s*(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?")
_ONLY_DAY = re.compile(rf"{_DAY}|20\d{{6}}")
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?")
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # days of 2000-01-01 and 2099-12-31 in a spreadsheet
_SERIAL_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's day nought has no zone


def text_of(value: Any, heading: str) -> str:
    """The cell as text. Raises RowProblem for formulas, cut-off numbers and texts that are far too long."""
    if value is None:
        return ""
    if isinstance(value, Formula):
        raise RowProblem(
            "formula", _("“%(column)s”这一格是公式。请改为直接填写内容（复制后“只粘贴值”）。") % {"column": heading}
        )
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _number_text(value, heading)
    text = str(value)
    if len(text) > LONGEST_CELL:
        raise RowProblem("cell_too_long", _("“%(column)s”这一格超过 1000 字。请缩短。") % {"column": heading})
    return _plain_text(text, heading)


def _plain_text(text: str, heading: str) -> str:
    trick = _TEXT_TRICK.fullmatch(text.strip())
    if trick:
        return trick.group(1).strip()
    text = text.replace("\x00", "").strip().removeprefix("'").strip("\ufeff\u200b \t\r\n\u3000\u00a0")
    if text.startswith("=") and len(text) > 1:
        return text_of(Formula(text), heading)
    return text


def _number_text(value: float | int, heading: str) -> str:
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    if has_lost_its_end(value):
        raise _cut_off(heading)
    return str(int(value))


def has_lost_its_end(number: float | int) -> bool:
    return abs(number) >= _EXACT


def is_rounded(number: float | int) -> bool:
    """Whether a long number may be what is left of a waybill that was shown as 7.9E+13."""
    return abs(number) >= _LONG and number % _ROUNDED == 0


def _cut_off(heading: str) -> RowProblem:
    return RowProblem(
        "number_cut_off",
        _("“%(column)s”以数字格式存储，后几位可能已丢失。请把该列设为文本格式，重新粘贴原始号码。")
        % {"column": heading},
    )


def code_of(value: Any, heading: str) -> str:
    """A number or code that must be whole: a waybill, a phone, a division. Half-width, without blanks."""
    if isinstance(value, float | int) and is_rounded(value):
        raise _cut_off(heading)
    text = normalise_digits(text_of(value, heading))
    if _SCIENTIFIC.fullmatch(text):
        raise RowProblem(
            "number_scientific",
            _("“%(column)s”被写成了科学计数法，号码已丢失。请把该列设为文本格式，重新粘贴原始号码。")
            % {"column": heading},
        )
    return _BLANK.sub("", re.sub(r"(?<=\d)\.0$", "", text))


def decimal_of(value: Any, heading: str) -> Decimal | None:
    """What a cell says in figures, None for an empty one. Raises RowProblem for what may say something else."""
    text = text_of(value, heading)
    if not text:
        return None
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    number = Decimal(text) if is_number else figure_of(text)  # a tiny float writes itself with a power of ten
    if number is None:
        raise RowProblem("not_a_number", _("“%(column)s”应为数字。") % {"column": heading})
    return number


def moment_of(value: Any, heading: str) -> dt.datetime:
    """A point in time; county time unless the cell names an offset. Raises RowProblem."""
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=COUNTY_TIME)
    if isinstance(value, dt.date):
        raise _no_clock(heading)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(float(value), heading)
    text = normalise_digits(text_of(value, heading))
    if not text:
        raise RowProblem("time_missing", _("“%(column)s”没有填写。请填写事件发生的日期和时刻。") % {"column": heading})
    try:
        return _from_text(text, heading)
    except (ValueError, OverflowError):
        raise _unreadable(heading) from None


def _from_text(text: str, heading: str) -> dt.datetime:
    match = _MOMENT.fullmatch(text)
    if match:
        return _from_parts(match)
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _from_compact(compact)
    if _ONLY_DAY.fullmatch(text):
        raise _no_clock(heading)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _from_number(float(text), heading)
    raise _unreadable(heading)


def _from_parts(match: re.Match) -> dt.datetime:
    y, mo, d, h, mi, s = (int(match[name] or 0) for name in ("y", "mo", "d", "h", "mi", "s"))
    half = (match["half"] or match["half2"] or "").upper()
    if half in ("下午", "PM") and h < 12:
        h += 12
    elif half in ("上午", "AM") and h == 12:
        h = 0
    moment = dt.datetime(y, mo, d, h, mi, s, tzinfo=COUNTY_TIME)
    zone = match["zone"]
    return dt.datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + zone) if zone else moment


def _from_compact(match: re.Match) -> dt.datetime:
    y, mo, d, h, mi, s = (int(part or 0) for part in match.groups())
    return dt.datetime(y, mo, d, h, mi, s, tzinfo=COUNTY_TIME)


def _from_number(number: float, heading: str) -> dt.datetime:
    """A spreadsheet's day number (45413.52), or a compact 20240501123000. Anything else is a guess, so refused."""
    if _FIRST_SERIAL <= number < _LAST_SERIAL:
        if number.is_integer():
            raise _no_clock(heading)
        return (_SERIAL_ZERO + dt.timedelta(seconds=round(number * 86_400))).replace(tzinfo=COUNTY_TIME)
    compact = _COMPACT.fullmatch(f"{number:.0f}")
    if compact and number.is_integer():
        try:
            return _from_compact(compact)
        except ValueError:
            pass
    raise _unreadable(heading)


def _no_clock(heading: str) -> RowProblem:
    return RowProblem(
        "time_without_clock",
        _("“%(column)s”只有日期没有时刻。请填写到分钟，如 2026-05-01 12:30。") % {"column": heading},
    )


def _unreadable(heading: str) -> RowProblem:
    return RowProblem(
        "time_unreadable", _("“%(column)s”不是可识别的时间。请写成 2026-05-01 12:30:00 的样式。") % {"column": heading}
    )

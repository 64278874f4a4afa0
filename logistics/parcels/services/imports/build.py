"""From a line of a file to what the services take."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from logistics.parcels.events import NewEvent
from logistics.parcels.services.imports.cells import (
    LONGEST_CELL,
    SheetRow,
    code_of,
    decimal_of,
    moment_of,
    text_of,
)
from logistics.parcels.services.imports.columns import Header
from logistics.parcels.services.imports.names import Names
from logistics.parcels.services.imports.problems import RowProblem
from logistics.parcels.services.parcels import ParcelDraft
from logistics.parcels.services.side_fields import LONGEST_REASON, MOST_GRAMS, MOST_PIECES, shortened, unreadable
from logistics.parcels.states import Direction, PlaceWord
from logistics.parcels.warnings import RowWarning
from portal.core.errors import BadInput, NotFound
from portal.core.masking import normalise_digits, scrub

_DIRECTIONS = {
    "": Direction.DOWN,
    "下行": Direction.DOWN,
    "到村": Direction.DOWN,
    "上行": Direction.UP,
    "出村": Direction.UP,
}


_UNITS = {  # in grams
    "kg": 1000, "公斤": 1000, "千克": 1000, "g": 1, "克": 1, "斤": 500, "市斤": 500, "两": 50,
    "t": 1_000_000, "吨": 1_000_000,
}  # fmt: skip
_WEIGHT = re.compile(r"(?P<figure>[0-9.,]+)\s*(?P<unit>[a-z]+|[\u4e00-\u9fff]{1,2})")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PIECES = re.compile(r"(?P<figure>[0-9]+)\s*(?:[件个箱包袋盒]|pcs?|pieces?)", re.I)
_NUMBER_PREFIX = re.compile(r"(?:No\.?|运单号|快递单号|物流单号|单号|编号)\s*[:：]\s*(?=[0-9A-Za-z])", re.I)


LONGEST_ID = 64
UNREADABLE_CELL = "?"  # a formula, or a number that a spreadsheet cut off


def parcel_of(row: SheetRow, header: Header, names: Names, warnings: list[RowWarning]) -> ParcelDraft:
    """Raises RowProblem. What does not keep the line out is added to `warnings`."""

    def code(field: str) -> str:
        return code_of(header.cell(row, field), header.heading(field)) if field in header.fields else ""

    def text(field: str) -> str:
        return text_of(header.cell(row, field), header.heading(field)) if field in header.fields else ""

    def side(field: str) -> str:
        return side_text(row, header, field, warnings)

    def phone(field: str) -> str:
        """As it stands, blanks and all. A cell that can't be read is told, as any phone that can't."""
        try:
            return text(field) if code(field) else ""
        except RowProblem:
            return UNREADABLE_CELL

    number = plain_number(code("carrier_number"))
    if not number:
        raise RowProblem("number_missing", _("没有填写快递单号。请补上单号。"))
    written = text("direction")
    direction = str(_DIRECTIONS.get(written, written.upper()))
    ends = {
        end: (place_of(code(end), names), names.station(text(f"{end}_station"))) for end in ("destination", "origin")
    }
    end, address = ("origin", "sender_address") if direction == Direction.UP else ("destination", "recipient_address")
    if ends[end] == ("", ""):  # nothing says where in the county but the address
        ends[end] = (names.village(text(address)), "")
    return ParcelDraft(
        direction=direction,
        carrier=names.carrier(text("carrier")),
        carrier_number=number,
        destination=ends["destination"][0],
        origin=ends["origin"][0],
        destination_station=ends["destination"][1],
        origin_station=ends["origin"][1],
        recipient_name=side("recipient_name"),
        recipient_phone=phone("recipient_phone"),
        recipient_address=side("recipient_address"),
        sender_name=side("sender_name"),
        sender_phone=phone("sender_phone"),
        sender_address=side("sender_address"),
        pieces=_pieces(row, header, warnings),
        weight_grams=_grams(row, header, warnings),
    )


def place_of(said: str, names: Names) -> str:
    """A code as it stands, or the code of the place that is called so. Raises RowProblem where that is not certain."""
    if not _CHINESE.search(said):
        return said
    try:
        return names.place(said)
    except (BadInput, NotFound) as error:
        raise RowProblem("unknown_place", f"{error.message}{error.hint}") from error


def side_text(row: SheetRow, header: Header, field: str, warnings: list[RowWarning]) -> str:
    """A cell that keeps no line out: one that can't be read is left out and told, a long one is read so far."""
    if field not in header.fields:
        return ""
    cell = header.cell(row, field)
    try:
        return text_of(cell, header.heading(field))
    except RowProblem as problem:
        if problem.code == "cell_too_long":
            return str(cell)[: LONGEST_CELL + 1]  # so that whoever keeps it tells that it was cut
        warnings.append(unreadable(field))
        return ""


def _pieces(row: SheetRow, header: Header, warnings: list[RowWarning]) -> int:
    if "pieces" not in header.fields:
        return 1
    try:
        cell, heading = header.cell(row, "pieces"), header.heading("pieces")
        counted = _PIECES.fullmatch(normalise_digits(text_of(cell, heading)))
        number = decimal_of(counted["figure"] if counted else cell, heading)
    except RowProblem:
        number = Decimal(0)
    if number is None:
        return 1
    if number != number.to_integral_value() or not 1 <= number <= MOST_PIECES:
        warnings.append(unreadable("pieces"))
        return 1
    return int(number)


def plain_number(text: str) -> str:
    """A number without the words that shops put before it: No:7730… → 7730…"""
    return _NUMBER_PREFIX.sub("", text, count=1) if _NUMBER_PREFIX.match(text) else text


def number_of(row: SheetRow, header: Header) -> str:
    """The number that a line names, for its sender to find it again; empty where none can be read."""
    field = next((name for name in ("carrier_number", "number") if name in header.fields), None)
    if field is None:
        return ""
    try:
        return plain_number(code_of(header.cell(row, field), header.heading(field)))
    except RowProblem:
        return ""


def _grams(row: SheetRow, header: Header, warnings: list[RowWarning]) -> int | None:
    for field, factor in (("weight_grams", 1), ("weight", 1000)):
        if field in header.fields:
            try:
                grams = grams_of(header.cell(row, field), header.heading(field), factor)
            except RowProblem:
                warnings.append(unreadable("weight_grams"))
                continue
            if grams is not None:
                return grams
    return None


def grams_of(value: Any, heading: str, factor: int) -> int | None:
    """A weight in grams: `factor` is what a bare figure is in, a unit in the cell goes before it (14.47Kg, 3斤).

    Raises RowProblem for what is no weight, and beyond ten tonnes.
    """
    match = _WEIGHT.fullmatch(normalise_digits(text_of(value, heading)).lower())
    if match and match["unit"] in _UNITS:
        value, factor = match["figure"], _UNITS[match["unit"]]
    number = decimal_of(value, heading)
    if number is None:
        return None
    if not 0 < number * factor <= MOST_GRAMS:
        raise RowProblem("bad_weight", _("重量应大于 0、不超过 10 吨。请核对单位。"))
    return max(1, int((number * factor).to_integral_value()))


def events_of(row: SheetRow, header: Header, names: Names, warnings: list[RowWarning]) -> list[NewEvent]:
    """The events of a line: one, or in a depot's list one for its time in and one for its time out.

    Raises RowProblem; what does not keep the line out is added to `warnings`. The text is scrubbed here,
    before anything else sees it.
    """

    def text(field: str) -> str:
        return text_of(header.cell(row, field), header.heading(field)) if field in header.fields else ""

    number = plain_number(code_of(header.cell(row, "number"), header.heading("number")))
    if not number:
        raise RowProblem("number_missing", _("没有填写单号。请补上单号。"))
    carrier, issue = text("carrier"), text("issue")
    said = shortened(side_text(row, header, "text", warnings), LONGEST_CELL, "text", warnings)
    reason = shortened(side_text(row, header, "reason", warnings), LONGEST_REASON, "reason", warnings)
    id = text("id")
    if len(id) > LONGEST_ID:  # cut short, two of them would be one, and the second event a repeat
        raise RowProblem("id_too_long", _("事件号超过 64 个字。请改用短一些的编号。"))
    return [
        NewEvent(
            id=id if "at" in header.fields else "",
            number=number[:60],
            code=code,
            at=moment_of(header.cell(row, field), header.heading(field)).isoformat(),
            carrier=names.carrier(carrier) if carrier else "",
            station=names.station(text("station")),
            reason=reason,
            text=scrub(said),
            variant=names.words.variant(text("variant")),
            issue=names.event(issue) if issue else "",
        )
        for code, field in _moments(row, header, names)
    ]


def _moments(row: SheetRow, header: Header, names: Names) -> list[tuple[str, str]]:
    """What happened, and the column of its time."""
    if {"code", "at"} <= header.fields.keys():
        return [(names.event(text_of(header.cell(row, "code"), header.heading("code"))), "at")]
    found = [
        (str(code), field)
        for code, field in ((PlaceWord.STORED, "in_at"), (PlaceWord.RELEASED, "out_at"))
        if header.cell(row, field) is not None
    ]
    if not found:
        raise RowProblem("time_missing", _("入库时间和出库时间都没有填写。请至少填写一个。"))
    return found

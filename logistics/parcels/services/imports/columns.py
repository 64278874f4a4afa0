"""Which column is which: headings in Chinese or English, as carriers and shops write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language

from logistics.parcels.services.imports.cells import Formula, SheetRow
from logistics.parcels.services.imports.problems import FileProblem
from logistics.parcels.states import ImportKind
from logistics.parcels.words import word_key

HEADER_WITHIN = 10  # rows; above the header people write a title
LONGEST_HEADING = 50  # characters that a sender's answer is compared by
NOT_READ = "-"  # what a sender says of a column that is to be left alone

PARCEL_COLUMNS: dict[str, list[str]] = {
    "direction": ["方向", "上下行", "direction"],
    "carrier": [
        "承运企业", "快递公司", "快递企业", "物流公司", "快递", "快递名称", "承运商", "carrier", "company",
        "courier company",
    ],
    "carrier_number": [
        "快递单号", "运单号", "单号", "物流单号", "运单编号", "快递号", "邮件号", "面单号", "tracking number",
        "tracking no", "waybill",
        "waybill number", "carrier number", "number",
    ],
    "destination": ["目的地区划代码", "目的地代码", "区划代码", "收件区划代码", "destination", "destination code",
    "division code"],
    "destination_station": ["投递站点", "目的站点", "投递站点代码", "站点代码", "收件站点", "destination station"],
    "origin": ["寄件地区划代码", "寄件地代码", "寄件区划代码", "origin", "origin code"],
    "origin_station": ["收寄站点", "寄件站点", "揽收站点", "收寄站点代码", "origin station"],
    "recipient_name": ["收件人", "收件人姓名", "收货人", "收货人姓名", "recipient", "recipient name", "consignee"],
    "recipient_phone": [
        "收件人电话", "收件电话", "收件人手机", "收件人手机号", "收货人电话", "收货人手机", "收货电话",
        "联系手机", "联系电话", "收货手机", "收件手机", "手机",
        "recipient phone", "consignee phone",
    ],
    "recipient_address": ["收件地址", "收件人地址", "收货地址", "收货人地址", "详细地址", "recipient address",
    "consignee address", "address"],
    "sender_name": ["寄件人", "寄件人姓名", "发件人", "发货人", "sender", "sender name", "shipper"],
    "sender_phone": ["寄件人电话", "寄件电话", "寄件人手机", "发件人电话", "发货人电话", "sender phone",
    "shipper phone"],
    "sender_address": ["寄件地址", "寄件人地址", "发件地址", "发货地址", "sender address", "shipper address"],
    "pieces": ["件数", "数量", "宝贝总数量", "商品数量", "包裹数", "pieces", "quantity", "qty"],
    "weight": ["重量", "入库重量", "出库重量", "称重重量", "重量公斤",
    "重量千克", "重量kg", "计费重量", "weight", "weight kg"],
    "weight_grams": ["重量克", "重量g", "weight grams", "weight g"],
}  # fmt: skip

EVENT_COLUMNS: dict[str, list[str]] = {
    "number": [
        "单号", "运单号", "快递单号", "物流单号", "包裹号", "运单编号", "邮件号", "number", "tracking number",
        "tracking no", "waybill",
        "waybill number",
    ],
    "carrier": ["承运企业", "快递公司", "快递企业", "物流公司", "快递", "快递名称", "承运商", "carrier", "company"],
    "code": ["事件", "事件代码", "状态", "物流状态", "轨迹状态", "操作", "操作类型", "扫描类型", "event",
    "event code", "code", "status", "scan type"],
    "at": ["时间", "发生时间", "扫描时间", "操作时间", "轨迹时间", "事件时间", "time", "event time", "at",
    "date time", "datetime", "scan time"],
    "station": ["站点", "站点代码", "扫描站点", "网点", "网点代码", "station", "station code"],
    "reason": ["原因", "原因代码", "reason"],
    "text": ["说明", "描述", "轨迹描述", "轨迹", "内容", "备注", "text", "description", "remark", "context"],
    "in_at": ["入库时间", "到站时间", "入站时间", "in time"],
    "out_at": ["出库时间", "取件时间", "out time"],
    "variant": ["签收方式", "签收类型", "variant", "received by"],
    "issue": ["异常", "异常代码", "issue"],
    "id": ["事件号", "事件编号", "流水号", "记录号", "id", "event id"],
}  # fmt: skip

COLUMNS: dict[str, dict[str, list[str]]] = {ImportKind.PARCELS: PARCEL_COLUMNS, ImportKind.EVENTS: EVENT_COLUMNS}
# What an event file may have instead of an event and its time: a depot's times in and out.
INSTEAD: dict[str, tuple[set[str], set[str]]] = {ImportKind.EVENTS: ({"code", "at"}, {"in_at", "out_at"})}
# Columns of which a file may have several for one thing: the first that is filled in counts. Any other twice is asked.
_SEVERAL = frozenset({"weight", "weight_grams", "recipient_phone", "sender_phone", "text"})
REQUIRED: dict[str, list[str]] = {ImportKind.PARCELS: ["carrier_number"], ImportKind.EVENTS: ["number", "code", "at"]}
_key = word_key

_FIELDS: dict[str, dict[str, str]] = {
    kind: {_key(name): field for field, names in columns.items() for name in names} for kind, columns in COLUMNS.items()
}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands, its headings as written, field → column index, and further columns for one field.

    `left` are columns that the sender said are not to be read.
    """

    line: int
    headings: list[str]
    fields: dict[str, int]
    more: dict[str, list[int]] = field(default_factory=dict)
    left: frozenset[int] = frozenset()

    def heading(self, field: str) -> str:
        return self.headings[self.fields[field]]

    def named(self) -> list[list[str]]:
        """Each column's heading with the field it is read as, "" for none, NOT_READ where its sender said so."""
        named = dict.fromkeys(self.left, NOT_READ) | {index: name for name, index in self.fields.items()}
        named |= {index: name for name, indexes in self.more.items() for index in indexes}
        return [[heading[:LONGEST_HEADING], named.get(index, "")] for index, heading in enumerate(self.headings)]

    def cell(self, row: SheetRow, field: str):
        for index in (self.fields.get(field), *self.more.get(field, ())):
            cell = row.cells[index] if index is not None and index < len(row.cells) else None
            if cell is not None and str(cell).strip():
                return cell
        return None


def find_header(rows: list[SheetRow], kind: str, words: Mapping[str, str] | None = None) -> Header:
    """The first of the top rows that names all required columns. Raises FileProblem saying what is missing.

    `words` are headings beside those known to all: key → field, "" for a heading that means nothing, NOT_READ for a
    column to be left alone. A key is one of `column_keys`, or what they are made of.
    """
    best: set[str] = set()
    known = known_headings(kind, words or {})
    for row in rows[:HEADER_WITHIN]:
        headings = headings_of_row(row)
        meant = meanings_of_columns(headings, known)
        fields = _fields_of(meant)
        if suffices(set(fields), kind):
            return _header(row.line, headings, fields, frozenset(i for i, m in enumerate(meant) if m == NOT_READ))
        if len(fields) > len(best):
            best = set(fields)
    missing = [COLUMNS[kind][field][0] for field in REQUIRED[kind] if field not in best]
    raise FileProblem("no_header", columns="、".join(missing))


def suffices(fields: set[str], kind: str) -> bool:
    needed, (usual, instead) = set(REQUIRED[kind]), INSTEAD.get(kind, (set(), set()))
    return needed <= fields or (bool(fields & instead) and needed - usual <= fields)


def headings_of_row(row: SheetRow) -> list[str]:
    return ["" if c is None or isinstance(c, Formula) else str(c).strip() for c in row.cells]


def header_as_read(headings: list[str], named: Sequence[Sequence[str]]) -> Header:
    """The header that `Header.named` told of."""
    meant = [name for _heading, name in named]
    return _header(1, headings, _fields_of(meant), frozenset(i for i, name in enumerate(meant) if name == NOT_READ))


_FIGURES = re.compile(r"\d{6}")


def likely_headers(rows: Sequence[SheetRow]) -> list[SheetRow]:
    """Of the first lines those that may be a header: several cells, all words. Numbers and phones make it an entry."""
    found = []
    for row in rows[:HEADER_WITHIN]:
        said = [c for c in row.cells if c is not None and str(c).strip()]
        if row.fault is None and len(said) > 1 and all(isinstance(c, str) and not _FIGURES.search(c) for c in said):
            found.append(row)
    return found


def column_keys(headings: Sequence[str]) -> list[str]:
    """What a sender's answer about each column is kept under: its heading in one spelling.

    The second column of one heading is told from the first, and a column without a heading goes by its place; both by
    a sign that no spelling contains.

    >>> column_keys(["地址", "", "地 址", "电话"])
    ['地址', '/2', '地址/2', '电话']
    """
    seen: Counter[str] = Counter()
    keys = []
    for place, heading in enumerate(headings, 1):
        key = _key(heading)[:LONGEST_HEADING]
        seen[key] += 1
        keys.append(f"/{place}" if not key else key if seen[key] == 1 else f"{key}/{seen[key]}")
    return keys


def meanings_of_columns(headings: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """The field each column means by these words: known for the very column, or for any column of its heading."""
    return [
        known[key] if key in known else known.get(_key(heading), "") if heading else ""
        for key, heading in zip(column_keys(headings), headings, strict=True)
    ]


def known_headings(kind: str, words: Mapping[str, str]) -> dict[str, str]:
    """Headings known to all, under `words`."""
    return _FIELDS[kind] | dict(words)


def takes_several(name: str) -> bool:
    """Whether a file may have several columns for this field."""
    return name in _SEVERAL


def column_label(kind: str, name: str) -> str:
    """A field as people of the active language head its column."""
    names = COLUMNS[kind][name]
    if (get_language() or "").startswith("zh"):
        return names[0]
    return next((said for said in names if said.isascii()), names[0])


def _fields_of(meant: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, name in enumerate(meant):
        if name and name != NOT_READ:
            found.setdefault(name, []).append(index)
    return found


def _header(line: int, headings: list[str], fields: dict[str, list[int]], left: frozenset[int]) -> Header:
    for name, indexes in fields.items():
        if len(indexes) > 1 and name not in _SEVERAL:
            raise FileProblem("column_twice", columns="、".join(headings[i] for i in indexes))
    first = {name: indexes[0] for name, indexes in fields.items()}
    return Header(line, headings, first, {name: indexes[1:] for name, indexes in fields.items() if indexes[1:]}, left)

"""Fields of a parcel that never keep it out: what can't be used of them is told, in files and in the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.parcels.warnings import RowWarning
from portal.core.figures import figure_of

MOST_PIECES, MOST_GRAMS = 999, 10_000_000
LONGEST_NAME, LONGEST_PHONE, LONGEST_ADDRESS, LONGEST_REASON = 60, 100, 200, 40
_NAME = _("姓名无法识别：包裹照收，不记姓名。")
_ADDRESS = _("地址无法识别：包裹照收，不记地址。")
_PHONE = _("电话号码无法识别：包裹照收，不记电话。")
UNREADABLE: dict[str, tuple[str, Any]] = {
    "recipient_name": ("name_unreadable", _NAME), "sender_name": ("name_unreadable", _NAME),
    "recipient_address": ("address_unreadable", _ADDRESS), "sender_address": ("address_unreadable", _ADDRESS),
    "recipient_phone": ("phone_unreadable", _PHONE), "sender_phone": ("phone_unreadable", _PHONE),
    "pieces": ("pieces_unreadable", _("件数应为 1 至 999 的整数，已按 1 件登记。")),
    "weight_grams": ("weight_unreadable", _("重量无法识别，没有登记重量。请写成 1.5 或 1.5kg 的样式。")),
    "text": ("text_unreadable", _("说明无法识别，没有记下说明。")),
    "reason": ("reason_unreadable", _("原因无法识别，没有记下原因。")),
}  # fmt: skip
CUT: dict[str, tuple[str, Any]] = {
    "name": ("name_cut", _("姓名太长，只记下前面的部分。")),
    "address": ("address_cut", _("地址太长，只记下前面的部分。")),
    "text": ("text_cut", _("说明太长，只记下前面的部分。")),
    "reason": ("reason_cut", _("原因太长，只记下前面的部分。")),
}


def unreadable(field: str) -> RowWarning:
    code, message = UNREADABLE[field]
    return RowWarning(code=code, message=str(message), field="weight" if field == "weight_grams" else field)


def shortened(text: str, longest: int, field: str, warnings: list[RowWarning]) -> str:
    """`text` of at most `longest` characters; `field` is that of the row, which is told where something is cut."""
    if len(text) <= longest:
        return text
    code, message = CUT[field.rpartition("_")[2]]
    warnings.append(RowWarning(code=code, message=str(message), field=field))
    return text[:longest]


def readable(row: Mapping[str, Any], fields: tuple[str, ...]) -> tuple[dict[str, Any], list[RowWarning]]:
    """A row as sent, without side fields that are empty (null) or can't be used, and what is told of these."""
    kept, warnings = dict(row), []
    for field in fields:
        if field not in row:
            continue
        value = _figure(field, row[field]) if field in _MOST else _text(row[field])
        if value is not None:
            kept[field] = value
            continue
        del kept[field]
        if row[field] is not None:
            warnings.append(unreadable(field))
    return kept, warnings


_MOST = {"pieces": MOST_PIECES, "weight_grams": MOST_GRAMS}


def _figure(field: str, value: Any) -> int | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    figure = Decimal(str(value)) if is_number else figure_of(value) if isinstance(value, str) else None
    if figure is None or figure != figure.to_integral_value() or not 1 <= figure <= _MOST[field]:
        return None
    return int(figure)


def _text(value: Any) -> str | None:
    """A whole number says no less than its digits; anything else that is no text says nothing for sure."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None

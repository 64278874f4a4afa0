"""An applicant's form, made from what its kind declares: what is shown of each field, and what came back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import Field, Kind, Type, Values
from logistics.licensing.mine import phone_text

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
DIRTY = "_only"  # names the fields that a page sends; without it a page sends all of them
_INPUTS: dict[str, dict[str, str]] = {
    Type.NUMBER: {"inputmode": "numeric"},
    Type.PHONE: {"type": "tel", "autocomplete": "tel"},
    Type.MOBILE: {"type": "tel", "autocomplete": "tel", "inputmode": "tel"},
    Type.DATE: {"type": "date"},
    Type.ID_NUMBER: {"maxlength": "24", "autocomplete": "off", "spellcheck": "false"},
    Type.CREDIT_CODE: {"maxlength": "24", "autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"},
    Type.PLATE: {"maxlength": "16", "autocapitalize": "characters", "autocomplete": "off"},
    Type.VIN: {"maxlength": "24", "autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"},
    Type.BANK_CARD: {"inputmode": "numeric", "autocomplete": "off"},
    Type.POINT: {"autocomplete": "off", "spellcheck": "false"},
}
_PARTS = {
    Type.LONGTEXT: "textarea", Type.CHOICE: "select", Type.CHOICES: "boxes", Type.BOOL: "box", Type.PLACE: "place",
    Type.PARTY: "select", Type.POINT: "point",
}  # fmt: skip
EXAMPLES = {
    Type.DATE: _("写成 2026-11-22 这样。"),
    Type.HOURS: _("例如：08:30-18:30，或 周一至周五 08:00-18:00；周六 09:00-12:00。"),
    Type.POINT: _("经度,纬度，例如 106.036520,35.202420。可以在地图上点，也可以用手机的位置。"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field as the page shows it. `part` says how it is drawn, `only` when it is asked for at all."""

    field: Field
    value: Any
    problem: Any
    remark: str
    part: str
    attributes: Mapping[str, str]
    choices: list[tuple[str, Any, bool]]
    groups: list[tuple[str, list[tuple[str, str]]]]
    example: Any
    only: str
    only_text: str
    asked: bool

    @property
    def id(self) -> str:
        return f"f-{self.field.name}"

    @property
    def described(self) -> str:
        parts = [
            ("help", self.field.help or self.example), ("remark", self.remark), ("error", True),
        ]  # fmt: skip
        return " ".join(f"{self.id}-{name}" for name, there in parts if there)


@dataclass(frozen=True, slots=True)
class Section:
    title: Any
    rows: list[Row]


def sections(
    kind: Kind, values: Values, *, problems: Mapping[str, Any], remarks: Mapping[str, str],
    places: list[tuple[str, list[tuple[str, str]]]], parties: Mapping[str, list[tuple[str, str]]],
) -> list[Section]:  # fmt: skip
    made: dict[str, Section] = {}
    for field in kind.fields:
        raw = values.get(field.name)
        row = Row(
            field=field, value=_value(field, raw), problem=problems.get(field.name, ""),
            remark=remarks.get(field.name, ""), part=_PARTS.get(field.type, "input"),
            attributes=_attributes(field, raw), choices=_choices(field, raw, parties),
            groups=places if field.type == Type.PLACE else [], example=EXAMPLES.get(field.type, ""),
            only=f"{field.only_if[0]}:{' '.join(field.only_if[1])}" if field.only_if else "",
            only_text=_only_text(kind, field), asked=field.asked(values),
        )  # fmt: skip
        made.setdefault(str(field.group), Section(field.group, [])).rows.append(row)
    return list(made.values())


def _attributes(field: Field, value: Any) -> dict[str, str]:
    found = {"type": "text", **_INPUTS.get(field.type, {})}
    if field.type == Type.DATE and value and not _ISO.fullmatch(str(value)):
        found["type"] = "text"  # a date written in another way would vanish from a date field
    if field.type in (Type.TEXT, Type.HOURS):
        found["maxlength"] = str(field.most)
    if field.secret:
        found["data-no-keep"] = ""
        found["autocomplete"] = "off"
    return found


def _value(field: Field, value: Any) -> Any:
    if field.type == Type.BOOL:
        return value is True or str(value).lower() in ("true", "on", "1")
    if field.type in (Type.PHONE, Type.MOBILE):
        return phone_text(value or "")
    return "" if value is None else value


def _choices(field: Field, value: Any, parties: Mapping[str, list[tuple[str, str]]]) -> list[tuple[str, Any, bool]]:
    offered: Iterable[tuple[str, Any]] = parties.get(field.name, ()) if field.type == Type.PARTY else field.choices
    taken = {str(item) for item in value} if isinstance(value, list | tuple) else {str(value)}
    return [(code, label, code in taken) for code, label in offered]


def _only_text(kind: Kind, field: Field) -> str:
    """When a field is asked for, in words: for pages whose script does not run."""
    if field.only_if is None:
        return ""
    asking = kind.field(field.only_if[0])
    labels = [str(label) for code, label in asking.choices if code in field.only_if[1]]
    return (
        str(_("“%(field)s”为%(values)s时填写。") % {"field": asking.label, "values": "、".join(labels)})
        if labels
        else ""
    )


def typed(kind: Kind, data: QueryDict) -> Values:
    """What came back. A page that autosaves names in `_only` the fields it sends; others send the whole form."""
    only = set(str(data[DIRTY]).split()) if DIRTY in data else None
    values: Values = {}
    for field in kind.fields:
        if only is not None and field.name not in only:
            continue
        if field.type == Type.CHOICES:
            values[field.name] = data.getlist(field.name)
        elif field.type == Type.BOOL:
            values[field.name] = data.get(field.name, "") in ("on", "1", "true")
        elif field.name in data or only is not None:
            values[field.name] = data.get(field.name, "")
    return values

"""What somebody typed into a field, checked and brought into its one stored form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds.spec import Field, Kind, Problems, Type, Values
from logistics.registry.opening import read_hours
from portal.core import identity
from portal.core.errors import BadInput, DomainError, TooLarge
from portal.core.figures import figure_of
from portal.core.masking import normalise_digits
from portal.core.phones import to_e164
from portal.regions.selectors import certain_place, public_division
from portal.regions.states import Level

MOST_TYPED = 2000  # characters that a draft keeps of one field, right or wrong
_WEST, _EAST, _SOUTH, _NORTH = 73, 136, 3, 54  # China, as the register's own constraint says
_TRUE = frozenset({"true", "1", "on", "yes"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def typed(kind: Kind, values: Mapping[str, Any]) -> Values:
    """What a draft keeps: text as typed, without control characters. Raises BadInput for fields the kind has not."""
    names = {field.name for field in kind.fields}
    if unknown := sorted(set(values) - names):
        sentence = _("这张表没有这个栏目。")
        raise BadInput(sentence, code="unknown_fields", fields=dict.fromkeys(unknown, sentence))
    return {name: _typed(name, value) for name, value in values.items()}


def clean_all(kind: Kind, values: Mapping[str, Any], today: dt.date) -> tuple[Values, Problems]:
    """The stored form of what is right, and a sentence for each field that is not; also for what contradicts itself."""
    cleaned: Values = {}
    problems: Problems = {}
    for field in kind.fields:  # a field that is asked for only with some values of another stands below that one
        if not field.asked(cleaned):
            continue
        try:
            value = clean(field, values.get(field.name), today)
        except DomainError as error:
            problems[field.name] = _sentence(error)
            continue
        if value is not None:
            cleaned[field.name] = value
        elif field.required:
            problems[field.name] = _("请填写“%(field)s”。") % {"field": field.label}
    return cleaned, {**kind.problems(cleaned, today), **problems}


def clean(field: Field, raw: Any, today: dt.date) -> Any:
    """The stored form of one value; None when nothing was typed. Raises BadInput."""
    if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
        return False if field.type == Type.BOOL else None
    value = _READERS[field.type](field, raw, today)
    return field.check(value) if field.check else value


def _sentence(error: DomainError) -> str:
    """What is wrong and what to do, in one breath; the class's own hint says nothing about a field."""
    return str(error.message) if error.hint is BadInput.hint else f"{error.message}{error.hint}"


def _typed(name: str, value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [str(_typed(name, item)) for item in value][:MOST_TYPED]
    text = _CONTROL.sub("", str(value))
    if len(text) > MOST_TYPED:
        sentence = _("内容太长，最多 %(count)d 个字。") % {"count": MOST_TYPED}
        raise TooLarge(sentence, fields={name: sentence})
    return text


def _text(field: Field, raw: Any, today: dt.date) -> str:
    text = str(raw).strip()
    if field.type == Type.TEXT:
        text = " ".join(text.split())
    if len(text) > field.most:
        raise BadInput(_("最多 %(count)d 个字，这里有 %(has)d 个。") % {"count": field.most, "has": len(text)})
    return text


def _choice(field: Field, raw: Any, today: dt.date) -> str:
    if str(raw) not in {value for value, _label in field.choices}:
        raise BadInput(_("请从列出的选项中选择。"))
    return str(raw)


def _choices(field: Field, raw: Any, today: dt.date) -> list[str]:
    chosen = {_choice(field, item, today) for item in (raw if isinstance(raw, list | tuple) else [raw])}
    return [value for value, _label in field.choices if value in chosen]


def _number(field: Field, raw: Any, today: dt.date) -> int:
    figure = figure_of(str(raw))
    if figure is None or figure != figure.to_integral_value():
        raise BadInput(_("请填写整数。"))
    number = int(figure)
    if not field.least <= number <= field.most:
        raise BadInput(_("应在 %(least)d 至 %(most)d 之间。") % {"least": field.least, "most": field.most})
    return number


def _date(field: Field, raw: Any, today: dt.date) -> str:
    text = re.sub(r"\s*[年月./-]\s*", "-", normalise_digits(str(raw)).strip()).removesuffix("日").strip()
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2})", text)
    try:
        day = dt.date(*(int(part) for part in found.groups() if part)) if found else None
    except ValueError:
        day = None
    if day is None:
        raise BadInput(_("日期不存在。请写成 2026-11-22 这样。"))
    return day.isoformat()


def _bool(field: Field, raw: Any, today: dt.date) -> bool:
    return raw if isinstance(raw, bool) else str(raw).strip().lower() in _TRUE


_CODE = re.compile(r"[0-9]{2,12}")


def _place(field: Field, raw: Any, today: dt.date) -> str:
    text = str(raw).strip()
    division = public_division(text if _CODE.fullmatch(normalise_digits(text)) else certain_place(text))
    if division.level < Level.COUNTY:
        raise BadInput(_("请选到县、乡镇或村。"))
    return division.code


def _point(field: Field, raw: Any, today: dt.date) -> str:
    found = re.fullmatch(
        r"(-?[0-9]{1,3}(?:\.[0-9]+)?)[,\s]+(-?[0-9]{1,3}(?:\.[0-9]+)?)", normalise_digits(str(raw)).strip()
    )
    if not found:
        raise BadInput(_("请在地图上点选位置，或写成“经度,纬度”，例如 106.036520,35.202420。"))
    longitude, latitude = (float(part) for part in found.groups())
    if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
        raise BadInput(_("这个位置不在中国境内，请检查经纬度是否填反。"))
    return f"{longitude:.6f},{latitude:.6f}"


def _hours(field: Field, raw: Any, today: dt.date) -> str:
    text = _text(field, " ".join(str(raw).split()), today)
    if read_hours(text) is None:
        raise BadInput(_("看不懂这个营业时间。请写成“08:30-18:30”或“周一至周五 08:00-18:00；周六 09:00-12:00”。"))
    return text


_READERS = {
    Type.TEXT: _text,
    Type.LONGTEXT: _text,
    Type.CHOICE: _choice,
    Type.CHOICES: _choices,
    Type.NUMBER: _number,
    Type.DATE: _date,
    Type.PHONE: lambda field, raw, today: to_e164(str(raw)),
    Type.MOBILE: lambda field, raw, today: identity.read_mobile(str(raw)),
    Type.ID_NUMBER: lambda field, raw, today: identity.read_id_number(str(raw), today=today),
    Type.CREDIT_CODE: lambda field, raw, today: identity.read_credit_code(str(raw)),
    Type.PLATE: lambda field, raw, today: identity.read_plate(str(raw)),
    Type.VIN: lambda field, raw, today: identity.read_vin(str(raw)),
    Type.BANK_CARD: lambda field, raw, today: identity.read_bank_card(str(raw)),
    Type.PLACE: _place,
    Type.POINT: _point,
    Type.HOURS: _hours,
    Type.BOOL: _bool,
    Type.PARTY: _text,
}

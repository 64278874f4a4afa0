"""The columns of a register's file: those fields of the kind that the register keeps, and who holds the party."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from logistics.licensing.kinds import Field, Kind, Type
from logistics.parcels.services.imports.cells import text_of
from logistics.parcels.services.imports.problems import RowProblem
from portal.core.workbooks import FileProblem, SheetRow

CODE, ENTERPRISE, PERSON, VERSION = "code", "enterprise", "person", "version"
MASKED = "*"  # under which a line keeps the labels of its masked cells
LANGUAGES = ("zh-hans", "en")
_YES, _NO = frozenset({"是", "有", "yes", "true", "1", "y"}), frozenset({"否", "无", "no", "false", "0", "n"})
_SEVERAL = re.compile(r"[、,，;；/]")
_BLANK = re.compile(r"[\s　（）()*＊:：]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `field` is None for those that are no field of the form: code, enterprise, person, version."""

    name: str
    label: Any
    field: Field | None = None

    @property
    def needed(self) -> bool:
        return self.field is not None and self.field.required and self.field.only_if is None


def columns_of(kind: Kind) -> list[Column]:
    """In the order of the template. The code names a registered row; a blank one adds a new row."""
    first = [Column(CODE, gettext_lazy("代码"))] if kind.has_code else []
    if kind.of_enterprise:
        first.append(Column(ENTERPRISE, gettext_lazy("企业代码")))
    if kind.of_user:
        first.append(Column(PERSON, gettext_lazy("账户手机号")))
    return first + [Column(field.name, field.label, field) for field in kind.fields if field.name in kind.kept]


def version_column() -> Column:
    """What an export adds: tells the state of the row that was exported, so that later changes are noticed."""
    return Column(VERSION, gettext_lazy("版本（勿改）"))


def find_columns(kind: Kind, rows: Sequence[SheetRow]) -> tuple[int, dict[int, Column]]:
    """Number of the header's line, and position → column. Raises FileProblem naming what is missing or unknown."""
    known = _by_heading([*columns_of(kind), version_column()])
    best = max(rows, key=lambda row: sum(_plain(cell) in known for cell in row.cells), default=None)
    found = {} if best is None else {i: known[_plain(c)] for i, c in enumerate(best.cells) if _plain(c) in known}
    missing = [str(c.label) for c in columns_of(kind) if c.needed and c not in found.values()]
    named = {column.name for column in found.values()} & {CODE, kind.named_by}
    if best is None or (missing and not (named and len(found) > 1)):  # a registered row and what changes is enough
        raise FileProblem("columns_missing", columns="、".join(missing))
    if len(set(found.values())) != len(found):
        twice = [str(c.label) for c in set(found.values()) if sum(other is c for other in found.values()) > 1]
        raise FileProblem("column_twice", columns="、".join(twice))
    return best.line, found


def read_line(row: SheetRow, columns: Mapping[int, Column]) -> dict[str, str]:
    """Column name → text of the cell. A masked cell is left out, its label noted under MASKED: it leaves things as they
    are. Raises RowProblem for a formula, a cut-off number, a masked code."""
    values: dict[str, str] = {}
    masked = []
    for position, column in columns.items():
        cell = row.cells[position] if position < len(row.cells) else None
        text = text_of(cell, str(column.label))
        if "*" in text and (column.name == PERSON or (column.field and (column.field.personal or column.field.secret))):
            masked.append(str(column.label))
        elif "*" in text and column.field is None:
            raise RowProblem("masked", still_masked(str(column.label)))
        else:
            values[column.name] = text
    return values | ({MASKED: "、".join(masked)} if masked else {})


def still_masked(label: str) -> str:
    return _("“%(column)s”这一格是遮盖过的内容。请填写完整内容。") % {"column": label}


def typed_of(kind: Kind, texts: Mapping[str, str]) -> dict[str, Any]:
    """What a person would have chosen on the form for these cells: words become choices, yes and no become truth."""
    return {
        field.name: _typed(field, texts[field.name])
        for field in kind.fields
        if field.name in kind.kept and field.name in texts
    }


def word_of(field: Field, value: Any) -> str:
    """The cell that would hold this stored value."""
    if value in (None, "", []):
        return ""
    if field.type == Type.BOOL:
        return _("是") if value else _("否")
    words = {code: str(label) for code, label in field.choices}
    if isinstance(value, list):
        return "、".join(words.get(item, str(item)) for item in value)
    return words.get(value, str(value))


def _typed(field: Field, text: str) -> Any:
    if field.type == Type.BOOL:
        plain = text.strip().lower()
        return True if plain in _YES else False if plain in _NO else None
    if field.type == Type.CHOICES:
        return [_chosen(field, part) for part in _SEVERAL.split(text) if part.strip()]
    if field.type == Type.CHOICE:
        return _chosen(field, text)
    if field.type == Type.DATE:
        return text.split(" ")[0]  # a spreadsheet's day comes with a midnight
    return text


def _chosen(field: Field, text: str) -> str:
    """The code of a choice by its word in either language; anything else goes on and is refused by its name."""
    wanted = _plain(text)
    for language in LANGUAGES:
        with override(language):
            for code, label in field.choices:
                if wanted in (_plain(label), _plain(code)):
                    return code
    return text.strip()


def _by_heading(columns: Sequence[Column]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for language in LANGUAGES:
        with override(language):
            found |= {_plain(column.label): column for column in columns}
    return found | {_plain(column.name): column for column in columns}


def _plain(text: Any) -> str:
    return _BLANK.sub("", str(text or "")).lower()

"""A register as a file that its import takes back: the template's columns, people masked, the version of each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logistics.licensing.kinds import Kind, Type
from logistics.licensing.services.registers.columns import (
    CODE,
    ENTERPRISE,
    PERSON,
    Column,
    columns_of,
    version_column,
    word_of,
)
from logistics.licensing.services.registers.judging import version_of
from portal.core.masking import mask_name, mask_phone

HIDDEN = "***"


class Outgoing:
    """One column of a file that leaves: its title, whether it is masked, and its cell for a registered row."""

    def __init__(self, kind: Kind, column: Column) -> None:
        self.kind, self.column, self.title = kind, column, column.label
        self.mask = _mask_of(column)

    def value(self, row: Any) -> str:
        text = self._text(row)
        return self.mask(text) if self.mask and text else text

    def _text(self, row: Any) -> str:
        if self.column.field is not None:
            return word_of(self.column.field, _values(self.kind, row).get(self.column.name))
        if self.column.name == CODE:
            return row.code
        if self.column.name == ENTERPRISE:
            firm = self.kind.enterprise_of(row)
            return firm.code if firm else ""
        if self.column.name == PERSON:
            person = self.kind.user_of(row)
            return person.phone if person else ""
        return version_of(self.kind, row)


def outgoing_columns(kind: Kind) -> list[Outgoing]:
    """In the order of the template, the version last."""
    return [Outgoing(kind, column) for column in [*columns_of(kind), version_column()]]


def _mask_of(column: Column) -> Callable[[str], str] | None:
    if column.name == PERSON:
        return mask_phone
    if column.field is None or not (column.field.personal or column.field.secret):
        return None
    if column.field.secret:
        return lambda text: HIDDEN
    return mask_phone if column.field.type in (Type.PHONE, Type.MOBILE) else mask_name


def _values(kind: Kind, row: Any) -> dict[str, Any]:
    """Once a row: every column asks."""
    if "_register_values" not in row.__dict__:
        row._register_values = kind.values_of(row)
    return row._register_values

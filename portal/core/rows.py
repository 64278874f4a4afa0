"""Rows read and written by statements of our own, as the objects of the models.

For the few that every scan repeats: putting a joined query together takes the ORM ten times as long as PostgreSQL
takes to answer it. The columns come from the model, so that a new field is read as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


class Columns(Generic[M]):
    """All columns of `model` under the alias `alias`: `sql` for the list after SELECT, `made` for the object."""

    def __init__(self, model: type[M], alias: str):
        self.model, self.alias = model, alias

    @cached_property  # not at once: made while the models are still being loaded
    def fields(self) -> list[Any]:
        return list(self.model._meta.concrete_fields)

    @cached_property
    def sql(self) -> str:
        return ", ".join(f'{self.alias}."{field.column}"' for field in self.fields)

    @cached_property
    def names(self) -> list[str]:
        return [field.attname for field in self.fields]

    @cached_property
    def converted(self) -> list[int]:
        """Places of the fields that the ORM would convert as well: encrypted texts, JSON."""
        return [place for place, field in enumerate(self.fields) if hasattr(field, "from_db_value")]

    def made(self, values: Sequence[Any]) -> M | None:
        """The object; None where an outer join found nothing."""
        if values[self.names.index(self.model._meta.pk.attname)] is None:
            return None
        if self.converted:
            values = list(values)
            for place in self.converted:
                values[place] = self.fields[place].from_db_value(values[place], None, connection)
        return self.model.from_db(connection.alias, self.names, values)


def read_rows(sql: str, values: Sequence[Any], *parts: Columns) -> list[list[Any]]:
    """One list a row: the objects of `parts`, in the order of their columns, then what else was selected."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_split(row, parts) for row in cursor.fetchall()]


def _split(row: tuple, parts: Sequence[Columns]) -> list[Any]:
    found: list[Any] = []
    begin = 0
    for part in parts:
        end = begin + len(part.fields)
        found.append(part.made(row[begin:end]))
        begin = end
    return [*found, *row[begin:]]


def lock_row(row: M, *related: str, how: str = "FOR NO KEY UPDATE") -> M:
    """The row that `row` stands for, locked until the transaction ends and fresh.

    Objects under the names `related` that were read with `row`, and are the same still, are not read again. Raises
    ObjectDoesNotExist.
    """
    part, sql = _one(type(row), how)
    rows = read_rows(sql, [row.pk], part)
    if not rows:
        raise ObjectDoesNotExist
    locked: M = rows[0][0]
    for name in related:
        known = row._state.fields_cache.get(name)
        if known is not None and known.pk == getattr(locked, f"{name}_id"):
            setattr(locked, name, known)
    return locked


@cache
def _one(model: type[Model], how: str) -> tuple[Columns, str]:
    part = Columns(model, "x")
    return part, f'SELECT {part.sql} FROM "{model._meta.db_table}" x WHERE x."{model._meta.pk.column}" = %s {how}'  # noqa: S608


def insert_row(row: Model, *, unless: str) -> bool:
    """Inserts `row` unless the unique index `unless` (its columns and condition) has one like it. False: it has.

    One statement and no savepoint, where save() in a transaction that goes on after a conflict takes three.
    """
    fields, sql = _insert(type(row), unless)
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk, row._state.adding, row._state.db = found[0], False, connection.alias
    return True


@cache
def _insert(model: type[Model], unless: str) -> tuple[list[Any], str]:
    made_there = model._meta.auto_field  # numbered by the database
    fields = [field for field in model._meta.concrete_fields if field is not made_there]
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key = model._meta.pk.column
    return fields, (
        f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places}) '  # noqa: S608  names only
        f'ON CONFLICT {unless} DO NOTHING RETURNING "{key}"'
    )

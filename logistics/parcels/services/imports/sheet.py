"""A file of parcels or events, whatever its kind, as header and lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from logistics.parcels.services.imports.columns import (
    REQUIRED,
    Header,
    find_header,
    headings_of_row,
    known_headings,
    meanings_of_columns,
)
from logistics.parcels.services.imports.csv_file import read_csv
from logistics.parcels.services.imports.problems import FileProblem
from portal.core.workbooks import Budget, Heading, SheetRow, Sums, read_table

MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """`complete` is False when reading stopped early; `header` is then None if it was not even found."""

    header: Header | None
    rows: list[SheetRow]
    complete: bool
    sums: Sums = field(default_factory=Sums)


def read_sheet(
    file: BinaryIO,
    kind: str,
    at_most: int = MOST_ROWS,
    seconds: float | None = None,
    words: Mapping[str, str] | None = None,
) -> Sheet:
    """Header and lines of a CSV or XLSX file; what it is shows in its content, not in its name.

    Hands on at most `at_most` lines, and reads on to count them, for at most `seconds` of processor time. `words`
    are headings beside those known to all (columns.find_header). Raises FileProblem, also for more than 20,000 lines
    and for a file without any.
    """

    def find(rows: Sequence[SheetRow]) -> Heading:
        header = find_header(list(rows), kind, words)
        key = header.fields[REQUIRED[kind][0]]
        return Heading(header.line, frozenset(header.fields.values()), key, header)

    def text(file: BinaryIO, budget: Budget) -> Iterator[SheetRow]:
        return read_csv(file, lambda top: rate_header(top, kind, words), budget)

    table = read_table(file, find, most_rows=MOST_ROWS, at_most=at_most, seconds=seconds, text=text)
    header: Header | None = table.heading.found if table.heading else None
    return Sheet(header, table.rows, table.complete, table.sums)


class _Seen(Exception):
    """The first lines were read, and no more is wanted."""


def top_rows(file: BinaryIO, kind: str, seconds: float, words: Mapping[str, str] | None = None) -> list[SheetRow]:
    """The first filled lines of a file, among which its header should stand; none when they took longer to read.

    Raises FileProblem for what is no readable file at all.
    """
    seen: list[SheetRow] = []

    def find(rows: Sequence[SheetRow]) -> Heading:
        seen.extend(rows)
        raise _Seen

    def text(file: BinaryIO, budget: Budget) -> Iterator[SheetRow]:
        return read_csv(file, lambda top: rate_header(top, kind, words), budget)

    with suppress(_Seen):
        read_table(file, find, most_rows=MOST_ROWS, at_most=0, seconds=seconds, text=text)
    return seen


_WHOLE = 100  # more than any header in part


def rate_header(top: list[SheetRow], kind: str, words: Mapping[str, str] | None = None) -> int:
    """How well these rows show a header: a whole one before any in part, then by how many columns of ours it names.

    Nought when no column is known.
    """
    try:
        return _WHOLE + len(find_header(top, kind, words).fields)
    except FileProblem as problem:
        if problem.code == "column_twice":
            return _WHOLE
    known = known_headings(kind, words or {})
    return max((sum(map(bool, meanings_of_columns(headings_of_row(row), known))) for row in top), default=0)

"""A file of parcels or events, whatever its kind, as header and lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from logistics.parcels.services.imports.columns import REQUIRED, Header, find_header
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


def rate_header(top: list[SheetRow], kind: str, words: Mapping[str, str] | None = None) -> int:
    """How many columns of ours the header among these rows names; nought when there is none."""
    try:
        return len(find_header(top, kind, words).fields)
    except FileProblem as problem:
        return 1 if problem.code == "column_twice" else 0

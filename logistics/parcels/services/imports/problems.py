"""What can be wrong with a file as a whole, and with one line of it."""

from __future__ import annotations

from portal.core.workbooks import FileProblem

ABOUT_COLUMNS = ("no_header", "column_twice")  # what its sender can mend by saying which column is which

__all__ = ["ABOUT_COLUMNS", "FileProblem", "RowProblem"]


class RowProblem(Exception):
    """One line can't be taken; the others can. `code` is stable, `message` says what is wrong and what to do."""

    def __init__(self, code: str, message):
        self.code, self.message = code, message
        super().__init__(code)

"""What a sender is told about a row that was taken all the same.

A side matter never keeps a parcel out: the row stays accepted and carries its warnings, in the answers of the API, in
the result of a file and on its page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta


class RowWarning(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is stable, `message` says what was left out or taken for what, `field` is the name of the field as sent.

    Nothing personal stands in it: a phone that could not be read is not repeated.
    """

    code: Annotated[str, Meta(max_length=40, examples=["phone_unreadable"])]
    message: Annotated[str, Meta(max_length=300)]
    field: Annotated[str, Meta(max_length=40, examples=["recipient_phone"])] = ""


def as_rows(warnings: Iterable[RowWarning]) -> list[dict[str, Any]]:
    """Warnings as they are kept and answered."""
    return [msgspec.to_builtins(warning) for warning in warnings]


def as_text(rows: Iterable[dict[str, Any]]) -> str:
    """The sentences of kept warnings behind one another, as a table shows them."""
    return "".join(str(row.get("message", "")) for row in rows)

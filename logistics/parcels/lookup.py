"""The read side of the public lookup: numbers, the three privacy tiers and what each may tell."""

from __future__ import annotations

import re

from portal.core.fields import keyed_hash
from portal.core.masking import normalise_digits

TAIL_LENGTH = 4


def tail_of(phone_or_digits: str) -> str:
    """The last four digits, as people know a phone; "" when there are fewer."""
    digits = re.sub(r"[^0-9]", "", normalise_digits(phone_or_digits or ""))
    return digits[-TAIL_LENGTH:] if len(digits) >= TAIL_LENGTH else ""


def tail_hash(phone_or_digits: str) -> str:
    """Keyed hash of the last four digits, so that nobody reads a phone to compare; "" without four digits."""
    tail = tail_of(phone_or_digits)
    return keyed_hash(tail, "tail:phone") if tail else ""

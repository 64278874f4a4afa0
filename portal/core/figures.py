"""Figures as people write them: whole or with a decimal point, thousands apart or not, and nothing else."""

from __future__ import annotations

import re
from decimal import Decimal

from portal.core.masking import normalise_digits

# A comma or blank stands between thousands only: before three digits, and behind no leading nought (0,500).
_WHOLE = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[0-9]+)"
_FIGURE = re.compile(rf"[+-]?(?:{_WHOLE}(?:\.[0-9]+)?|\.[0-9]+)")


def figure_of(text: str) -> Decimal | None:
    """The number that `text` says, in half or full width; None for anything that says none or may say another.

    A comma that may be a decimal one (14,5), an underline, a power of ten: none of them is guessed at.
    """
    plain = normalise_digits(text).replace("\u00a0", " ").replace("\u3000", " ").strip()
    return Decimal(re.sub("[, ]", "", plain)) if _FIGURE.fullmatch(plain) else None

"""Check characters for numbers that people copy by hand."""

from __future__ import annotations

import datetime as dt
import re
import secrets

# No I, L, O, U: not to be confused with 1, 0, V, and no accidental words (Crockford base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {c: i for i, c in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


def luhn32_check(body: str) -> str:
    """Luhn mod 32 check character: catches every single wrong character and nearly all swaps of neighbours."""
    total, factor = 0, 2
    for c in reversed(body):
        product = factor * _VALUE[c]
        total += product // 32 + product % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def random_number(prefix: str, length: int) -> str:
    """`prefix` + `length` random characters + check character. Not sequential, so it can't be enumerated."""
    body = prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))
    return body + luhn32_check(body)


def is_valid(number: str) -> bool:
    """Whether the last character is the check character of the rest."""
    return len(number) > 2 and all(c in _VALUE for c in number) and luhn32_check(number[:-1]) == number[-1]


# GB 32100-2015, 5: no I, O, S, V, Z.
_CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE_LENGTH = 18


def credit_code_check(body: str) -> str:
    """Check character of the first 17 of a unified social credit code (统一社会信用代码, GB 32100-2015)."""
    total = sum(_CREDIT_CODE.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return _CREDIT_CODE[-total % 31]


_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_code_check(body: str) -> str:
    """Check character of the first 8 of an organisation code (GB 11714-1997): places 9 to 16 of a credit code."""
    total = sum(int(c, 36) * weight for c, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def is_credit_code(text: str) -> bool:
    """Whether `text` is a well-formed unified social credit code: 18 characters, the last one their check.

    Places 9 to 17 are an organisation code with a check of its own; a valid identity number is never a credit code.
    """
    return (
        len(text) == _CREDIT_CODE_LENGTH
        and all(c in _CREDIT_CODE for c in text)
        and text[2:8].isdigit()
        and organisation_code_check(text[8:16]) == text[16]
        and credit_code_check(text[:17]) == text[17]
        and not is_id_number(text)
    )


ID_LENGTH = 18


def id_number_check(body: str) -> str:
    """Check character of the first 17 digits of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, ID_LENGTH - 1 - place, 11) for place, digit in enumerate(body))
    return "10X98765432"[total % 11]


def is_id_number(text: str) -> bool:
    """Whether `text` has the form of an identity number: a day that exists in places 7 to 14, and its check."""
    if not re.fullmatch(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9X]", text):
        return False
    try:
        dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return id_number_check(text[:-1]) == text[-1]


# GB 16735, annex: what each letter is worth, and the weight of each place (the ninth is the check digit itself).
_VIN_VALUE = {c: int(c) for c in "0123456789"} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin_check(vin: str) -> str:
    """What the ninth place of a 17-place vehicle identification number has to be (GB 16735, ISO 3779)."""
    total = sum(_VIN_VALUE[c] * weight for c, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def is_luhn(number: str) -> bool:
    """Whether a number of digits ends in its Luhn check digit (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0

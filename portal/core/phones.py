"""Telephone numbers as people, shops and carriers write them.

Nothing but digits, blanks and `+-()` is ever read as a number, and nothing is dropped to make one valid: a masked
number, half a number or a number with a stray sign is none.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace

import phonenumbers
from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput
from portal.core.masking import normalise_digits
from portal.core.texts import INVISIBLE

LONGEST = 100  # signs of a cell; what is longer is no phone
TAIL = 4

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("\u00a0\u3000\t", " ") | {"、": "/"})
_PLAIN = re.compile(r"\(?\+?[0-9(][0-9() -]*(?<!-)")  # what ends in a hyphen has lost its extension
_BLANKS = re.compile(r"[() -]")

# Mainland, as ITU-T E.164 and the numbering plan of the MIIT (电信网编号计划): whoever was given the block.
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SHORT = re.compile(r"9[56][0-9]{3,4}")
_HOTLINE = re.compile(rf"400[0-9]{{7}}|{_SHORT.pattern}")
_PRIVACY = re.compile(r"950[0-9]{8,10}")  # e-commerce and taxis; only ever with an extension
_WITH_CODE = re.compile(r"(?:\+86|0086|86)(.*)")
_LANDLINE_LENGTHS = (10, 11)  # area code without its 0, then 7 or 8 digits; no short number behind an area code

_EXTENSION = re.compile(r"(?P<number>.+?)\s*(?:-|,|#|转接?|轉|分机号?|ext\.?)\s*(?P<extension>[0-9]{2,6})", re.I)
_MASKS = "*xX•●·○〇□?×＊"
_MASKED = re.compile(rf"[0-9+() {re.escape(_MASKS)}-]*[{re.escape(_MASKS)}][0-9+() {re.escape(_MASKS)}-]*")
_LABEL_TAIL = re.compile(r"\[([0-9]{4})\]\s*([0-9]{7,13})|([0-9]{7,13})\s*\[([0-9]{4})\]")
_SEVERAL = re.compile(r"[/;|\n\r]+|(?<=[0-9])\s*(?:,|或)\s*(?=[0-9+(])")
_TWO_BLANKS = re.compile(r" +(?=1[3-9][0-9]{9}(?: |$))")


class PhoneKind(enum.Enum):
    """`RELAY` rings only with its extension, `MASKED` shows some digits and hides others, `UNREADABLE` is no phone."""

    FULL = "full"
    RELAY = "relay"
    MASKED = "masked"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Phone:
    """`number` is E.164 and "" unless the kind is FULL or RELAY; `extension` belongs to RELAY.

    `tail` are the last four digits as a label shows them: of the extension where it has four, else of the number;
    of a masked number those that can be seen at its end. "" where there are no four. `several`: the text held more
    than this one.
    """

    kind: PhoneKind
    number: str = ""
    extension: str = ""
    tail: str = ""
    several: bool = False

    @property
    def usable(self) -> bool:
        return self.kind in (PhoneKind.FULL, PhoneKind.RELAY)


_NONE = Phone(PhoneKind.UNREADABLE)


def read_phone(text: str) -> Phone:
    """What a text from the world says about a phone; mainland numbers need no country code, others begin with `+`.

    `138 0013 8000`, `０９３３－６６２１２３４` → FULL; `18412345678转5678`, `0933-6621234-801` → RELAY;
    `138****8000` → MASKED.
    Of several numbers in one text the first that can be called is taken; one unreadable part makes all unreadable.
    """
    cleaned = INVISIBLE.sub("", normalise_digits(text or "")).translate(_DASHES).strip()
    if not cleaned or len(cleaned) > LONGEST:
        return _NONE
    found = _one(cleaned)
    if found.kind is not PhoneKind.UNREADABLE:
        return found
    parts = [part.strip() for part in _SEVERAL.split(cleaned)]
    parts = [part for piece in parts for part in _TWO_BLANKS.split(piece) if part]
    return _first_usable([_one(part) for part in parts]) if len(parts) > 1 else _NONE


def _first_usable(found: list[Phone]) -> Phone:
    if any(phone.kind is PhoneKind.UNREADABLE for phone in found):
        return _NONE  # a number cut in two by a stray sign would else become its own half
    first = next((phone for phone in found if phone.usable), found[0])
    return replace(first, several=len(set(found)) > 1)


def _one(text: str) -> Phone:
    if labelled := _LABEL_TAIL.fullmatch(text):
        return Phone(PhoneKind.MASKED, tail=labelled[1] or labelled[4])
    if (parts := _EXTENSION.fullmatch(text)) and (number := _relay_number(parts["number"])):
        extension = parts["extension"]
        tail = extension if len(extension) >= TAIL else number
        return Phone(PhoneKind.RELAY, number, extension, tail[-TAIL:])
    if number := _number(text):
        return Phone(PhoneKind.FULL, number, tail=number[-TAIL:])
    if _MASKED.fullmatch(text) and re.search("[0-9]", text):
        return Phone(PhoneKind.MASKED, tail=_seen_at_the_end(text))
    return _NONE


def _seen_at_the_end(text: str) -> str:
    """The last four digits of a masked number when none of them is hidden."""
    seen = _BLANKS.sub("", re.split(f"[{re.escape(_MASKS)}]", text)[-1])
    return seen[-TAIL:] if re.fullmatch(r"[0-9]{4,}", seen) else ""


def _relay_number(text: str) -> str:
    plain = _BLANKS.sub("", text).removeprefix("+86")
    if _PLAIN.fullmatch(text) and _PRIVACY.fullmatch(plain):
        return f"+86{plain}"
    return _number(text)


def _number(text: str) -> str:
    """E.164 of a whole number, else ""."""
    if not _PLAIN.fullmatch(text):
        return ""
    plain = _BLANKS.sub("", text)
    if "-" in text and _SHORT.fullmatch(plain):
        return ""  # 96110-1 is a short number and half an extension
    inland = _WITH_CODE.fullmatch(plain)
    if plain.startswith("+") and not inland:
        return _valid(plain)
    return _mainland(inland[1] if inland else plain)


def _mainland(plain: str) -> str:
    """The 0 of an area code has to be there: 3101234567 may be a landline, or 13101234567 that lost its 1."""
    if _MOBILE.fullmatch(plain) or _HOTLINE.fullmatch(plain):
        return f"+86{plain}"
    national = plain.removeprefix("0")
    if national == plain or len(national) not in _LANDLINE_LENGTHS or national[0] == "0" or _MOBILE.fullmatch(national):
        return ""
    return _valid(f"+86{national}")


def written(number: str, extension: str = "") -> str:
    """A kept number as `read_phone` reads it again, with its extension."""
    national = number.removeprefix("+86")
    if national != number and not any(form.fullmatch(national) for form in (_MOBILE, _HOTLINE, _PRIVACY)):
        number = f"0{national}"
    return f"{number}-{extension}" if extension else number


def readable(number: str, extension: str = "") -> str:
    """A kept number as one reads it out: `138 0013 8000`, `09336621234`, `184 1234 5678 转 5678`; abroad as it is."""
    national = number.removeprefix("+86")
    if national == number:
        shown = number
    elif _MOBILE.fullmatch(national) or _PRIVACY.fullmatch(national):
        shown = f"{national[:3]} {national[3:7]} {national[7:]}"
    else:
        shown = national if _HOTLINE.fullmatch(national) else f"0{national}"
    return f"{shown} 转 {extension}" if extension else shown


def _valid(international: str) -> str:
    """Of a number with `+` and country code, when the country's numbering plan has it."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", international):
        return ""
    try:
        number = phonenumbers.parse(international)
    except phonenumbers.NumberParseException:
        return ""
    same = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == international
    return international if same and phonenumbers.is_valid_number(number) else ""


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 can take a text message. Mainland: 11 digits from 13 to 19."""
    if number.startswith("+86") or not number:
        return re.fullmatch(r"\+861[3-9][0-9]{9}", number) is not None
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def to_e164(text: str) -> str:
    """A full number in E.164, for forms on which somebody gives a phone; one in E.164 stays as it is.

    Raises BadInput for anything else.
    """
    if _valid(text := text or ""):
        return text
    phone = read_phone(text)
    if phone.kind is not PhoneKind.FULL or phone.several:
        raise BadInput(_("电话号码有误。"), code="bad_phone", hint=_("手机号为 11 位数字；座机请带区号。"))
    return phone.number

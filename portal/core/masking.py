"""Showing the least of a person (GB/T 41833-2022: at least one character of a name, six digits of a phone)."""

from __future__ import annotations

import re

from portal.core.scrubbing import scrub

__all__ = ["mask_address", "mask_name", "mask_number", "mask_phone", "normalise_digits", "scrub"]


def mask_name(name: str) -> str:
    """王小明 → 王**; a single character is hidden whole."""
    name = (name or "").strip()
    if not name:
        return ""
    return "*" if len(name) == 1 else name[0] + "*" * min(len(name) - 1, 4)


def mask_phone(phone: str) -> str:
    """138********: eight digits hidden, and never the last four, which are the key of the lookup page.

    Of a number with its extension (`+8618412345678-1234`) the extension is hidden whole: 184********-****.
    """
    number, _sign, extension = (phone or "").partition("-") if (phone or "").startswith("+") else (phone or "", "", "")
    # the country code would take the place of the digits people recognise
    digits = re.sub(r"\D", "", number.removeprefix("+86"))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if not digits:
        return ""
    return digits[:3] + "*" * max(len(digits) - 3, 8) + ("-****" if extension else "")


def mask_address(address: str) -> str:
    """Keeps the division part up to the village, hides what follows (unit, room, house)."""
    match = re.match(r"^(.*?(?:村|社区|镇|乡|街道|县|区))", address or "")
    return (match.group(1) if match else "") + "***" if address else ""


def mask_number(number: str) -> str:
    """XN12345678901 → XN********901: enough to tell two apart on a list, not enough to look one up."""
    number = (number or "").strip()
    return number[:2] + "*" * max(len(number) - 5, 3) + number[-3:] if len(number) > 5 else "*" * len(number)


def normalise_digits(text: str) -> str:
    """Full-width digits and letters to half-width."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)

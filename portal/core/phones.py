"""Telephone numbers as people type them."""

from __future__ import annotations

import phonenumbers
from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput
from portal.core.masking import normalise_digits


def to_e164(text: str, region: str = "CN") -> str:
    """`138 0013 8000`, `８６-13800138000`, `0933-6621234` → `+8613800138000` …

    Numbers without a country code are read as mainland ones. Raises BadInput when it can't be a number.
    """
    cleaned = normalise_digits(text or "").strip()
    try:
        number = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise BadInput(_("电话号码有误。"), code="bad_phone", hint=_("手机号为 11 位数字；座机请带区号。"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

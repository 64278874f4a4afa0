"""Phone numbers as people type them, kept as E.164."""

from __future__ import annotations

import re

import phonenumbers
from django.utils.translation import gettext_lazy as _

from portal.core.errors import BadInput
from portal.core.masking import normalise_digits
from portal.core.texts import INVISIBLE


class NotAPhone(BadInput):
    code = "not_a_phone"
    message = _("这不是有效的手机号。")
    hint = _("请填写 11 位手机号，例如 138 0013 8000；境外号码请以 + 和国家代码开头。")


def normalise_phone(text: str) -> str:
    """E.164 of a mobile number: mainland ones as typed (spaces, full-width, 86, +86, 0086), others with +.

    Landlines are refused: they can't receive a code. Raises NotAPhone.
    """
    typed = INVISIBLE.sub("", normalise_digits(text or "")).replace("\u3000", " ").strip()
    if len(typed) > 40 or not re.fullmatch(r"[-\s().+0-9]*[0-9]", typed):
        raise NotAPhone()  # what else it holds is not dropped: 13*800138000 is nobody's number
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", re.sub(r"[\s().-]", "", typed)), "CN")
    except phonenumbers.NumberParseException:
        raise NotAPhone() from None
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if number.extension or not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in mobile:
        raise NotAPhone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(phone: str) -> str:
    """For its owner to read: mainland numbers as 138 0013 8000, others in international grouping."""
    if phone.startswith("+86") and len(phone) == 14:
        return f"{phone[3:6]} {phone[6:10]} {phone[10:]}"
    return phone

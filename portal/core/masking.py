"""Showing the least of a person (GB/T 41833-2022: at least one character of a name, six digits of a phone)."""

from __future__ import annotations

import re

_MOBILE = r"(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)"
_LANDLINE = r"(?<!\d)\(?0\d{2,3}\)?[-\s]?\d{7,8}(?:[-转]\d{1,6})?(?!\d)"
_HOTLINE = r"(?<!\d)[48]00[-\s]?\d{3,4}[-\s]?\d{3,4}(?!\d)"
_IDENTITY = r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)"
_LONG_NUMBER = r"(?<!\d)\d{6,}(?!\d)"
_TAG = r"<[^>]{0,200}>"
_ROLE = r"(?:快递员|派件员|业务员|揽件员|取件员|配送员|驾驶员|司机|签收人|收件人|寄件人|联系人|站长|掌柜|代收人|投递员)"
_STOP = r"(?:已|正|正在|将|电话|手机|联系|为|在|于|从|,|，|。|;|；|\(|（|\[|【|\s|$|、|：|:)"
_NAME = rf"({_ROLE})\s*[:：为是]?\s*[\[【(（]?\s*([\u4e00-\u9fff·]{{2,4}}?)(?=\s*(?:[\]】)）]|{_STOP}))"
_SURNAME = r"([\u4e00-\u9fff])[\u4e00-\u9fff]{0,2}(先生|女士|师傅|小姐)"


def mask_name(name: str) -> str:
    """王小明 → 王**; a single character is hidden whole."""
    name = (name or "").strip()
    if not name:
        return ""
    return "*" if len(name) == 1 else name[0] + "*" * min(len(name) - 1, 4)


def mask_phone(phone: str) -> str:
    """138********: eight digits hidden, and never the last four, which are the key of the lookup page."""
    digits = re.sub(r"\D", "", phone or "")
    if not digits:
        return ""
    return digits[:3] + "*" * max(len(digits) - 3, 8)


def mask_address(address: str) -> str:
    """Keeps the division part up to the village, hides what follows (unit, room, house)."""
    match = re.match(r"^(.*?(?:村|社区|镇|乡|街道|县|区))", address or "")
    return (match.group(1) if match else "") + "***" if address else ""


def normalise_digits(text: str) -> str:
    """Full-width digits and letters to half-width."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


def scrub(text: str, limit: int = 500) -> str:
    """Free text of a carrier without markup, phones, identity numbers, long numbers and people's names.

    Carriers write names and phones of couriers and recipients into their trace text. What is taken out
    becomes `***`, so that the sentence stays readable. At most `limit` characters come back.
    """
    text = normalise_digits(text or "")
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]", "", text)
    text = re.sub(_TAG, "", text).replace("<", "‹").replace(">", "›")
    for pattern in (_IDENTITY, _MOBILE, _LANDLINE, _HOTLINE, _LONG_NUMBER):
        text = re.sub(pattern, "***", text)
    text = re.sub(_NAME, r"\1***", text)
    text = re.sub(_SURNAME, r"\1**", text)
    return text.strip()[:limit]

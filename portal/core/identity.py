"""Numbers that a certificate rests on: identity cards, plates, chassis, bank cards, mobile phones.

Each `read_*` takes what somebody typed, brings it into its one spelling and returns that, or raises BadInput that says
what is wrong with it. Nothing here looks into a register: a well-formed number may still belong to nobody.
"""

from __future__ import annotations

import datetime as dt
import re

from django.utils.translation import gettext_lazy as _

from portal.core.checkdigits import ID_LENGTH, id_number_check, is_credit_code, is_luhn, vin_check
from portal.core.errors import BadInput
from portal.core.masking import normalise_digits
from portal.core.phones import is_mobile, to_e164

# GB/T 2260: the first two digits name a province. Counties come and go, and a card keeps the code of its time, so no
# more than the province can be held against a number. 81–83: residence permits of Hong Kong, Macao and Taiwan people.
_PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)
# Permanent residents from abroad, cards since December 2023 (National Immigration Administration): 9, province, country
# by its number in ISO 3166-1 (not 156, China), birth date in places 7 to 14, three digits, check as on other cards.
_RESIDENT_FROM_ABROAD = "9"
_COUNTRIES = frozenset(
    """
    004 008 010 012 016 020 024 028 031 032 036 040 044 048 050 051 052 056 060 064 068 070 072 074 076 084 086 090 092
    096 100 104 108 112 116 120 124 132 136 140 144 148 152 158 162 166 170 174 175 178 180 184 188 191 192 196 203 204
    208 212 214 218 222 226 231 232 233 234 238 239 242 246 248 250 254 258 260 262 266 268 270 275 276 288 292 296 300
    304 308 312 316 320 324 328 332 334 336 340 344 348 352 356 360 364 368 372 376 380 384 388 392 398 400 404 408 410
    414 417 418 422 426 428 430 434 438 440 442 446 450 454 458 462 466 470 474 478 480 484 492 496 498 499 500 504 508
    512 516 520 524 528 531 533 534 535 540 548 554 558 562 566 570 574 578 580 581 583 584 585 586 591 598 600 604 608
    612 616 620 624 626 630 634 638 642 643 646 652 654 659 660 662 663 666 670 674 678 682 686 688 690 694 702 703 704
    705 706 710 716 724 728 729 732 740 744 748 752 756 760 762 764 768 772 776 780 784 788 792 795 796 798 800 804 807
    818 826 831 832 833 834 840 850 854 858 860 862 876 882 887 894
    """.split()  # noqa: SIM905  a list of 248 strings is no easier to read
)
_OLD_ID_LENGTH = 15
_OLDEST = 120  # years

# GA 36-2018, 5: abbreviations of the provinces; letters without I and O.
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER, _SIGN = "A-HJ-NP-Z", "A-HJ-NP-Z0-9"
_HEAD = f"[{_PROVINCE}][{_LETTER}]"
_ORDINARY = f"{_HEAD}(?=[A-Z]*[0-9])[{_SIGN}]{{5}}"  # five signs, not letters alone
PLATES: dict[str, str] = {
    "small": _ORDINARY,
    "large": _ORDINARY,
    "motorcycle": _ORDINARY,
    # New energy: eight places. D A B C E purely electric, F G H J K otherwise; small ones first, large ones last.
    "new_small": f"{_HEAD}[A-HJK][{_SIGN}][0-9]{{4}}",
    "new_large": f"{_HEAD}[0-9]{{5}}[A-HJK]",
    "trailer": f"{_HEAD}[{_SIGN}]{{4}}挂",
    "coaching": f"{_HEAD}[{_SIGN}]{{4}}学",
    "police": f"{_HEAD}[{_SIGN}]{{4}}警",
    "hongkong": f"粤Z[{_SIGN}]{{4}}港",
    "macao": f"粤Z[{_SIGN}]{{4}}澳",
    "embassy": "(?:[0-9]{6}使|使[0-9]{6})",
    "consulate": f"[{_PROVINCE}]A[0-9]{{4}}领",
    "farm": f"[{_PROVINCE}][0-9]{{2}}[{_SIGN}]{{4,5}}",  # NY/T 345: agricultural vehicles, two digits for the city
}
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_CHECKED = (
    "L12345"  # GB 16735 (China) and 49 CFR 565 (North America) have a check digit; Europe and Japan have none
)


def squeeze(text: str) -> str:
    """Half-width, upper case, without blanks and the dots and dashes that people put between groups."""
    return re.sub(r"[\s·•・.\-‐–—]", "", normalise_digits(str(text or ""))).upper()


def read_id_number(text: str, *, today: dt.date) -> str:
    """A resident identity number: 18 places, real birth date, check character (GB 11643-1999), or the number of a
    foreign permanent resident's card of the same length.

    Full-width digits, blanks and a small x are brought into shape; the 15-digit form of before 1999 is refused.
    """
    number = squeeze(text)
    if re.fullmatch(rf"[0-9]{{{_OLD_ID_LENGTH}}}", number):
        raise _wrong(_("这是旧的 15 位身份证号，已经停用。"), _("请填写现在身份证上的 18 位号码。"))
    if len(number) != ID_LENGTH:
        raise _wrong(
            _("身份证号应为 18 位，这里有 %(count)d 位。") % {"count": len(number)}, _("请对照身份证逐位核对。")
        )
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise _wrong(_("身份证号只能由数字组成，最后一位可以是 X。"), _("请对照身份证逐位核对。"))
    if number[0] == _RESIDENT_FROM_ABROAD:
        _require_place_and_country(number)
    elif int(number[:2]) not in _PROVINCES:
        raise _wrong(_("身份证号开头的两位不是任何省份的代码。"), _("请对照身份证逐位核对。"))
    birth = _birth_date(number)
    if birth is None or birth > today or today.year - birth.year > _OLDEST:
        raise _wrong(_("身份证号里的出生日期不存在。"), _("请核对第 7 至 14 位。"))
    if id_number_check(number[:-1]) != number[-1]:
        raise _wrong(_("身份证号的最后一位校验码不符，有一位填错了。"), _("请对照身份证逐位核对。"))
    return number


def birth_date(number: str) -> dt.date:
    """The birth date in a number that `read_id_number` returned."""
    found = _birth_date(number)
    if found is None:
        raise ValueError("not a checked identity number")
    return found


def age_on(number: str, day: dt.date) -> int:
    """Full years of the person with this checked number on `day`."""
    born = birth_date(number)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def read_credit_code(text: str) -> str:
    """A unified social credit code (GB 32100-2015): 18 places with a check character."""
    code = squeeze(text)
    if not is_credit_code(code):
        raise _wrong(_("统一社会信用代码不正确：应为 18 位，且末位校验码要相符。"), _("请对照营业执照核对。"))
    return code


def plate_kinds(text: str) -> frozenset[str]:
    """Which kinds of plate this can be (keys of PLATES); empty when it is none. Blue, yellow and motorcycle share a
    form: only the colour tells them apart."""
    plate = squeeze(text)
    return frozenset(kind for kind, form in PLATES.items() if re.fullmatch(form, plate))


def read_plate(text: str, kind: str = "") -> str:
    """A number plate (GA 36-2018), of `kind` when that is given."""
    plate = squeeze(text)
    kinds = plate_kinds(plate)
    if not kinds:
        raise _wrong(
            _("号牌号码不正确。字母 I 和 O 不用在号牌上；新能源号牌是 8 位。"), _("请照号牌填写，例如 甘L12345。")
        )
    if kind and kind not in kinds:
        raise _wrong(_("号牌号码与所选的号牌种类不符。"), _("请核对号牌种类（蓝牌、黄牌、绿牌、挂车等）。"))
    return plate


def read_vin(text: str) -> str:
    """A vehicle identification number (GB 16735, ISO 3779): 17 places without I, O, Q.

    The ninth place of one made in China or North America is a check digit; other makers use it freely.
    """
    vin = squeeze(text)
    if not _VIN.fullmatch(vin):
        raise _wrong(_("车辆识别代号应为 17 位字母和数字，不含 I、O、Q。"), _("请照行驶证上的“车辆识别代号”填写。"))
    if vin[0] in _VIN_CHECKED and vin_check(vin) != vin[8]:
        raise _wrong(_("车辆识别代号的校验位不符，有一位填错了。"), _("请照行驶证上的“车辆识别代号”逐位核对。"))
    return vin


def read_bank_card(text: str) -> str:
    """A bank card number: 16 to 19 digits, the last one their Luhn check (ISO/IEC 7812)."""
    number = squeeze(text)
    if not re.fullmatch(r"[0-9]{16,19}", number):
        raise _wrong(_("银行卡号应为 16 至 19 位数字。"), _("请对照银行卡核对。"))
    if not is_luhn(number):
        raise _wrong(_("银行卡号校验不符，有一位填错了。"), _("请对照银行卡逐位核对。"))
    return number


def read_mobile(text: str) -> str:
    """A mobile number in E.164; a landline is refused, because it takes no text message."""
    phone = to_e164(text)
    if not is_mobile(phone):
        raise BadInput(_("这是座机号码，收不到短信。"), code="not_mobile", hint=_("请填写 11 位手机号。"))
    return phone


def _require_place_and_country(number: str) -> None:
    if int(number[1:3]) not in _PROVINCES or number[3:6] not in _COUNTRIES:
        raise _wrong(
            _("永久居留身份证号的第 2 至 6 位应为省份和国籍代码，这里不是。"), _("请对照永久居留身份证逐位核对。")
        )


def _birth_date(number: str) -> dt.date | None:
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _wrong(message, hint) -> BadInput:
    return BadInput(message, code="bad_number", hint=hint)

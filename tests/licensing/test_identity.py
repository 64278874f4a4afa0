"""Numbers are checked as their standards say, in whatever spelling people type them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import identity
from portal.core.errors import BadInput
from tests.licensing.conftest import TODAY, id_number, vin

# GB 11643-1999, annex A: the standard's own example.
STANDARD_ID = "11010519491231002X"


@pytest.mark.parametrize(
    "typed",
    [
        STANDARD_ID,
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002x ",
        "110105-19491231-002X",
    ],
)
def test_an_identity_number_comes_into_one_spelling(typed):
    assert identity.read_id_number(typed, today=TODAY) == STANDARD_ID


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("110105491231002", "15"),
        ("1101051949123100", "16"),
        ("110105194912310020X", "19"),
        ("", "0"),
        ("1101051949123100XX", "数字"),
        ("110105194912310021", "校验码"),
        ("890105194912310021", "省份"),
        ("990105194912310021", "国籍"),  # a foreign resident's: no province 90
        ("962156199001011234", "国籍"),  # China is no country from abroad
        ("962003199001011234", "国籍"),
        ("962840199002301234", "出生日期"),
        ("962840199001011231", "校验码"),
        ("110105194902300021", "出生日期"),
        ("110105209912310021", "出生日期"),
        ("110105180012310021", "出生日期"),
    ],
)
def test_a_wrong_identity_number_says_what_is_wrong(typed, says):
    with pytest.raises(BadInput) as refused:
        identity.read_id_number(typed, today=TODAY)
    assert says in str(refused.value.message)


@pytest.mark.parametrize(
    "typed", ["96284019900101123X", "9-62-840-19900101-123-x", "９６２８４０１９９００１０１１２３Ｘ"]
)
def test_the_card_of_a_permanent_resident_from_abroad(typed):
    number = identity.read_id_number(typed, today=TODAY)
    assert number == "96284019900101123X"
    assert identity.birth_date(number) == dt.date(1990, 1, 1)


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_a_wrong_digit_in_it_is_caught(place, digit):
    right = "96284019900101123X"
    wrong = right[:place] + digit + right[place + 1 :]
    if wrong != right:
        with pytest.raises(BadInput):
            identity.read_id_number(wrong, today=TODAY)


def test_every_single_wrong_digit_is_caught():
    number = id_number(7)
    for place in range(6, 17):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(BadInput):
            identity.read_id_number(wrong, today=TODAY)


def test_age_counts_full_years():
    number = id_number(birth="20081124")
    assert identity.age_on(number, dt.date(2026, 11, 23)) == 17
    assert identity.age_on(number, dt.date(2026, 11, 24)) == 18


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        ("甘L12345", "small"), ("甘LA1B2C", "small"), ("甘L12345", "large"), ("甘L12345", "motorcycle"),
        ("甘LD12345", "new_small"), ("甘LFA1234", "new_small"), ("甘L12345D", "new_large"), ("甘L1234挂", "trailer"),
        ("甘L1234学", "coaching"), ("甘L1234警", "police"), ("粤Z1234港", "hongkong"), ("粤ZA123澳", "macao"),
        ("224578使", "embassy"), ("沪A0023领", "consulate"), ("甘0812345", "farm"),
    ],
)  # fmt: skip
def test_plates_of_every_kind_are_known(plate, kind):
    assert kind in identity.plate_kinds(plate)


@pytest.mark.parametrize("typed", ["甘l·12345", "甘Ｌ１２３４５", " 甘L 123 45", "甘L-12345"])
def test_a_plate_comes_into_one_spelling(typed):
    assert identity.read_plate(typed, "small") == "甘L12345"


@pytest.mark.parametrize(
    "plate",
    [
        "甘L1234",
        "甘L123456",
        "甘I12345",
        "甘LO1234",
        "L12345",
        "甘L1234I",
        "甘LABCDE",
        "甲L12345",
        "甘LD1234A5",
        "挂L1234",
        "",
    ],
)
def test_what_no_plate_can_be_is_refused(plate):
    with pytest.raises(BadInput):
        identity.read_plate(plate)


def test_a_plate_has_the_form_of_its_kind():
    with pytest.raises(BadInput, match="bad_number"):
        identity.read_plate("甘LD12345", "small")


@pytest.mark.parametrize("typed", ["1M8GDM9AXKP042788", "1m8gdm9axkp042788", vin(), "WVWZZZ1JZXW000001"])
def test_a_vehicle_number_with_its_check_digit_is_right(typed):
    assert identity.read_vin(typed) == typed.upper()  # the European one has no check digit


@pytest.mark.parametrize(
    "typed", ["1M8GDM9A1KP042788", "1M8GDM9AXKP04278", "1M8GDM9AXKPO42788", "L" + vin()[1:8] + "Z" + vin()[9:]]
)
def test_a_wrong_vehicle_number_is_refused(typed):
    with pytest.raises(BadInput):
        identity.read_vin(typed)


def test_bank_cards_end_in_their_check_digit():
    assert identity.read_bank_card("6222 0212 3456 7890 128") == "6222021234567890128"
    for wrong in ("6222021234567890129", "622202", "62220212345678901280", "6222o21234567890128"):
        with pytest.raises(BadInput):
            identity.read_bank_card(wrong)


def test_a_landline_is_no_mobile_number():
    assert identity.read_mobile("１３８ 0933 1004") == "+8613809331004"
    assert identity.read_mobile("+852 6123 4567") == "+85261234567"
    for wrong in ("0933-6621234", "12345", "+85221234567"):
        with pytest.raises(BadInput):
            identity.read_mobile(wrong)

"""The check character of the unified social credit code (GB 32100-2015)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.checkdigits import (
    credit_code_check,
    id_number_check,
    is_credit_code,
    is_id_number,
    organisation_code_check,
)
from portal.core.errors import BadInput
from portal.core.identity import read_id_number

# Published codes of well-known institutions.
REAL = ["91110000802100433B", "91440300708461136T", "914403001922038216", "9131000010000595XD"]


@pytest.mark.parametrize("code", REAL)
def test_real_codes_pass(code):
    assert is_credit_code(code)


@pytest.mark.parametrize("code", REAL)
def test_every_single_wrong_character_is_noticed(code):
    for place in range(17):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if other != code[place]:
                assert not is_credit_code(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    "code", ["", "9", "91110000802100433b", "91110000802100433B0", "9111000080210043IB", "一" * 18]
)
def test_what_is_no_code_at_all(code):
    assert not is_credit_code(code)


def test_a_made_up_body_gets_its_check():
    body = "91620825MA000000" + organisation_code_check("MA000000")
    assert is_credit_code(body + credit_code_check(body))


def test_the_organisation_code_inside_has_a_check_of_its_own():
    right = organisation_code_check("MA000000")
    for digit in set("0123456789X") - {right}:
        body = f"91620825MA000000{digit}"
        assert not is_credit_code(body + credit_code_check(body))


def test_the_standards_own_organisation_code():
    assert organisation_code_check("D2143569") == "X"  # GB 11714-1997, annex A


@given(
    st.sampled_from(["620825", "110105", "962840"]),
    st.dates(dt.date(1906, 1, 1), dt.date(2026, 1, 1)),
    st.integers(0, 999),
)
def test_an_identity_number_is_never_a_credit_code(place, born, serial):
    body = f"{place}{born:%Y%m%d}{serial:03}"
    number = body + id_number_check(body)
    assert is_id_number(number)
    assert not is_credit_code(number)


def test_an_identity_number_that_passes_all_checks_of_a_credit_code_is_none_still():
    """About one identity number in 341 does; found by trying them."""
    found = 0
    for serial in range(1000):
        for day in range(1, 29):
            body = f"620825199001{day:02}{serial:03}"
            number = body + id_number_check(body)
            if organisation_code_check(number[8:16]) == number[16] and credit_code_check(number[:17]) == number[17]:
                found += 1
                assert not is_credit_code(number)
    assert found > 20


@given(st.integers(0, 999_999))
def test_a_credit_code_is_never_an_identity_number(number):
    body = f"91620825MA{number:06}"
    body += organisation_code_check(body[8:])
    code = body + credit_code_check(body)
    assert is_credit_code(code)
    with pytest.raises(BadInput):
        read_id_number(code, today=dt.date(2026, 11, 23))

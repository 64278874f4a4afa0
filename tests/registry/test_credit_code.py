"""The check character of the unified social credit code (GB 32100-2015)."""

import pytest

from portal.core.checkdigits import credit_code_check, is_credit_code

# Published codes of well-known institutions.
REAL = ["91110000802100433B", "91440300708461136T", "914403001922038216", "91310000631141597G"]


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
    body = "916208250000000A1"
    assert is_credit_code(body + credit_code_check(body))

"""Phone numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.accounts.phones import NotAPhone, normalise_phone

EXPECTED = "+8613800138000"


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000", "138 0013 8000", "138-0013-8000", " 13800138000 ", "１３８００１３８０００", "138　0013　8000",
        "8613800138000", "+8613800138000", "+86 138 0013 8000", "＋86 13800138000", "008613800138000",
        "(+86)13800138000",
        "\u202d13800138000\u202c", "138.0013.8000",
    ],
)  # fmt: skip
def test_mainland_number_in_any_spelling(typed):
    assert normalise_phone(typed) == EXPECTED


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("+852 6123 4567", "+85261234567"), ("0085261234567", "+85261234567"), ("+1 415 555 2671", "+14155552671")],
)
def test_other_countries_with_their_code(typed, expected):
    assert normalise_phone(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "123", "1380013800", "138001380001", "0933-6620000", "10086", "95311", "12345678901",
        "<script>", "13800138000x5",
        "13800138000;drop table", "一三八00138000", "+8613800138000+8613800138000", "１" * 200,
        "+", "00", "手机", "٠١٢٣",
    ],
)  # fmt: skip
def test_anything_else_is_refused(typed):
    with pytest.raises(NotAPhone):
        normalise_phone(typed)


@given(st.text(max_size=60))
def test_no_text_is_a_crash_and_what_passes_is_e164(text):
    try:
        phone = normalise_phone(text)
    except NotAPhone:
        return
    assert phone[0] == "+"
    assert phone[1:].isascii()
    assert phone[1:].isdigit()
    assert normalise_phone(phone) == phone

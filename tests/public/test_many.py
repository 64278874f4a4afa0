"""Up to twenty numbers at once; each gets its own answer."""

import pytest

from portal.public.views.track import split_numbers

pytestmark = pytest.mark.django_db


def test_list_answers_each(visitor, desk):
    first, second = desk.travelled(), desk.parcel()
    typed = f"{first.waybill}\n{second.carrier_number}, YT00112233445\n<script>x</script>"
    text = visitor.post("/t/", {"numbers": typed}).content.decode()
    for told in ("到达乡镇站", "还没有扫描记录", "还没有报到本县", "不像一个单号"):
        assert told in text
    assert "<script>x" not in text


def test_one_number_leads_to_its_page(visitor, desk):
    answer = visitor.post("/t/", {"numbers": " xn 12 "})
    assert answer.status_code == 400
    waybill = desk.travelled().waybill
    answer = visitor.post("/t/", {"numbers": f"  {waybill.lower()}  "})
    assert (answer.status_code, answer["Location"]) == (303, f"/t/{waybill}")


def test_twenty_in_one_statement_and_the_rest_is_named(visitor, desk, django_assert_num_queries):
    numbers = "\n".join(desk.parcel().waybill for _n in range(22))
    with django_assert_num_queries(1):
        text = visitor.post("/t/", {"numbers": numbers}).content.decode()
    assert text.count("<article") == 20
    assert "后面 2 个没有查" in text


def test_nothing_typed(visitor):
    assert "请先输入单号" in visitor.post("/t/", {"numbers": " \n "}).content.decode()
    assert visitor.get("/t/").status_code == 200


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("7312 3456 7890", ["731234567890"]),
        ("YT1234567890 YT1234567891", ["YT1234567890", "YT1234567891"]),
        ("A123456,A123457、A123458;A123456", ["A123456", "A123457", "A123458"]),
        ("  \n\n", []),
    ],
)
def test_splitting(text, numbers):
    assert split_numbers(text) == numbers


def test_list_hides_what_one_number_hides(visitor, desk):
    from tests.public.conftest import SECRETS_AT_0

    a, b = desk.waiting(), desk.waiting()
    text = visitor.post("/t/", {"numbers": f"{a.waybill}\n{b.waybill}"}).content.decode()
    assert "已到站" in text or "待取件" in text
    assert not [secret for secret in SECRETS_AT_0 if secret in text]

"""Number and last four digits: more is told, the same way of refusing for everything that does not fit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.public.conftest import DIGITS, RECIPIENT, SENDER, SENDER_DIGITS

pytestmark = pytest.mark.django_db


def ask(client, number, digits):
    return client.post(f"/t/{number}", {"digits": digits}, follow=True)


def ask_json(client, number, digits):
    return client.post(f"/api/v1/track/{number}", {"digits": digits}, content_type="application/json")


@pytest.mark.parametrize("digits", [DIGITS, SENDER_DIGITS, "１００１", " 10 01 ", RECIPIENT])
def test_opens(visitor, desk, digits):
    response = ask(visitor, desk.travelled().waybill, digits)
    text = response.content.decode()
    for told in ("何马村委会", "何马村委会1号", "王**", "138********", "到达乡镇站", "已揽收"):
        assert told in text
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]


@pytest.mark.parametrize(
    "secret",
    ["王小明", "钱寄件", RECIPIENT, SENDER, "何马三社12号", "义乌市小商品城", "赵快递", "13893300009", "0933-6620000"],
)
def test_hides(visitor, desk, secret):
    parcel = desk.waiting()
    for body in (
        ask(visitor, parcel.waybill, SENDER_DIGITS).content.decode(),
        ask_json(visitor, parcel.waybill, SENDER_DIGITS).content.decode("unicode_escape"),
    ):
        assert "READY_FOR_PICKUP" in body or "已到站" in body
        assert secret not in body
        assert parcel.pickup_code.code not in body.replace(" ", "")


def test_never_prints_the_digits_that_open(visitor, desk):
    """The recipient's tail is a key: someone with the sender's digits must not learn it, nor the other way round."""
    waybill = desk.travelled().waybill
    assert DIGITS not in ask(visitor, waybill, SENDER_DIGITS).content.decode()
    assert SENDER_DIGITS not in ask(visitor, waybill, DIGITS).content.decode()


def test_json_form(visitor, desk):
    parcel = desk.travelled()
    body = ask_json(visitor, parcel.waybill, DIGITS).json()
    (facts,) = body["parcels"]
    assert facts["recipient"] == {"name": "王**", "phone": "138********"}
    assert facts["village"] == "何马村委会"
    assert [e["code"] for e in facts["events"]] == ["COLLECTED", "AT_COUNTY", "AT_TOWN"]
    assert [e["text"] for e in facts["events"]] == ["", "", ""]  # our own sentences say it


def test_a_carriers_words_come_only_where_they_tell_more_than_ours(visitor, desk):
    parcel = desk.travelled()
    for code in ("OUT_FOR_DELIVERY", "READY_FOR_PICKUP", "HELD"):
        desk.scan(parcel, code, 0.1, text=f"{code} 暗语水滴七号，老板娘马得福 13893300009")
    (facts,) = ask_json(visitor, parcel.waybill, DIGITS).json()["parcels"]
    texts = {e["code"]: e["text"] for e in facts["events"]}
    assert texts["OUT_FOR_DELIVERY"] == texts["READY_FOR_PICKUP"] == ""
    assert texts["HELD"].startswith("HELD")
    assert "马得福" not in texts["HELD"]


def plain(response, number):
    return response.content.decode().replace(number, "NUMBER")


def refusal_of(response, number) -> str:
    """The page without what the number alone tells: whoever asks by GET is told that as well."""
    return plain(response, number).partition('<div class="notice')[2]


def test_unknown_wrong_and_closed_answer_alike(browser_of, desk):
    known, closed, unknown = desk.travelled().waybill, desk.ended(31).waybill, "YT00112233445"
    answers, statements = [], []
    for place, (number, digits) in enumerate([(known, "9999"), (closed, DIGITS), (closed, "9999"), (unknown, DIGITS)]):
        client = browser_of(f"10.2.0.{place}")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            response = ask(client, number, digits)
        answers.append((response.status_code, sorted(response.headers.items()), refusal_of(response, number)))
        statements.append([query["sql"] for query in seen.captured_queries])
    # Lengths differ by that of the number only.
    assert len({(status, text) for status, _headers, text in answers}) == 1
    assert len({tuple(s) for s in statements}) == 1
    assert len(statements[0]) == 2  # the digits, and what the number alone tells to everybody


def test_json_unknown_and_wrong_answer_alike(browser_of, desk):
    known = ask_json(browser_of("10.2.1.1"), desk.travelled().waybill, "9999")
    unknown = ask_json(browser_of("10.2.1.2"), "YT00112233445", "9999")
    told = [answer.json()["error"] for answer in (known, unknown)]
    names = [error.pop("request_id") for error in told]
    assert (known.status_code, told[0]) == (unknown.status_code, told[1])
    assert list(map(len, names)) == [16, 16]  # chance, as long as the other


def test_as_many_comparisons_whoever_asks(desk, monkeypatch):
    """Constant work: the number of comparisons does not tell whether the number exists."""
    from django.utils import timezone

    from logistics.parcels import lookup

    parcel, counts = desk.travelled(), []
    real = lookup.hmac.compare_digest
    for number in (parcel.waybill, "YT00112233445"):
        seen = []
        monkeypatch.setattr(lookup.hmac, "compare_digest", lambda a, b, seen=seen: seen.append(1) or real(a, b))
        lookup.open_with_digits(lookup.read_number(number), "9999", timezone.now())
        counts.append(len(seen))
    assert counts[0] == counts[1] > 0


def test_open_until_thirty_days_after_the_end(visitor, desk):
    assert ask(visitor, desk.ended(29).waybill, DIGITS).status_code == 200
    assert ask(visitor, desk.ended(31).waybill, DIGITS).status_code == 400
    assert visitor.get(f"/t/{desk.ended(31).waybill}").status_code == 200  # tier 0 stays


@pytest.mark.parametrize("digits", ["", "12", "abcd"])
def test_says_that_four_digits_are_needed(visitor, desk, digits):
    response = ask(visitor, desk.travelled().waybill, digits)
    assert response.status_code == 400
    assert "请输入手机号后四位数字" in response.content.decode()


@pytest.mark.parametrize("body", ["", "[]", "not json", '{"digits": {"a": 1}}'])
def test_json_nonsense_is_refused(visitor, desk, body):
    response = visitor.post(f"/api/v1/track/{desk.travelled().waybill}", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["hint"]


def test_no_session_is_made(visitor, desk):
    response = ask_json(visitor, desk.travelled().waybill, DIGITS)
    assert not response.cookies


def test_two_carriers_may_use_one_number(visitor, desk, world):
    desk.travelled(carrier_number="YT889900887766")
    desk.travelled(carrier=world.other_carrier.code, carrier_number="YT889900887766", recipient_phone="13800007777")
    assert len(visitor.get("/api/v1/track/YT889900887766").json()["parcels"]) == 2
    (mine,) = ask_json(visitor, "YT889900887766", "7777").json()["parcels"]
    assert mine["carrier"]["name"] == "圆通"

"""Up to twenty numbers at once; each gets its own answer."""

import datetime as dt

import pytest

from portal.public.boxes import numbers_in
from tests.public.conftest import DIGITS

pytestmark = pytest.mark.django_db


def test_list_answers_each(visitor, desk):
    first, second = desk.travelled(), desk.parcel()
    typed = f"{first.waybill}\n{second.carrier_number}, YT00112233445\n<script>x</script>"
    text = visitor.post("/t/", {"numbers": typed}, follow=True).content.decode()
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
        text = visitor.post("/t/", {"numbers": numbers}, follow=True).content.decode()
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
        ("【韵达】您的包裹434624528101519已到何马村站，取件码 482 913，电话0933-6621234", ["434624528101519"]),
        ("单号：4346245281015", ["4346245281015"]),
        ("4346245281015。", ["4346245281015"]),
        ("https://wuliu.example.cn/t/4346245281015", ["4346245281015"]),
        ("wuliu.example.cn/t/XN4TNYVCDF3V7A 看看", ["XN4TNYVCDF3V7A"]),
        ("https://www.kuaidi100.com/chaxun?com=yunda&nu=4346245281015", ["4346245281015"]),
        ("4346245281015；4346245281016", ["4346245281015", "4346245281016"]),
        ("4346245281015 4346245281016，4346245281017", ["4346245281015", "4346245281016", "4346245281017"]),
        (
            "我的快递 SF3724606501278 和 YT1234567890 到了吗？2026-11-20 寄的，电话13800138000",
            ["SF3724606501278", "YT1234567890"],
        ),
        ("电话 13800138000", ["13800138000"]),
        ("４３４６２４５２８１０１５", ["4346245281015"]),
        ("没有单号", ["没有单号"]),
    ],
)
def test_splitting(text, numbers):
    assert numbers_in(text) == numbers


def test_list_hides_what_one_number_hides(visitor, desk):
    from tests.public.conftest import SECRETS_AT_0

    a, b = desk.waiting(), desk.waiting()
    text = visitor.post("/t/", {"numbers": f"{a.waybill}\n{b.waybill}"}, follow=True).content.decode()
    assert "已到站" in text or "待取件" in text
    assert not [secret for secret in SECRETS_AT_0 if secret in text]


def test_a_pasted_message_leaves_nothing_of_itself_in_an_address(visitor, desk):
    a, b = desk.waiting(), desk.waiting()
    text = f"【韵达】{a.waybill} 和 {b.waybill} 已到，取件码 482 913，收件人王小明"
    answer = visitor.post("/t/", {"numbers": text})
    assert (answer.status_code, answer["Location"]) == (303, f"/t/?n={a.waybill}&n={b.waybill}")
    assert visitor.get(answer["Location"]).content.decode().count("<article") == 2  # reload, back and large type


@pytest.mark.parametrize("typed", ["13800138000", "138 0013 8000", "电话是13800138000"])
def test_a_phone_leads_to_ones_own_parcels(visitor, typed):
    answer = visitor.post("/t/", {"numbers": typed})
    assert answer.status_code == 404, "no address carries a phone"
    page = answer.content.decode()
    assert "这像手机号" in page
    assert 'href="/my/"' in page.partition("<main")[2]


def test_an_unknown_number_leads_on_to_the_carriers(visitor):
    page = visitor.get("/t/YT00112233445").content.decode()
    assert 'href="/carriers/"' in page.partition("<main")[2]


def test_wrong_digits_keep_what_the_number_tells(visitor, desk):
    parcel = desk.travelled()
    page = visitor.post(f"/t/{parcel.waybill}", {"digits": "9999"}).content.decode()
    assert "到达乡镇站" in page
    assert "后四位不对" in page


def test_what_was_opened_can_be_reloaded_and_is_over_after_a_while(visitor, desk, browser_of, monkeypatch):
    parcel = desk.travelled()
    answer = visitor.post(f"/t/{parcel.waybill}", {"digits": DIGITS})
    assert (answer.status_code, answer["Location"]) == (303, f"/o/{parcel.waybill}")
    for _reload in range(2):
        assert "何马村委会1号" in visitor.get(f"/o/{parcel.waybill}").content.decode()
    other = browser_of("10.2.9.9").get(f"/o/{parcel.waybill}")
    assert (other.status_code, other["Location"]) == (302, f"/t/{parcel.waybill}")
    cookie = visitor.cookies["opened"]
    assert cookie["httponly"]
    monkeypatch.setattr("portal.public.tickets.OPEN_FOR", dt.timedelta(seconds=-1))
    assert visitor.get(f"/o/{parcel.waybill}").status_code == 302


def test_a_code_is_asked_for_without_typing_the_digits_again(visitor, desk, browser_of):
    parcel = desk.travelled()
    visitor.post(f"/t/{parcel.waybill}", {"digits": DIGITS})
    assert visitor.post("/code/", {"number": parcel.waybill})["Location"] == "/code/confirm/"
    assert browser_of("10.2.9.8").post("/code/", {"number": parcel.waybill}).status_code == 400

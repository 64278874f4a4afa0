"""What carriers print and scanners add: piece codes, QR codes beside the line code, start and stop signs."""

from __future__ import annotations

import pytest

from logistics.desk.models import Scan
from logistics.parcels.models import Parcel
from tests.desk.conftest import Phone, agreed

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(keeper, world):
    return Phone(keeper, world.village)


def test_a_piece_code_finds_the_announced_parcel_and_makes_no_second_one(phone, counter, keeper):
    parcel = agreed(counter, keeper, carrier_number="JDVE00000000101")
    first, second = (phone.scan("inbound", f"JDVE00000000101-{n}-2-") for n in (1, 2))
    assert (first.result, first.number) == ("ok", parcel.waybill)
    assert (first.facts["piece"], first.facts["piece_of"]) == (1, 2)
    assert "第 1 件，共 2 件" in first.message
    assert second.facts["piece"] == 2
    assert Parcel.objects.count() == 1
    assert [row.answer["facts"]["piece"] for row in Scan.objects.order_by("recorded_at")] == [1, 2]


@pytest.mark.parametrize(
    ("carrier_number", "sent"),
    [
        ("SF1400000000017", "MMM={'k1':'933W','k4':'T4','k5':'SF1400000000017','k7':'1a2b3c4d'}"),
        ("SF1400000000017", "http://u.example.cn/qr?no=SF1400000000017"),
        ("78092000000101", "*78092000000101*"),
        ("78092000000101", "A78092000000101B"),
    ],
)
def test_the_number_is_taken_out_of_what_stands_around_it(phone, counter, keeper, carrier_number, sent):
    parcel = agreed(counter, keeper, carrier_number=carrier_number)
    answer = phone.scan("inbound", sent)
    assert (answer.result, answer.number) == ("ok", parcel.waybill)


@pytest.mark.parametrize(
    "sent", ["https://example.com/pay?x=1", "http://u.example.cn/qr?no=SF1499999999999", "MMM={'k5':''}"]
)
def test_a_qr_code_without_a_known_number_is_told_and_never_registered(phone, sent):
    answer = phone.scan("inbound", sent)
    assert (answer.result, answer.code) == ("refused", "is_carrier_qr")
    assert answer.message == "这是快递公司的二维码，请扫条形码。"

"""What stands on the parcel's label comes first wherever somebody holds a screen beside it; our own number is small."""

from __future__ import annotations

import re

import pytest
from django.utils.html import strip_tags

from portal.core.templatetags.parts import grouped
from tests.desk.conftest import agreed, post

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("SF3724606501278", ["SF3", "7246", "0650", "1278"]),
        ("9700138077810", ["9", "7001", "3807", "7810"]),
        ("12345678", ["1234", "5678"]),
        ("123", ["123"]),
        ("", [""]),
    ],
)
def test_a_number_is_read_in_fours_from_its_end(number, parts):
    drawn = grouped(number)
    assert re.findall(r"<(?:span|b)>(.*?)</", drawn) == parts
    assert strip_tags(drawn) == number  # what is copied has no gaps


def test_no_number_becomes_markup():
    assert "<i>" not in grouped("<i>12345678")


@pytest.mark.parametrize("task", ["inbound", "find", "stock-take"])
def test_a_scan_answers_with_what_is_printed(task, counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    more = {}
    if task == "stock-take":
        _status, told = post(keeper.client, "scan/stock-takes/", station=phone.station.code)
        more = {"stock_take": told["stock_take"]["id"]}
    answer = phone.scan(task, parcel.waybill, **more)
    assert (answer.number, answer.printed) == (parcel.waybill, parcel.carrier_number)


def test_a_refusal_names_nothing_but_what_was_read(counter, phone):
    answer = phone.scan("inbound", "HELLO12345")
    assert (answer.number, answer.printed) == ("HELLO12345", "")


def test_lists_that_are_compared_with_the_shelf(counter, keeper, phone, world):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill, shelf="3-2")
    _status, told = post(keeper.client, "scan/stock-takes/", station=world.village.code)
    _status, found = post(keeper.client, f"scan/stock-takes/{told['stock_take']['id']}/end/")
    assert found["missing"] == [
        {"number": parcel.waybill, "printed": parcel.carrier_number, "tail": parcel.carrier_number[-4:], "shelf": "3-2"}
    ]


@pytest.mark.parametrize("page", ["/work/parcels/", "/work/parcels/{waybill}/", "/my/"])
def test_pages_lead_with_it(page, counter, keeper, villager):
    parcel, _code = counter.waiting(keeper)
    client = villager.client if page == "/my/" else keeper.client
    shown = client.get(page.format(waybill=parcel.waybill)).content.decode()
    drawn = shown.index(str(grouped(parcel.carrier_number)))
    assert drawn < shown.index(f'own-number">{parcel.waybill}')

"""Stock-takes count pieces: each box on the shelf is ticked off, and a missing one is named."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from logistics.desk.models import StockTakeItem
from logistics.desk.services.answering import answer_scan
from logistics.desk.services.giving import give
from logistics.desk.services.stock import counts_of, end_stock_take, start_stock_take
from logistics.desk.services.undoing import undo_scan
from logistics.parcels.models import PickupCode
from tests.custody.conftest import fresh
from tests.desk.conftest import agreed, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(counter, keeper, phone):
    """Three pieces of one number at A-1, A-2 and A-3, and a parcel of one piece at A-1."""
    parcel = agreed(counter, keeper, carrier_number="JDVE00000000101", pieces=3)
    for n in (1, 2, 3):
        assert phone.scan("inbound", parcel.waybill, shelf=f"A-{n}").result == "ok"
    counter.waiting(keeper)
    return parcel


@pytest.fixture
def take(shelf, keeper, phone, world):
    return start_stock_take(station=world.village, actor=keeper.actor(), now=phone.now)


def count(phone, take, number, **fields):
    return phone.scan("stock-take", number, stock_take=str(take.pk), **fields)


def test_each_piece_is_ticked_off(shelf, take, phone, keeper):
    assert counts_of(take) == {"expected": 4, "scanned": 0}
    first = count(phone, take, shelf.waybill)
    assert first.message == "第 1 件，共 3 件。账上 4 件，已点到 1 件。"
    asked = count(phone, take, shelf.waybill)
    assert (asked.result, asked.ask["kind"]) == ("ask", "piece")
    same = answer_scan(id=phone.ids[-1], value="same", actor=keeper.actor(), now=phone.now)
    assert same.result == "repeat"
    count(phone, take, shelf.waybill)
    second = answer_scan(id=phone.ids[-1], value="another", actor=keeper.actor(), now=phone.now)
    assert second.message == "第 2 件，共 3 件。账上 4 件，已点到 2 件。"
    phone.now += dt.timedelta(minutes=2)
    assert count(phone, take, shelf.waybill).message.startswith("第 3 件")
    assert count(phone, take, shelf.waybill).result == "repeat"
    assert counts_of(take) == {"expected": 4, "scanned": 3}


def test_the_shelf_and_the_code_tell_which(shelf, take, phone):
    assert count(phone, take, shelf.waybill, shelf="A-3").facts["piece"] == 3
    assert count(phone, take, "JDVE00000000101-2-3-").facts["piece"] == 2
    assert count(phone, take, "JDVE00000000101-2-3-").result == "repeat"
    unknown = count(phone, take, "JDVE00000000101-4-4-")
    assert (unknown.code, unknown.message) == ("extra", "账上没有第 4 件。")


def test_a_missing_piece_is_named(shelf, take, phone, keeper):
    count(phone, take, shelf.waybill, shelf="A-1")
    phone.now += dt.timedelta(minutes=2)
    count(phone, take, shelf.waybill, shelf="A-3")
    _status, told = post(keeper.client, f"scan/stock-takes/{take.pk}/end/", confirm=False)
    names = [(row["number"], row["shelf"]) for row in told["missing"]]
    assert (f"{shelf.waybill}（第 2/3 件）", "A-2") in names
    assert len(names) == 2
    found = end_stock_take(id=take.pk, confirm=True, actor=keeper.actor(), now=phone.now)
    assert {(line.parcel.pk, line.piece) for line in found.missing} >= {(shelf.pk, 2)}
    assert fresh(shelf).issues == ["COUNT_MISMATCH"]
    assert StockTakeItem.objects.get(stock_take=take, parcel=shelf, piece=2).difference == "missing"
    again = end_stock_take(id=take.pk, confirm=True, actor=keeper.actor(), now=phone.now)
    assert [line.number for line in again.missing] == [line.number for line in found.missing]


def test_undo_takes_its_own_piece_off(shelf, take, phone, keeper):
    count(phone, take, shelf.waybill, shelf="A-1")
    phone.now += dt.timedelta(minutes=2)
    count(phone, take, shelf.waybill, shelf="A-2")
    assert undo_scan(id=phone.ids[-1], actor=keeper.actor(), now=phone.now).result == "ok"
    assert list(StockTakeItem.objects.filter(stock_take=take).values_list("piece", flat=True)) == [1]


def test_pieces_that_were_given_out_are_not_expected(counter, keeper, phone, world):
    parcel = agreed(counter, keeper, pieces=3)
    phone.scan("inbound", parcel.waybill, shelf="A-1")
    code = PickupCode.objects.get(parcel=parcel).code
    take = start_stock_take(station=world.village, actor=keeper.actor(), now=phone.now)
    assert counts_of(take)["expected"] == 1
    give(waybill=parcel.waybill, station=world.village, method="code", code=code, rest="wait", id=uuid.uuid4(),
         actor=keeper.actor(), now=phone.now)  # fmt: skip
    assert counts_of(take)["expected"] == 0
    phone.scan("inbound", parcel.waybill, shelf="B-1")
    assert counts_of(take)["expected"] == 1
    assert count(phone, take, parcel.waybill).facts["piece"] == 2

"""Counting the shelf: what is missing, what is too much, and what becomes of it."""

from __future__ import annotations

import pytest

from logistics.desk.models import StockTake, StockTakeItem
from tests.custody.conftest import codes_of, fresh
from tests.desk.conftest import post

pytestmark = pytest.mark.django_db


def start(keeper, world) -> dict:
    status, body = post(keeper.client, "scan/stock-takes/", station=world.village.code)
    assert status == 200, body
    return body["stock_take"]


def end(keeper, take, **more) -> tuple[int, dict]:
    return post(keeper.client, f"scan/stock-takes/{take}/end/", **more)


def test_a_shelf_with_one_missing_and_one_too_much(counter, phone, keeper, world):
    (first, _a), (second, _b) = counter.waiting(keeper), counter.waiting(keeper)
    stray = counter.parcel()
    take = start(keeper, world)
    assert (take["expected"], take["scanned"]) == (2, 0)
    assert phone.scan("stock-take", first.waybill, stock_take=take["id"]).counts == {"expected": 2, "scanned": 1}
    assert phone.scan("stock-take", first.waybill, stock_take=take["id"]).result == "repeat"
    assert phone.scan("stock-take", stray.waybill, stock_take=take["id"]).code == "extra"
    status, body = end(keeper, take["id"])
    assert (status, body["stock_take"]["state"]) == (200, "open")
    assert [row["number"] for row in body["missing"]] == [second.waybill]
    assert [row["number"] for row in body["extra"]] == [stray.waybill]
    assert "COUNT_MISMATCH" not in codes_of(second)
    status, closed = end(keeper, take["id"], confirm=True)
    assert (closed["stock_take"]["state"], closed["missing"]) == ("done", body["missing"])
    assert fresh(second).issues == ["COUNT_MISMATCH"]
    assert fresh(first).issues == []
    assert end(keeper, take["id"], confirm=True)[1] == closed
    assert codes_of(second).count("COUNT_MISMATCH") == 1
    row = StockTake.objects.get()
    assert (row.expected, row.counted) == (2, 2)


def test_one_count_at_a_time(keeper, world):
    first = start(keeper, world)
    assert start(keeper, world)["id"] == first["id"]
    assert end(keeper, first["id"], drop=True)[1]["stock_take"]["state"] == "dropped"
    assert start(keeper, world)["id"] != first["id"]


def test_a_count_that_is_over_takes_no_more(counter, phone, keeper, world):
    parcel, _code = counter.waiting(keeper)
    take = start(keeper, world)["id"]
    end(keeper, take, confirm=True)
    assert phone.scan("stock-take", parcel.waybill, stock_take=take).code == "stock_take_gone"
    assert phone.scan("stock-take", parcel.waybill, stock_take="nonsense").code == "stock_take_gone"
    assert phone.scan("stock-take", parcel.waybill).code == "stock_take_gone"


def test_another_shelf_than_recorded_is_said(counter, phone, keeper, world):
    parcel, _code = counter.waiting(keeper)
    take = start(keeper, world)["id"]
    assert "3-2" in phone.scan("stock-take", parcel.waybill, stock_take=take, shelf="5-1").hint
    assert StockTakeItem.objects.get().shelf == "5-1"


def test_a_count_of_next_door_is_not_found(keeper, keeper_next_door, world):
    take = start(keeper, world)["id"]
    assert end(keeper_next_door, take, confirm=True)[0] == 404

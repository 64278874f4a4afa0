"""Several pieces under one number: each is counted, with a shelf of its own, and what is missing is said."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from logistics.desk.services.answering import answer_scan
from logistics.desk.services.giving import give
from logistics.desk.services.undoing import undo_scan
from logistics.parcels.lookup_own import pickup_facts
from logistics.parcels.models import ParcelPiece, PickupCode
from logistics.parcels.pickup_text import read_pickup_text
from logistics.parcels.selectors_pieces import pieces_of
from portal.notify.models import Message, MessageLine
from tests.custody.conftest import NOW, codes_of, fresh
from tests.custody.test_races import at_once
from tests.desk.conftest import Phone, agreed, post
from tests.desk.test_races import scan

pytestmark = pytest.mark.django_db
NUMBER = "78092000000103"


def here(parcel) -> list[tuple[int, str]]:
    return list(ParcelPiece.objects.filter(parcel=parcel).order_by("number").values_list("number", "shelf"))


def told() -> list[str]:
    """The ends of numbers in messages that were not taken back."""
    return [line.parameters for line in MessageLine.objects.filter(withdrawn_at=None)]


def another(phone, value="another"):
    return answer_scan(id=phone.ids[-1], value=value, actor=phone.persona.actor(), now=phone.now)


def test_three_pieces_scanned_on_the_page(counter, keeper, world):
    """The same bar code three times within seconds, as three boxes of one number are put on one shelf."""
    parcel = agreed(counter, keeper, carrier_number=NUMBER, pieces=3)

    def on_page(**more):
        body = {"id": str(uuid.uuid4()), "station": world.village.code, "number": NUMBER, "shelf": "A-1"}
        return post(keeper.client, "scan/inbound/", **(body | more))[1]

    first = on_page()
    assert (first["result"], first["message"]) == ("ok", "第 1 件，共 3 件，放 A-1；还差 2 件。")
    assert first["counts"] == {"expected": 3, "scanned": 1}
    asked = on_page()
    assert (asked["result"], asked["ask"]["kind"]) == ("ask", "piece")
    assert [row["value"] for row in asked["ask"]["options"]] == ["another", "same"]
    second = post(keeper.client, "scan/answer/", id=asked["id"], value="another")[1]
    assert second["message"] == "第 2 件，共 3 件，放 A-1；还差 1 件。"
    third = on_page(shelf="B-2")
    assert third["message"] == "第 3 件，共 3 件，放 B-2；已到齐。"
    assert here(parcel) == [(1, "A-1"), (2, "A-1"), (3, "B-2")]
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert on_page(shelf="C-3")["result"] == "repeat"
    assert len(here(parcel)) == 3


def test_the_same_piece_read_twice_is_counted_once(counter, keeper, phone):
    parcel = agreed(counter, keeper, pieces=3)
    phone.scan("inbound", parcel.waybill, shelf="A-1")
    phone.scan("inbound", parcel.waybill, shelf="A-1")
    assert another(phone, "same").result == "repeat"
    assert here(parcel) == [(1, "A-1")]
    phone.now += dt.timedelta(minutes=2)
    assert phone.scan("inbound", parcel.waybill, shelf="A-1").message.startswith("第 2 件")


@pytest.mark.parametrize("piece", ["1", "12"])
def test_undoing_the_scan_of_a_misread_label_takes_its_count_back(counter, keeper, phone, piece):
    parcel = agreed(counter, keeper, carrier_number=NUMBER)
    phone.scan("inbound", f"{NUMBER}-{piece}-20-", shelf="A")
    assert fresh(parcel).pieces == 20
    undo_scan(id=phone.ids[-1], actor=keeper.actor(), now=phone.now)
    assert fresh(parcel).pieces == 1
    assert phone.scan("inbound", f"{NUMBER}-1-2-", shelf="A").message == "第 1 件，共 2 件，放 A；还差 1 件。"


def test_a_label_that_contradicts_the_count_is_told_unless_its_piece_proves_it(counter, keeper, phone):
    parcel = agreed(counter, keeper, carrier_number=NUMBER, pieces=2)
    scanned = phone.scan("inbound", f"{NUMBER}-1-20-", shelf="A")
    assert scanned.result == "ok"
    assert "面单写共 20 件，登记的是 2 件" in scanned.hint
    assert fresh(parcel).pieces == 2
    assert phone.scan("inbound", f"{NUMBER}-2-2-", shelf="A").message.endswith("已到齐。")
    phone.scan("inbound", f"{NUMBER}-3-3-", shelf="A")
    assert fresh(parcel).pieces == 3
    undo_scan(id=phone.ids[-1], actor=keeper.actor(), now=phone.now)
    assert fresh(parcel).pieces == 2


def test_codes_of_pieces_name_them(counter, keeper, phone):
    parcel = agreed(counter, keeper, carrier_number="JDVE00000000101")
    assert phone.scan("inbound", "JDVE00000000101-2-3-", shelf="A").message == "第 2 件，共 3 件，放 A；还差 2 件。"
    assert fresh(parcel).pieces == 3
    assert phone.scan("inbound", "JDVE00000000101-2-3-", shelf="A").result == "repeat"
    moved = phone.scan("inbound", "JDVE00000000101-2-3-", shelf="B")
    assert (moved.code, here(parcel), fresh(parcel).shelf) == ("moved", [(2, "B")], "B")
    assert phone.scan("inbound", "JDVE00000000101-1-3-", shelf="A").result == "ok"
    assert phone.scan("inbound", "JDVE00000000101", shelf="D").message == "第 3 件，共 3 件，放 D；已到齐。"


def test_a_scan_sent_twice_counts_once(counter, keeper, phone):
    parcel = agreed(counter, keeper, pieces=3)
    phone.scan("inbound", parcel.waybill, shelf="A")
    second = phone.scan("inbound", parcel.waybill, shelf="B")
    assert phone.scan("inbound", parcel.waybill, shelf="B", id=phone.ids[-1]) == second
    assert here(parcel) == [(1, "A"), (2, "B")]


def test_the_message_counts_along_until_it_is_sent(counter, keeper, phone):
    parcel = agreed(counter, keeper, pieces=2)
    phone.scan("inbound", parcel.waybill, shelf="A")
    assert len(told()) == 1
    assert "(1/2)" in told()[0]
    phone.scan("inbound", parcel.waybill, shelf="B")
    assert len(told()) == 1
    assert "(2/2)" in told()[0]


def test_sent_already_the_last_piece_is_told_once_more(counter, keeper, phone):
    parcel = agreed(counter, keeper, pieces=3)
    phone.scan("inbound", parcel.waybill, shelf="A")
    Message.objects.update(status="sent", sent_at=phone.now)
    phone.scan("inbound", parcel.waybill, shelf="B")
    assert [("(1/3)" in line) for line in told()] == [True]
    phone.scan("inbound", parcel.waybill, shelf="C")
    assert sorted("(3/3)" in line for line in told()) == [False, True]


def test_the_text_with_pieces_is_read_back():
    text = ("取件通知：何马村站有您1个包裹。尾号0103(1/3)，取件码482 913。"
            "营业时间08:00-18:00，电话0933-6620000。")  # fmt: skip
    (item,) = read_pickup_text(text).items
    assert (item.tail, item.pieces) == ("0103", "1/3")


def undo(phone, id):
    return undo_scan(id=id, actor=phone.persona.actor(), now=phone.now)


def test_undo_takes_its_own_piece_back(counter, keeper, phone):
    parcel = agreed(counter, keeper, pieces=3)
    for shelf in "ABC":
        phone.scan("inbound", parcel.waybill, shelf=shelf)
    first, second, third = phone.ids
    assert undo(phone, first).code == "built_upon"
    assert undo(phone, second).result == "ok"
    assert here(parcel) == [(1, "A"), (3, "C")]
    assert phone.scan("inbound", parcel.waybill, shelf="D").message.startswith("第 2 件")
    assert undo(phone, phone.ids[-1]).result == undo(phone, third).result == undo(phone, first).result == "ok"
    assert (here(parcel), fresh(parcel).stage) == ([], "CREATED")
    assert told() == []
    assert phone.scan("inbound", parcel.waybill, shelf="A").message.startswith("第 1 件")


def test_what_is_missing_is_said_to_keeper_and_recipient(counter, keeper, phone, world):
    parcel = agreed(counter, keeper, pieces=3)
    phone.scan("inbound", parcel.waybill, shelf="A-1")
    assert pickup_facts(fresh(parcel)).pieces == "已到 1/3 件。"
    asked = phone.scan("give-out", parcel.waybill)
    assert asked.message == "已到 1/3 件。第 1 件在 A-1。"
    assert "还有 2 件没到" in asked.hint
    code = PickupCode.objects.get(parcel=parcel).code
    given = give(waybill=parcel.waybill, station=world.village, method="code", code=code, actor=keeper.actor(),
                 now=phone.now + dt.timedelta(minutes=1), rest="all")  # fmt: skip
    assert given.result == "ok"
    assert fresh(parcel).stage == "DELIVERED"
    assert undo(phone, uuid.UUID(given.id)).result == "ok"
    assert pieces_of(fresh(parcel)).told == "1/3"


def test_a_parcel_that_waited_before_pieces_were_counted(counter, keeper, phone):
    parcel, _code = counter.waiting(keeper, pieces=2)
    ParcelPiece.objects.all().delete()
    assert phone.scan("inbound", parcel.waybill, shelf="B").message == "第 2 件，共 2 件，放 B；已到齐。"
    assert here(parcel) == [(1, "3-2"), (2, "B")]


def test_the_database_keeps_one_row_a_piece(counter, keeper):
    parcel = agreed(counter, keeper, pieces=3)
    ParcelPiece.objects.create(parcel=parcel, number=1, arrived_at=NOW)
    for number in (0, 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            ParcelPiece.objects.create(parcel=parcel, number=number, arrived_at=NOW)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_phones_scan_pieces_at_once(counter, keeper, world):
    parcel, actor = agreed(counter, keeper, pieces=4), keeper.actor()
    answers = at_once(
        *[lambda shelf=shelf: scan(actor, world.village, parcel.waybill, shelf=shelf) for shelf in "ABCD"]
    )
    assert [answer.result for answer in answers] == ["ok"] * 4
    assert sorted(shelf for _n, shelf in here(parcel)) == ["A", "B", "C", "D"]
    assert [n for n, _shelf in here(parcel)] == [1, 2, 3, 4]
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert Phone(keeper, world.village).scan("inbound", parcel.waybill, shelf="E").result == "repeat"

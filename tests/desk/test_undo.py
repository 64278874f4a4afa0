"""Taking one's own scan back: what it undoes, and what it must not."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.desk.services.answering import answer_scan
from logistics.desk.services.giving import give
from logistics.desk.services.scans import ScanNotFound
from logistics.desk.services.undoing import undo_scan
from logistics.parcels.models import Event, PickupCode
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from members.access.states import Role
from portal.notify.models import Message
from portal.notify.states import UNSENT
from tests.custody.conftest import codes_of, fresh
from tests.desk.conftest import Phone, agreed
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


def undo(phone, *, minutes: float = 1, id=None):
    phone.now += dt.timedelta(minutes=minutes)
    return undo_scan(id=id or phone.ids[-1], actor=phone.persona.actor(), now=phone.now)


def waiting_messages(parcel) -> list[Message]:
    return [m for m in Message.objects.all() if m.status in UNSENT and "arriv" in m.template]


def test_an_inbound_that_never_happened(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill, shelf="3-2")
    assert len(waiting_messages(parcel)) == 1
    answer = undo(phone)
    assert (answer.result, answer.code, answer.undone) == ("ok", "undone", True)
    after = fresh(parcel)
    assert (after.stage, after.shelf, after.ready_at) == ("CREATED", "", None)
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "VOID"]
    assert PickupCode.objects.get(parcel=parcel).voided_at is not None
    assert waiting_messages(parcel) == []
    assert undo(phone) == answer
    assert codes_of(parcel) == ["READY_FOR_PICKUP", "VOID"]


def test_in_again_after_it_was_taken_back(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    undo(phone)
    again = phone.scan("inbound", parcel.waybill, shelf="5-1")
    assert (again.result, fresh(parcel).stage, fresh(parcel).shelf) == ("ok", "READY_FOR_PICKUP", "5-1")
    assert len(waiting_messages(parcel)) == 1
    assert undo(phone).result == "ok"


def test_the_stored_answer_says_that_it_was_undone(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    undo(phone)
    again = phone.scan("inbound", parcel.waybill, id=phone.ids[-1])
    assert (again.undo, again.undone) == (False, True)


def test_consent_noted_for_the_wrong_parcel_goes_too(counter, phone):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    answer_scan(id=phone.ids[-1], value="phone", actor=phone.persona.actor(), now=phone.now)
    assert undo(phone).result == "ok"
    assert parcel.consents.get().withdrawn_at is not None
    assert phone.scan("inbound", parcel.waybill).ask["kind"] == "consent"


def test_consent_of_the_recipient_stays(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    undo(phone)
    assert parcel.consents.get().withdrawn_at is None


def test_given_out_to_the_wrong_person(counter, phone, keeper, world):
    parcel, code = counter.waiting(keeper)
    phone.now += dt.timedelta(minutes=1)
    answer = give(waybill=parcel.waybill, station=world.village, method="code", code=code.code, actor=keeper.actor(),
                  now=phone.now)  # fmt: skip
    undone = undo(phone, id=answer.id)
    assert undone.result == "ok"
    assert fresh(parcel).stage == "READY_FOR_PICKUP"
    again = give(waybill=parcel.waybill, station=world.village, method="code", code=code.code, actor=keeper.actor(),
                 now=phone.now)  # fmt: skip
    assert again.result == "ok"


def test_given_out_since(counter, phone, keeper, world):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    code = PickupCode.objects.get(parcel=parcel)
    phone.now += dt.timedelta(minutes=1)
    give(waybill=parcel.waybill, station=world.village, method="code", code=code.code, actor=keeper.actor(),
         now=phone.now)  # fmt: skip
    refused = undo(phone)
    assert (refused.result, refused.code) == ("refused", "built_upon")
    assert "已签收" in refused.message
    assert fresh(parcel).stage == "DELIVERED"


def test_bagged_and_sealed_since(counter, hub_phone, sorter, world):
    parcel = counter.parcel()
    hub_phone.scan("hub-inbound", parcel.waybill)
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=hub_phone.now)
    add_to_bag(bag=bag, parcels=[parcel], actor=sorter.actor(), now=hub_phone.now)
    assert bag.number in undo(hub_phone).message
    seal_bag(bag=bag, seal_number="FQ00001", actor=sorter.actor(), now=hub_phone.now)
    assert "已分拣集包" in undo(hub_phone).message
    assert fresh(parcel).stage == "BAGGED"


def test_sorted_into_the_wrong_bag(counter, hub_phone, sorter, world):
    parcel = counter.parcel()
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=hub_phone.now)
    hub_phone.scan("sort", parcel.waybill, bag=bag.number)
    assert undo(hub_phone).result == "ok"
    assert not parcel.bag_items.filter(removed_at=None).exists()
    hub_phone.scan("sort", parcel.waybill, bag=bag.number)
    seal_bag(bag=bag, seal_number="FQ00001", actor=sorter.actor(), now=hub_phone.now)
    assert undo(hub_phone).code == "bag_not_open"


def test_arrival_at_the_hub_taken_back_and_scanned_again(counter, hub_phone):
    parcel = counter.parcel()
    hub_phone.scan("hub-inbound", parcel.waybill)
    assert undo(hub_phone).result == "ok"
    assert fresh(parcel).stage == "CREATED"
    assert hub_phone.scan("hub-inbound", parcel.waybill).result == "ok"
    assert codes_of(parcel) == ["AT_COUNTY", "VOID", "AT_COUNTY"]


def test_a_wrong_station_that_was_not(counter, phone, world):
    parcel = counter.parcel(destination_station=world.village_next_door.code)
    phone.scan("inbound", parcel.waybill)
    answer_scan(id=phone.ids[-1], value="record", actor=phone.persona.actor(), now=phone.now)
    assert undo(phone).result == "ok"
    assert fresh(parcel).issues == []


def test_a_count_on_the_shelf(counter, phone, keeper, world):
    from logistics.desk.services.stock import start_stock_take

    parcel, _code = counter.waiting(keeper)
    take = start_stock_take(station=world.village, actor=keeper.actor(), now=phone.now)
    phone.scan("stock-take", parcel.waybill, stock_take=str(take.pk))
    assert undo(phone).result == "ok"
    assert not take.items.exists()


def test_after_half_an_hour_it_stays(counter, phone, keeper):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    assert undo(phone, minutes=31).code == "too_late_to_undo"
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]


def test_nothing_to_undo(counter, phone, keeper):
    parcel, _code = counter.waiting(keeper)
    phone.scan("find", parcel.waybill)
    assert undo(phone).code == "nothing_to_undo"
    phone.scan("inbound", parcel.waybill)
    assert undo(phone).code == "nothing_to_undo"


def test_somebody_elses_scan(counter, phone, keeper, world):
    parcel = agreed(counter, keeper)
    phone.scan("inbound", parcel.waybill)
    colleague = Phone(make_persona(1401, "何同事", Role.KEEPER, world.village), world.village, phone.now)
    with pytest.raises(ScanNotFound):
        undo(colleague, id=phone.ids[-1])
    assert Event.objects.filter(parcel=parcel, code="VOID").count() == 0


def test_set_out_and_taken_back(counter, keeper, phone, world):
    parcel = counter.parcel()
    assert phone.scan("load", parcel.waybill).result == "ok"
    assert phone.scan("load", parcel.waybill).result == "repeat"
    assert fresh(parcel).stage == "OUT_FOR_DELIVERY"
    assert undo(phone, id=phone.ids[0]).result == "ok"
    assert fresh(parcel).stage == "CREATED"

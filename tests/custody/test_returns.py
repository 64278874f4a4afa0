"""The way back, and numbers of the carrier who carries on."""

from __future__ import annotations

import pytest

from logistics.parcels.errors import ParcelClosed, ParcelNotFound
from logistics.parcels.models import ParcelContact, PickupCode
from logistics.parcels.selectors import parcel_by_number
from logistics.parcels.services.numbers import BadNumber, NotACarrier, NumberTaken, add_successor_number
from logistics.parcels.services.pickup import give_out, refuse_parcel
from logistics.parcels.services.pickup.giving import NotWaitingHere
from logistics.parcels.services.returns import (
    BadReturnReason,
    DeliveredNeedsNewShipment,
    NotDelivered,
    NotOverdue,
    NotRefused,
    ReturnExists,
    TooLateToIntercept,
    create_return_shipment,
    start_return,
)
from logistics.registry.models import Enterprise
from portal.audit.models import AuditEntry
from portal.core.errors import Forbidden
from tests.custody.conftest import NOW, SENDER_PHONE, codes_of, fresh
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


def turn(parcel, who, reason):
    return start_return(parcel=parcel, reason=reason, actor=who.actor(), now=NOW)


def test_refused_parcel_turns_round(counter, keeper, villager, world):
    parcel, code = counter.waiting(keeper)
    with pytest.raises(NotRefused):
        turn(parcel, keeper, "REFUSED")
    refuse_parcel(parcel=parcel, actor=villager.actor(), now=NOW)
    parcel = turn(parcel, keeper, "REFUSED")
    assert (parcel.stage, parcel.issues) == ("RETURNING", [])
    assert PickupCode.objects.get(parcel=parcel).voided_at == NOW
    with pytest.raises(NotWaitingHere):
        give_out(parcel=parcel, station=world.village, actor=keeper.actor(), now=NOW, method="code", code=code.code)
    turn(parcel, keeper, "REFUSED")  # pressed twice
    assert codes_of(parcel).count("RETURNING") == 1
    assert AuditEntry.objects.filter(action="parcel.return_started").count() == 1


def test_overdue_parcel(counter, keeper):
    parcel, _code = counter.waiting(keeper)
    with pytest.raises(NotOverdue):
        turn(parcel, keeper, "PICKUP_OVERDUE")
    counter.scan(parcel, "PICKUP_OVERDUE", hours=72)
    assert turn(parcel, keeper, "PICKUP_OVERDUE").stage == "RETURNING"


def test_sender_intercepts_before_the_last_leg(counter, county_official, keeper_next_door, villager):
    sender = make_persona(1099, "陈发货")
    assert sender.user.phone == SENDER_PHONE
    parcel, late = counter.parcel(), counter.parcel()
    counter.scan(parcel, "AT_COUNTY", hours=1)
    counter.scan(late, "OUT_FOR_DELIVERY", hours=1)
    for who in (villager, keeper_next_door):  # the recipient is not the sender
        with pytest.raises(ParcelNotFound):
            turn(parcel, who, "INTERCEPT")
    with pytest.raises(ParcelNotFound):  # a sender intercepts, and decides nothing else
        turn(parcel, sender, "REFUSED")
    for who in (sender, county_official):
        with pytest.raises(TooLateToIntercept):
            turn(late, who, "INTERCEPT")
    assert turn(parcel, sender, "INTERCEPT").stage == "RETURNING"
    with pytest.raises(BadReturnReason):
        turn(late, sender, "BORED")


def test_delivered_parcel_travels_back_as_a_new_one(counter, county_official, world, keeper):
    parcel = counter.parcel(origin="620826100201")
    with pytest.raises(NotDelivered):
        create_return_shipment(parcel=parcel, actor=county_official.actor(), now=NOW)
    counter.scan(parcel, "DELIVERED", hours=1)
    with pytest.raises(DeliveredNeedsNewShipment):
        turn(parcel, keeper, "REFUSED")
    back = create_return_shipment(parcel=parcel, actor=county_official.actor(), now=NOW)
    assert back.waybill != parcel.waybill
    assert (back.direction, back.return_of_id, back.stage) == ("UP", parcel.pk, "CREATED")
    assert back.origin_station_id == world.village.pk
    assert (back.origin_id, back.destination_id) == (parcel.destination_id, "620826100201")
    people = {c.role: c.name for c in ParcelContact.objects.filter(parcel=back)}
    assert people == {"sender": "王小明", "recipient": "陈发货"}
    assert fresh(parcel).stage == "DELIVERED"
    with pytest.raises(ReturnExists):
        create_return_shipment(parcel=parcel, actor=county_official.actor(), now=NOW)


def test_ended_parcels_do_not_turn(counter, keeper):
    lost = counter.parcel()
    counter.scan(lost, "LOST", hours=1)
    with pytest.raises(ParcelClosed):
        turn(lost, keeper, "REFUSED")


def test_return_shipment_by_strangers(counter, neighbour_official, villager):
    parcel = counter.parcel()
    counter.scan(parcel, "DELIVERED", hours=1)
    with pytest.raises(ParcelNotFound):
        create_return_shipment(parcel=parcel, actor=neighbour_official.actor(), now=NOW)
    with pytest.raises(Forbidden):
        create_return_shipment(parcel=parcel, actor=villager.actor(), now=NOW)


def forward(parcel, who, carrier, number="ema 12345678 9cn"):
    return add_successor_number(parcel=parcel, carrier=carrier, number=number, actor=who.actor(), now=NOW)


def test_both_numbers_find_the_parcel(counter, keeper, world):
    parcel = counter.parcel()
    row = forward(parcel, keeper, world.other_carrier)
    assert (row.number, row.kind) == ("EMA123456789CN", "successor")
    forward(parcel, keeper, world.other_carrier)
    assert codes_of(parcel) == ["FORWARDED"]
    for number in (parcel.carrier_number, "EMA123456789CN", parcel.waybill):
        assert parcel_by_number(actor=keeper.actor(), number=number).pk == parcel.pk
    assert "EMA123456789CN" not in str(list(AuditEntry.objects.values("before", "after", "why")))


def test_numbers_that_are_refused(counter, keeper, keeper_next_door, world, villager):
    parcel, other = counter.parcel(), counter.parcel()
    for bad in ("", "12", "<script>", "1" * 41, "快递12345678"):
        with pytest.raises(BadNumber):
            forward(parcel, keeper, world.other_carrier, bad)
    with pytest.raises(NumberTaken):
        forward(parcel, keeper, world.carrier, other.carrier_number)
    bus = Enterprise.objects.create(code="bus", name="客运", short_name="客运", kind="bus", division=world.county)
    with pytest.raises(NotACarrier):
        forward(parcel, keeper, bus)
    with pytest.raises(ParcelNotFound):
        forward(parcel, keeper_next_door, world.other_carrier)
    with pytest.raises(Forbidden):
        forward(parcel, villager, world.other_carrier)
    counter.scan(parcel, "DELIVERED", hours=1)
    with pytest.raises(ParcelClosed):
        forward(parcel, keeper, world.other_carrier)

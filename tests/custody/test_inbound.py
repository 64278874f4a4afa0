"""Arrival at the station: consent first, then one code and one message; never a delivery."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.db import connection

from logistics.parcels.errors import ParcelClosed, ParcelNotFound, StationNotFound, WrongDirection
from logistics.parcels.models import PickupCode
from logistics.parcels.services.bags import add_to_bag, open_bag
from logistics.parcels.services.consent import give_consent
from logistics.parcels.services.pickup import issue_code, read_link_token, station_inbound
from logistics.parcels.services.pickup.codes import NoFreeCode, draw_code, spaced
from logistics.parcels.services.pickup.inbound import (
    ConsentNeeded,
    ConsentNeededAfterAttempt,
    ParcelReturning,
    ShelfTooLong,
    StillInBag,
    WrongStation,
)
from portal.core.errors import Forbidden
from portal.notify.models import Message
from portal.notify.services import text_of
from tests.custody.conftest import COUNTY, NOW, RECIPIENT_PHONE, codes_of, fresh

pytestmark = pytest.mark.django_db


def test_arrival_is_ready_for_pickup_with_code_and_message(counter, keeper, world):
    parcel, code = counter.waiting(keeper)
    assert (parcel.stage, parcel.shelf, parcel.station_id) == ("READY_FOR_PICKUP", "3-2", world.village.pk)
    assert parcel.closed_at is None
    message = Message.objects.get(template="parcel_arrived")
    assert message.recipient == RECIPIENT_PHONE
    text = text_of(message)
    assert spaced(code.code) in text
    assert world.village.name in text
    assert parcel.carrier_number[-4:] in text
    assert "王" not in text
    (token,) = re.findall(r"/l/(\S+)", text)
    assert read_link_token(token=token, now=NOW).pk == parcel.pk
    assert parcel.carrier_number not in text


def test_code_is_kept_encrypted(counter, keeper):
    _parcel, code = counter.waiting(keeper)
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, code_hash FROM parcels_pickupcode")
        stored = " ".join(cursor.fetchone())
    assert code.code not in stored
    assert code.code not in json.dumps(list(Message.objects.values("dedupe_key", "recipient")))


def test_second_scan_moves_the_shelf_only(counter, keeper):
    parcel, code = counter.waiting(keeper)
    again = counter.inbound(parcel, keeper, shelf="5-1", now=NOW + dt.timedelta(minutes=5))
    assert again.code == code.code
    assert fresh(parcel).shelf == "5-1"
    counter.inbound(parcel, keeper, shelf="")
    assert fresh(parcel).shelf == "5-1"
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert Message.objects.count() == 1


def test_carrier_said_ready_before_the_keeper_scanned(counter, keeper, world):
    """The carrier's 501 tells no code: the keeper's inbound still issues it and tells the recipient."""
    parcel = counter.parcel()
    counter.scan(parcel, "READY_FOR_PICKUP", hours=1, station=world.village)
    give_consent(parcel=parcel, channel="sms", actor=keeper.actor(), now=NOW)
    assert counter.inbound(parcel, keeper).code
    assert Message.objects.filter(template="parcel_arrived").count() == 1


def test_without_consent_says_what_to_do(counter, keeper):
    parcel = counter.parcel()
    with pytest.raises(ConsentNeeded) as refusal:
        counter.inbound(parcel, keeper)
    assert "登记同意" in str(refusal.value.hint)
    assert codes_of(parcel) == []
    assert not PickupCode.objects.exists()


def test_failed_attempt_needs_consent_too(counter, keeper):
    parcel = counter.parcel()
    counter.scan(parcel, "ATTEMPT_FAILED", hours=2)
    with pytest.raises(ConsentNeededAfterAttempt):
        counter.inbound(parcel, keeper)
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=NOW)
    counter.inbound(parcel, keeper)
    assert (fresh(parcel).stage, fresh(parcel).issues) == ("READY_FOR_PICKUP", [])


def test_no_phone_no_message(counter, keeper):
    _parcel, code = counter.waiting(keeper, recipient_phone="")
    assert code.code
    assert not Message.objects.exists()


def test_other_stations_parcel_is_not_found(counter, keeper_next_door, keeper, world):
    parcel = counter.parcel()
    with pytest.raises(ParcelNotFound):
        station_inbound(
            parcel=parcel, station=world.village_next_door, shelf="", actor=keeper_next_door.actor(), now=NOW
        )
    with pytest.raises(StationNotFound):
        station_inbound(parcel=parcel, station=world.village, shelf="", actor=keeper_next_door.actor(), now=NOW)
    with pytest.raises(StationNotFound):
        station_inbound(parcel=parcel, station=world.village_next_door, shelf="", actor=keeper.actor(), now=NOW)


@pytest.mark.parametrize("who", ["villager", "courier", "enterprise_admin", "county_official", "support"])
def test_only_station_staff_take_in(counter, world, request, who):
    actor = request.getfixturevalue(who).actor()
    with pytest.raises(Forbidden):
        station_inbound(parcel=counter.parcel(), station=world.village, shelf="", actor=actor, now=NOW)


def test_parcel_of_another_station_is_sent_on(counter, keeper_next_door, world):
    """It lies here by mistake (last scanned here), so the keeper sees it, but may not keep it."""
    parcel = counter.parcel()
    counter.scan(parcel, "TO_VILLAGE", hours=1, station=world.village_next_door)
    with pytest.raises(WrongStation) as refusal:
        station_inbound(
            parcel=parcel, station=world.village_next_door, shelf="", actor=keeper_next_door.actor(), now=NOW
        )
    assert world.village.name in str(refusal.value.message)


def test_states_that_refuse(counter, keeper, world):
    up = counter.parcel(destination_station="", origin_station=world.village.code, direction="UP")
    with pytest.raises(WrongDirection):
        counter.inbound(up, keeper)
    returning = counter.parcel()
    counter.scan(returning, "RETURNING", hours=1)
    with pytest.raises(ParcelReturning):
        counter.inbound(returning, keeper)
    done = counter.parcel()
    counter.scan(done, "DELIVERED", hours=1)
    with pytest.raises(ParcelClosed):
        counter.inbound(done, keeper)
    with pytest.raises(ShelfTooLong):
        counter.inbound(counter.parcel(), keeper, shelf="很" * 17)


def test_bag_is_opened_first(counter, keeper, world):
    parcel = counter.parcel()
    bag = open_bag(origin=world.township_station, destination=world.village, actor=COUNTY, now=NOW)
    add_to_bag(bag=bag, parcels=[parcel], actor=COUNTY, now=NOW)
    with pytest.raises(StillInBag) as refusal:
        counter.inbound(parcel, keeper)
    assert bag.number in str(refusal.value.message)


def test_codes_are_unique_among_the_live_ones_of_a_station(counter, world):
    """The second parcel draws the first one's digits and must go on drawing; another station may repeat them."""
    first, second, third = counter.parcel(), counter.parcel(), counter.parcel()
    issue_code(parcel=first, station=world.village, now=NOW, draw=lambda: "482913")
    drawn = iter(["482913", "482913", "705126"])
    row = issue_code(parcel=second, station=world.village, now=NOW, draw=lambda: next(drawn))
    assert row.code == "705126"
    assert issue_code(parcel=third, station=world.far_village, now=NOW, draw=lambda: "482913").code == "482913"
    with pytest.raises(NoFreeCode):
        issue_code(parcel=counter.parcel(), station=world.village, now=NOW, draw=lambda: "482913")


def test_drawn_codes_are_six_plain_digits():
    drawn = {draw_code() for _n in range(500)}
    assert all(len(c) == 6 and c.isascii() and c.isdigit() and len(set(c)) > 1 for c in drawn)
    assert len(drawn) > 490

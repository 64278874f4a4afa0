"""A carrier's number after the end of its journey: another parcel's, or the way back of the same one."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from logistics.parcels.consumers import CONSUMERS
from logistics.parcels.events import NewEvent
from logistics.parcels.lookup import open_with_digits, public_json, public_many, read_number
from logistics.parcels.models import Parcel, ParcelNumber
from logistics.parcels.services.consumers import consume
from logistics.parcels.services.parcels import ParcelDraft, create_parcels
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import file_source
from logistics.parcels.states import RowResult
from tests.custody.conftest import COUNTY, NOW, RECIPIENT_PHONE, START, fresh
from tests.custody.test_races import at_once
from tests.public.conftest import DIGITS

pytestmark = pytest.mark.django_db
OTHER_PHONE, OTHER_DIGITS = "+8613809337788", "7788"


def announce(world, number, *, now=NOW, **more):
    draft = {
        "carrier": world.carrier.code, "carrier_number": number, "destination_station": world.village.code,
        "recipient_name": "王小明", "recipient_phone": RECIPIENT_PHONE, "recipient_address": "何马村3社12号",
        "sender_name": "陈发货", "sender_phone": "+8613809331099",
    }  # fmt: skip
    (outcome,) = create_parcels(drafts=[ParcelDraft(**(draft | more))], actor=COUNTY, now=now)
    return outcome


@pytest.fixture
def delivered(counter):
    parcel = counter.parcel()
    counter.scan(parcel, "DELIVERED", hours=2)
    return parcel


def test_another_recipient_after_the_end_is_a_new_parcel(world, counter, delivered):
    number = delivered.carrier_number
    outcome = announce(world, number, recipient_phone=OTHER_PHONE, recipient_name="李新人", recipient_address="新址")
    assert (outcome.result, outcome.parcel.pk != delivered.pk) == (RowResult.ACCEPTED, True)
    kept = ParcelNumber.objects.filter(number=number).order_by("generation").values_list("parcel", "generation")
    assert list(kept) == [(outcome.parcel.pk, 0), (delivered.pk, 1)]
    (told,) = json.loads(public_json(read_number(number)))["parcels"]
    assert told["stage"] == "CREATED"  # the newest, and nothing of the one before
    assert [pk for pk, _facts in public_many([read_number(number)])[number]] == [outcome.parcel.pk]
    assert open_with_digits(read_number(number), OTHER_DIGITS, NOW).parcel_ids == (outcome.parcel.pk,)
    assert open_with_digits(read_number(number), DIGITS, NOW).parcel_ids == (delivered.pk,)
    third = Parcel.objects.get(pk=outcome.parcel.pk)
    counter.scan(third, "DELIVERED", hours=80 - 9)
    announce(world, number, recipient_phone="+8613809335566")
    assert sorted(ParcelNumber.objects.filter(number=number).values_list("generation", flat=True)) == [0, 1, 2]


def test_each_sees_their_own_on_the_page(world, client, delivered):
    number = delivered.carrier_number
    announce(world, number, recipient_phone=OTHER_PHONE, recipient_name="李新人")
    page = client.post(f"/t/{number}", {"digits": OTHER_DIGITS}, follow=True).content.decode()
    assert ("李**" in page, "王**" in page, "已签收" in page) == (True, False, False)
    page = client.post(f"/t/{number}", {"digits": DIGITS}, follow=True).content.decode()
    assert ("李**" in page, "王**" in page) == (False, True)


@pytest.mark.parametrize(
    ("days", "more", "anew"),
    [
        (0, {}, False), (400, {}, False),  # the same file again
        (1, {"recipient_name": "王*"}, False),  # masked by another system
        (40, {"recipient_name": "李新人", "recipient_phone": ""}, True),
        (1, {"recipient_phone": OTHER_PHONE}, True),
    ],
)  # fmt: skip
def test_what_is_a_repeat_and_what_is_not(world, delivered, days, more, anew):
    outcome = announce(world, delivered.carrier_number, now=NOW + dt.timedelta(days=days), **more)
    assert outcome.result == (RowResult.ACCEPTED if anew else RowResult.DUPLICATE)


def test_an_open_parcel_keeps_its_number(world, counter):
    parcel = counter.parcel()
    assert announce(world, parcel.carrier_number, recipient_phone=OTHER_PHONE).result == RowResult.DUPLICATE


def said(world, number, code, at, id):
    event = NewEvent(id=id, number=number, code=code, at=at.isoformat(), carrier=world.carrier.code)
    result = record_events(
        events=[event], source=file_source(enterprise=world.carrier, now=NOW), actor=COUNTY, now=NOW, vouched=True
    )
    assert not result.refused


def test_events_go_to_the_parcel_of_their_day(world, delivered):
    number = delivered.carrier_number
    newer = announce(world, number, recipient_phone=OTHER_PHONE).parcel
    said(world, number, "AT_COUNTY", START + dt.timedelta(hours=1), "late")
    said(world, number, "AT_COUNTY", NOW - dt.timedelta(hours=1), "new")
    assert (fresh(newer).stage, fresh(newer).county_at) == ("AT_COUNTY", NOW - dt.timedelta(hours=1))
    assert fresh(delivered).county_at == START + dt.timedelta(hours=1)


def run_consumers():
    for consumer in CONSUMERS:
        while consume(consumer, now=NOW):
            pass


@pytest.mark.race  # alone on the server: a consumer waits for the oldest transaction of the whole cluster
@pytest.mark.django_db(transaction=True)
def test_the_carriers_way_back_opens_a_linked_return(world, delivered):
    number = delivered.carrier_number
    for _time in range(2):
        said(world, number, "RETURNING", NOW - dt.timedelta(hours=2), "back")
        run_consumers()
    back = Parcel.objects.get(return_of=delivered)
    assert (back.stage, back.direction, back.carrier_number) == ("RETURNING", "UP", number)
    assert fresh(delivered).stage == "DELIVERED"
    said(world, number, "RETURNED", NOW - dt.timedelta(hours=1), "home")
    run_consumers()
    assert (fresh(back).stage, Parcel.objects.filter(return_of=delivered).count()) == ("RETURNED", 1)
    (told,) = json.loads(public_json(read_number(number)))["parcels"]
    assert told["stage"] == "RETURNED"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_announced_anew_twice_at_once(world, delivered):
    acts = [lambda: announce(world, delivered.carrier_number, recipient_phone=OTHER_PHONE) for _time in range(4)]
    results = sorted(outcome.result for outcome in at_once(*acts))
    assert results == [RowResult.ACCEPTED, *[RowResult.DUPLICATE] * 3]
    assert Parcel.objects.filter(carrier_number=delivered.carrier_number).count() == 2


def test_staff_find_the_other_one_as_far_as_they_see_it(world, keeper, delivered):
    """The keeper's own village had the number before; a station next door has it now."""
    newer = announce(
        world, delivered.carrier_number, recipient_phone=OTHER_PHONE, destination_station=world.far_village.code
    ).parcel
    again = announce_in_the_same_village(world, newer)
    page = keeper.client.get(f"/work/parcels/{delivered.waybill}/").content.decode()
    assert (newer.waybill in page, again.waybill in page) == (False, True)


def announce_in_the_same_village(world, parcel):
    Parcel.objects.filter(pk=parcel.pk).update(stage="LOST", closed_at=NOW)
    return announce(world, parcel.carrier_number, recipient_phone="+8613809334455").parcel

"""Arrival at the hub and at township stations; parcels nobody announced; parcels that belong elsewhere."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.desk.models import Scan
from logistics.desk.services.answering import answer_scan
from logistics.parcels.models import Parcel
from logistics.parcels.services.bags import open_bag
from members.access.states import Role
from tests.custody.conftest import codes_of, fresh
from tests.desk.conftest import Phone
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


def say(phone, value: str, **more):
    return answer_scan(id=phone.ids[-1], value=value, actor=phone.persona.actor(), now=phone.now, **more)


def test_arrival_at_the_hub_says_where_to(counter, hub_phone, world):
    parcel = counter.parcel()
    answer = hub_phone.scan("hub-inbound", parcel.carrier_number)
    assert (answer.result, answer.word, answer.undo) == ("ok", "水洛镇站", True)
    assert answer.facts["destination"] == "何马村站"
    assert answer.facts["lane"] == "水洛镇站"
    assert fresh(parcel).stage == "AT_COUNTY"
    assert hub_phone.scan("hub-inbound", parcel.waybill).result == "repeat"
    assert codes_of(parcel) == ["AT_COUNTY"]


def test_the_open_bag_of_the_lane_is_suggested(counter, hub_phone, sorter, world):
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=hub_phone.now)
    open_bag(origin=world.hub, destination=world.other_township_station, actor=sorter.actor(), now=hub_phone.now)
    assert hub_phone.scan("hub-inbound", counter.parcel().waybill).facts["bag"] == bag.number


def test_a_township_station_records_its_own_stage(counter, world):
    phone = Phone(make_persona(1402, "镇站员", Role.KEEPER, world.township_station), world.township_station)
    parcel = counter.parcel()
    assert phone.scan("hub-inbound", parcel.waybill).facts["lane"] == "何马村站"
    assert fresh(parcel).stage == "AT_TOWN"


def test_a_village_station_has_no_transit(counter, phone):
    assert phone.scan("hub-inbound", counter.parcel().waybill).code == "not_a_transit_station"


def test_an_unknown_number_is_registered_in_two_taps(hub_phone, world):
    asked = hub_phone.scan("hub-inbound", "999000111222")
    assert (asked.result, asked.ask["kind"]) == ("ask", "register")
    assert {"value": "zto", "label": "中通"} in asked.ask["options"]
    assert {"value": "zl-hema", "label": "何马村站"} in asked.ask["destinations"]
    without = say(hub_phone, "zto")
    assert (without.result, without.code) == ("refused", "destination_missing")
    done = say(hub_phone, "zto", destination="zl-hema")
    assert (done.result, done.word) == ("ok", "水洛镇站")
    parcel = Parcel.objects.get(carrier_number="999000111222")
    assert (parcel.stage, parcel.destination_station) == ("AT_COUNTY", world.village)
    assert say(hub_phone, "zto", destination="zl-hema") == done
    assert Parcel.objects.filter(carrier_number="999000111222").count() == 1


def test_a_station_of_another_county_is_no_destination(hub_phone):
    hub_phone.scan("hub-inbound", "999000111222")
    assert say(hub_phone, "zto", destination="jn-hub").code == "destination_missing"
    assert not Parcel.objects.exists()


def test_an_unknown_number_put_aside(hub_phone):
    hub_phone.scan("hub-inbound", "999000111222")
    assert (say(hub_phone, "aside").code, Parcel.objects.count()) == ("put_aside", 0)


def test_at_a_village_station_the_destination_is_clear(phone, world):
    phone.scan("inbound", "999000111222")
    asked = say(phone, "zto")
    assert (asked.result, asked.ask["kind"]) == ("ask", "consent")
    assert say(phone, "zto") == asked  # the answer got lost and was sent again
    assert say(phone, "in_person").result == "ok"
    assert Parcel.objects.get(carrier_number="999000111222").destination_station == world.village


def test_consent_by_two_taps(counter, phone):
    parcel = counter.parcel()
    asked = phone.scan("inbound", parcel.waybill, shelf="3-2")
    assert (asked.result, asked.ask["kind"], codes_of(parcel)) == ("ask", "consent", [])
    assert [row["value"] for row in asked.ask["options"]] == ["in_person", "phone", "standing", "refuse"]
    done = say(phone, "phone")
    assert (done.result, done.id, done.word) == ("ok", asked.id, "3-2")
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    assert fresh(parcel).shelf == "3-2"
    assert parcel.consents.get().channel == "phone"


def test_no_consent_no_inbound(counter, phone):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    answer = say(phone, "refuse")
    assert (answer.result, answer.code, codes_of(parcel)) == ("refused", "consent_refused", [])
    assert parcel.consents.get().withdrawn_at == phone.now  # kept, so that nobody asks as if for the first time
    again = phone.scan("inbound", parcel.waybill)
    assert (again.result, "送上门" in again.message) == ("ask", True)
    assert say(phone, "in_person").result == "ok"  # they changed their mind


def test_a_wrong_choice_leaves_the_question(counter, phone):
    parcel = counter.parcel()
    phone.scan("inbound", parcel.waybill)
    assert say(phone, "online").code == "bad_answer"
    assert Scan.objects.get().result == "ask"
    assert say(phone, "in_person").result == "ok"


@pytest.mark.parametrize("task", ["inbound", "stock-take"])
def test_a_parcel_of_next_door_is_asked_about_and_recorded(counter, phone, world, task):
    parcel = counter.parcel(destination_station=world.village_next_door.code)
    more = {}
    if task == "stock-take":
        from logistics.desk.services.stock import start_stock_take

        take = start_stock_take(station=world.village, actor=phone.persona.actor(), now=phone.now)
        more = {"stock_take": str(take.pk)}
    asked = phone.scan(task, parcel.waybill, **more)
    assert (asked.result, asked.ask["kind"]) == ("ask", "wrong_station")
    assert "李庄村站" in asked.message
    assert "recipient" not in asked.facts  # the parcel is none of theirs
    done = say(phone, "record")
    assert (done.result, done.undo) == ("ok", True)
    assert fresh(parcel).issues == ["WRONG_STATION"]
    assert codes_of(parcel) == ["WRONG_STATION"]


def test_a_parcel_of_next_door_left_alone(counter, phone, world):
    parcel = counter.parcel(destination_station=world.village_next_door.code)
    phone.scan("inbound", parcel.waybill)
    assert say(phone, "leave").result == "refused"
    assert codes_of(parcel) == []


def test_two_carriers_with_one_number(counter, phone, world, keeper):
    from tests.desk.conftest import agreed

    numbers = [agreed(counter, keeper, carrier=code, carrier_number="5550001112") for code in ("zto", "yto")]
    asked = phone.scan("inbound", "5550001112")
    assert asked.ask["kind"] == "which"
    assert {row["label"] for row in asked.ask["options"]} == {"中通", "圆通"}
    assert say(phone, numbers[1].waybill).number == numbers[1].waybill
    assert (codes_of(numbers[0]), codes_of(numbers[1])) == ([], ["READY_FOR_PICKUP"])


def test_only_who_scanned_may_answer(counter, phone, keeper_next_door):
    from logistics.desk.services.scans import ScanNotFound

    phone.scan("inbound", counter.parcel().waybill)
    with pytest.raises(ScanNotFound):
        answer_scan(id=phone.ids[-1], value="phone", actor=keeper_next_door.actor(), now=phone.now)


def test_a_parcel_on_its_way_back_comes_through_again(counter, hub_phone, world):
    parcel = counter.parcel()
    hub_phone.scan("hub-inbound", parcel.waybill)
    counter.scan(parcel, "RETURNING", hours=72.05, station=world.village, reason="REFUSED")
    hub_phone.now += dt.timedelta(days=1)
    assert hub_phone.scan("hub-inbound", parcel.waybill).result == "ok"
    assert hub_phone.scan("hub-inbound", parcel.waybill).result == "repeat"
    assert fresh(parcel).stage == "RETURNING"


def test_find_tells_where_it_is(counter, phone, keeper, courier, world):
    parcel, _code = counter.waiting(keeper)
    answer = phone.scan("find", parcel.waybill)
    assert (answer.word, answer.facts["shelf"], answer.facts["place"]) == ("待取件", "3-2", "何马村站")
    carrying = Phone(courier, world.township_station)
    assert carrying.scan("find", parcel.waybill).result == "refused"  # it lies at a village and was never theirs
    Parcel.objects.filter(pk=parcel.pk).update(custody_kind="person", custody_ref=courier.actor().id)
    assert carrying.scan("find", parcel.waybill).result == "ok"
    assert phone.scan("find", "999000111222").code == "unknown_number"

"""Sorting into bags, seals, and counting what comes out."""

from __future__ import annotations

import uuid

import pytest

from logistics.parcels.models import Bag
from tests.custody.conftest import codes_of, fresh
from tests.desk.conftest import Phone, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def town_phone(town, world):
    return Phone(town, world.township_station, live=True)


@pytest.fixture
def hub_phone(sorter, world):
    return Phone(sorter, world.hub, live=True)


def new_bag(sorter, world, to="zl-shuiluo") -> str:
    status, body = post(sorter.client, "scan/bags/", station=world.hub.code, destination=to)
    assert status == 200, body
    return body["bag"]["number"]


def sealed(sorter, hub_phone, counter, world, pieces=3, seal="FQ00001"):
    number = new_bag(sorter, world)
    parcels = [counter.parcel() for _n in range(pieces)]
    for parcel in parcels:
        assert hub_phone.scan("sort", parcel.waybill, bag=number).result == "ok"
    assert post(sorter.client, f"scan/bags/{number}/seal/", seal=seal)[0] == 200
    return number, parcels


def test_sorting_counts_and_repeats(counter, sorter, hub_phone, world):
    number, parcel = new_bag(sorter, world), counter.parcel()
    answer = hub_phone.scan("sort", parcel.waybill, bag=number)
    assert (answer.result, answer.word, answer.counts) == ("ok", "水洛镇站", {"expected": None, "scanned": 1})
    again = hub_phone.scan("sort", parcel.waybill, bag=number)
    assert (again.result, again.counts["scanned"]) == ("repeat", 1)
    listed = sorter.client.get(f"/work/scan/bags/?station={world.hub.code}").json()
    assert [bag["number"] for bag in listed["bags"]] == [number]
    assert {"code": "zl-nanhu", "name": "南湖镇站"} in listed["lanes"]
    inside = sorter.client.get(f"/work/scan/bags/{number}/").json()
    assert [row["number"] for row in inside["numbers"]] == [parcel.waybill]


def test_a_bags_tag_changes_the_bag(sorter, hub_phone, world):
    number = new_bag(sorter, world)
    answer = hub_phone.scan("sort", f"]C1{number.lower()}")
    assert (answer.result, answer.code, answer.facts["bag"]) == ("ok", "bag", number)


def test_a_wrong_bag_names_the_right_one(counter, sorter, hub_phone, world):
    wrong, right, parcel = new_bag(sorter, world, "zl-nanhu"), new_bag(sorter, world), counter.parcel()
    answer = hub_phone.scan("sort", parcel.waybill, bag=wrong)
    assert (answer.result, answer.code, answer.facts["bag"]) == ("refused", "wrong_bag", right)
    assert right in answer.hint
    assert hub_phone.scan("sort", parcel.waybill, bag=right).result == "ok"
    assert hub_phone.scan("sort", parcel.waybill, bag=new_bag(sorter, world)).code == "in_other_bag"


def test_a_bag_must_be_chosen_and_be_of_here(counter, sorter, hub_phone, town_phone, world):
    parcel, number = counter.parcel(), new_bag(sorter, world)
    assert hub_phone.scan("sort", parcel.waybill).code == "bag_missing"
    assert hub_phone.scan("sort", parcel.waybill, bag="DB00000000").code == "bag_unknown"
    assert town_phone.scan("sort", parcel.waybill, bag=number).code == "bag_not_here"


def test_a_seal_number_used_twice(counter, sorter, hub_phone, world):
    sealed(sorter, hub_phone, counter, world, 1)
    second = new_bag(sorter, world)
    hub_phone.scan("sort", counter.parcel().waybill, bag=second)
    status, body = post(sorter.client, f"scan/bags/{second}/seal/", seal=" fq00001\r")
    assert (status, body["error"]["code"]) == (409, "seal_used")
    assert Bag.objects.get(number=second).state == "open"


def test_sealing_again_with_the_same_seal_is_the_same_act(counter, sorter, hub_phone, world):
    number, (parcel,) = sealed(sorter, hub_phone, counter, world, 1)
    assert post(sorter.client, f"scan/bags/{number}/seal/", seal="FQ00001")[0] == 200
    assert codes_of(parcel) == ["BAGGED"]
    assert post(sorter.client, f"scan/bags/{number}/seal/", seal="FQ00002")[0] == 409


def test_a_scanned_seal_is_no_parcel(counter, sorter, hub_phone, world):
    sealed(sorter, hub_phone, counter, world, 1)
    assert hub_phone.scan("find", "FQ00001").code == "is_seal"


def test_counting_what_comes_out(counter, sorter, hub_phone, town, town_phone, world):
    number, (first, second, third) = sealed(sorter, hub_phone, counter, world)
    stray = counter.parcel()
    assert town_phone.scan("open-bag", number).counts == {"expected": 3, "scanned": 0}
    assert town_phone.scan("open-bag", first.waybill, bag=number).counts == {"expected": 3, "scanned": 1}
    again = town_phone.scan("open-bag", first.carrier_number, bag=number)
    assert (again.result, again.counts) == ("repeat", {"expected": 3, "scanned": 1})
    assert town_phone.scan("open-bag", second.waybill, bag=number).counts["scanned"] == 2
    assert town_phone.scan("open-bag", stray.waybill, bag=number).code == "extra"
    found = [first.waybill, second.carrier_number, stray.waybill]
    body = {"station": world.township_station.code, "seal_intact": True, "found": found}
    status, told = post(town.client, f"scan/bags/{number}/open/", **body)
    assert status == 200
    assert [row["number"] for row in told["missing"]] == [third.waybill]
    assert [row["number"] for row in told["extra"]] == [stray.waybill]
    assert fresh(third).issues == ["COUNT_MISMATCH"]
    assert post(town.client, f"scan/bags/{number}/open/", **body)[1]["error"]["code"] == "bag_already_opened"


def test_a_bag_for_elsewhere_stays_shut(counter, sorter, hub_phone, world):
    number, _parcels = sealed(sorter, hub_phone, counter, world, 1)
    answer = hub_phone.scan("open-bag", number)
    assert (answer.result, answer.code) == ("refused", "bag_not_here")
    assert "水洛镇站" in answer.message


def test_taking_out_again(counter, sorter, hub_phone, world):
    number, parcel = new_bag(sorter, world), counter.parcel()
    hub_phone.scan("sort", parcel.waybill, bag=number)
    status, body = post(sorter.client, f"scan/bags/{number}/remove/", number=parcel.carrier_number)
    assert (status, body["bag"]["count"]) == (200, 0)
    assert post(sorter.client, f"scan/bags/{number}/remove/", number=parcel.waybill)[0] == 409
    assert post(sorter.client, f"scan/bags/{number}/remove/", number="999000111222")[0] == 400


def test_bags_of_others_are_not_found(counter, sorter, hub_phone, keeper_next_door, world):
    number, _parcels = sealed(sorter, hub_phone, counter, world, 1)
    assert keeper_next_door.client.get(f"/work/scan/bags/{number}/").status_code == 404
    assert post(keeper_next_door.client, f"scan/bags/{number}/seal/", seal="X1234")[0] == 404


def test_a_bag_leaves_with_its_contents(counter, sorter, hub_phone, town, town_phone, world):
    """Sealed, offered, taken over by its tag, and on the road."""
    number, parcels = sealed(sorter, hub_phone, counter, world)
    assert hub_phone.scan("hand-over", number).facts["pieces"] == 3
    offer = {"id": str(uuid.uuid4()), "station": world.hub.code, "to": {"kind": "station", "ref": "zl-shuiluo"},
             "numbers": [number]}  # fmt: skip
    status, body = post(sorter.client, "scan/handovers/", **offer)
    assert (status, body["handover"]["expected"]) == (200, 3)
    handover = body["handover"]["id"]
    blocked = post(sorter.client, "scan/depart/", station=world.hub.code, numbers=[number])
    assert (blocked[0], blocked[1]["error"]["code"]) == (409, "open_handover")
    assert town_phone.scan("take-over", number, handover=handover).counts == {"expected": 3, "scanned": 3}
    assert town_phone.scan("take-over", number, handover=handover).result == "repeat"
    status, body = post(town.client, f"scan/handovers/{handover}/take/", numbers=[number])
    assert (body["handover"]["state"], body["missing"]) == ("confirmed", [])
    assert {fresh(p).custody_ref for p in parcels} == {"zl-shuiluo"}
    status, body = post(sorter.client, "scan/depart/", station=world.hub.code, numbers=[number])
    assert (status, body["error"]["code"]) == (409, "not_in_custody")  # the town has said that it has them
    assert {fresh(p).stage for p in parcels} == {"AT_TOWN"}


def test_the_seal_is_compared_when_a_bag_is_opened(counter, sorter, hub_phone, town_phone, world):
    number, parcels = sealed(sorter, hub_phone, counter, world, seal="F998811")
    agrees = town_phone.scan("open-bag", "f998811", bag=number)
    assert (agrees.result, agrees.code, agrees.word) == ("ok", "seal", "封签相符")
    sealed(sorter, hub_phone, counter, world, seal="F998812")
    other = town_phone.scan("open-bag", "F998812", bag=number)
    assert (other.result, other.code) == ("ask", "seal_differs")
    assert "F998811" in other.message
    unknown = town_phone.scan("open-bag", "F998899", bag=number)
    assert (unknown.result, unknown.code) == ("refused", "unknown_number")
    assert "F998811" in unknown.hint
    inside = town_phone.scan("open-bag", parcels[0].waybill, bag=number)
    assert (inside.result, inside.counts["scanned"]) == ("ok", 1)  # seals are no parcels

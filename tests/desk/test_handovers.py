"""Lists to hand over and to take over, with counts, disputes, and answers that got lost."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from logistics.parcels.models import Handover
from logistics.parcels.services.carry import make_badge
from tests.custody.conftest import fresh
from tests.desk.conftest import Phone, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def town_phone(town, world):
    return Phone(town, world.township_station, live=True)


@pytest.fixture
def hub_phone(sorter, world):
    return Phone(sorter, world.hub, live=True)


def offer(sorter, world, numbers, *, id=None, to=None):
    body = {"id": id or str(uuid.uuid4()), "station": world.hub.code, "numbers": numbers,
            "to": to or {"kind": "station", "ref": "zl-shuiluo"}}  # fmt: skip
    return post(sorter.client, "scan/handovers/", **body)


def test_counts_while_taking_over(counter, sorter, town, town_phone, world):
    first, second, stray = counter.parcel(), counter.parcel(), counter.parcel()
    _status, body = offer(sorter, world, [first.waybill, second.carrier_number])
    handover = body["handover"]["id"]
    chosen = town_phone.scan("take-over", body["handover"]["qr"])
    assert (chosen.code, chosen.facts["handover"], chosen.counts) == (
        "handover", handover, {"expected": 2, "scanned": 0},
    )  # fmt: skip
    assert town_phone.scan("take-over", first.waybill, handover=handover).counts == {"expected": 2, "scanned": 1}
    assert town_phone.scan("take-over", first.waybill, handover=handover).result == "repeat"
    assert town_phone.scan("take-over", stray.waybill, handover=handover).code == "extra"
    listed = town.client.get(f"/work/scan/handovers/{handover}/").json()["numbers"]
    assert {row["number"] for row in listed} == {first.waybill, second.waybill}


def test_counts_that_differ_are_disputed(counter, sorter, town, world):
    first, second, stray = counter.parcel(), counter.parcel(), counter.parcel()
    handover = offer(sorter, world, [first.waybill, second.waybill])[1]["handover"]["id"]
    answer = {"numbers": [first.waybill, stray.waybill], "dispute": "少一件\x00"}
    status, body = post(town.client, f"scan/handovers/{handover}/take/", **answer)
    assert (status, body["handover"]["state"]) == (200, "disputed")
    assert [row["number"] for row in body["missing"]] == [second.waybill]
    assert [row["number"] for row in body["extra"]] == [stray.waybill]
    assert fresh(second).issues == ["COUNT_MISMATCH"]
    assert Handover.objects.get().dispute == "少一件"
    # the answer got lost on the way to the phone: sent again it reads the same
    assert post(town.client, f"scan/handovers/{handover}/take/", **answer)[1] == body


def test_an_offer_sent_twice_is_one_offer(counter, sorter, world):
    number, sent = counter.parcel().waybill, str(uuid.uuid4())
    first, again = offer(sorter, world, [number], id=sent), offer(sorter, world, [number], id=sent)
    assert first == again
    assert Handover.objects.count() == 1
    assert offer(sorter, world, [number])[1]["error"]["code"] == "in_open_handover"


def test_what_may_not_be_handed_over(counter, sorter, hub_phone, town, town_phone, keeper, world):
    parcel = counter.parcel()
    handover = offer(sorter, world, [parcel.waybill])[1]["handover"]["id"]
    assert hub_phone.scan("hand-over", parcel.waybill).code == "in_open_handover"
    assert town_phone.scan("take-over", parcel.waybill).code == "handover_missing"
    assert post(town.client, f"scan/handovers/{handover}/take/", numbers=[parcel.waybill])[0] == 200
    assert hub_phone.scan("hand-over", parcel.waybill).code == "not_in_custody"
    assert town_phone.scan("take-over", parcel.waybill, handover=handover).code == "handover_answered"
    assert town_phone.scan("hand-over", parcel.waybill).result == "ok"
    assert town_phone.scan("hand-over", parcel.waybill).result == "repeat"


def test_an_offer_taken_back(counter, sorter, hub_phone, world):
    parcel = counter.parcel()
    hub_phone.scan("hand-over", parcel.waybill)
    handover = offer(sorter, world, [parcel.waybill])[1]["handover"]["id"]
    for _time in range(2):
        status, body = post(sorter.client, f"scan/handovers/{handover}/withdraw/")
        assert (status, body["handover"]["state"]) == (200, "withdrawn")


def test_to_a_driver_by_badge(counter, sorter, hub_phone, courier, world):
    parcel = counter.parcel()
    badge = f"http://localhost:8000/work/me/{make_badge(actor=courier.actor(), now=timezone.now())}"
    assert hub_phone.scan("hand-over", badge).code == "badge"
    handover = offer(sorter, world, [parcel.waybill], to={"kind": "badge", "ref": badge})[1]["handover"]
    assert handover["to"] == {"kind": "person", "ref": f"user:{courier.user.pk}"}
    status, _body = post(courier.client, f"scan/handovers/{handover['id']}/take/", numbers=[parcel.waybill])
    assert status == 200
    # what a person carries they hand over in their own name
    onward = post(
        courier.client, "scan/handovers/", id=str(uuid.uuid4()), station=world.township_station.code,
        to={"kind": "station", "ref": "zl-hema"}, numbers=[parcel.waybill],
    )  # fmt: skip
    assert onward[1]["handover"]["from"] == {"kind": "person", "ref": f"user:{courier.user.pk}"}


def test_strangers_and_strange_takers(counter, sorter, keeper_next_door, world):
    parcel = counter.parcel()
    handover = offer(sorter, world, [parcel.waybill])[1]["handover"]["id"]
    assert keeper_next_door.client.get(f"/work/scan/handovers/{handover}/").status_code == 404
    assert post(keeper_next_door.client, f"scan/handovers/{handover}/take/", numbers=[])[0] == 404
    for to in ({"kind": "station", "ref": "nowhere"}, {"kind": "person", "ref": "user:1"}, {"kind": "x", "ref": ""}):
        assert offer(sorter, world, [counter.parcel().waybill], to=to)[1]["error"]["code"] == "taker_unknown"
    assert offer(sorter, world, ["999000111222"])[1]["error"]["code"] == "numbers_unknown"
    assert offer(sorter, world, [])[1]["error"]["code"] == "handover_empty"
    assert offer(sorter, world, ["7"] * 1001)[1]["error"]["code"] == "too_many_numbers"


def test_open_handovers_of_the_station(counter, sorter, town, world):
    handover = offer(sorter, world, [counter.parcel().waybill])[1]["handover"]["id"]
    for who, station in ((sorter, "zl-hub"), (town, "zl-shuiluo")):
        listed = who.client.get(f"/work/scan/handovers/?station={station}").json()["handovers"]
        assert [row["id"] for row in listed] == [handover]

"""Without a script: bags are opened, sealed and counted, goods offered and taken over, shelves counted, by forms."""

from __future__ import annotations

import re
import uuid

import pytest

from logistics.desk.models import StockTake
from logistics.parcels.models import Bag, Handover
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from tests.custody.conftest import NOW, fresh

pytestmark = pytest.mark.django_db


def act(who, task: str, name: str, *, follow: bool = True, **form):
    return who.client.post(f"/work/{task}/", {"id": str(uuid.uuid4()), "act": name, **form}, follow=follow)


def noscript(page) -> str:
    return "".join(re.findall(r"<noscript>(.*?)</noscript>", page.content.decode(), re.S))


def said(page) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def test_a_bag_is_opened_filled_and_sealed(counter, sorter, world):
    shown = noscript(sorter.client.get("/work/sort/"))
    assert all(f'value="{name}"' in shown for name in ("new_bag", "seal"))
    page = act(sorter, "sort", "new_bag", lane=world.township_station.code)
    bag = Bag.objects.get()
    assert f'value="{bag.number}"' in noscript(page)  # the next scans go into it
    parcel = counter.parcel()
    sorter.client.post("/work/sort/", {"id": str(uuid.uuid4()), "number": parcel.waybill, "bag": bag.number})
    assert bag.items.get().parcel == parcel
    page = act(sorter, "sort", "seal", bag=bag.number, seal="FQ10001")
    bag.refresh_from_db()
    assert (bag.state, bag.seal_number) == ("sealed", "FQ10001")
    again = act(sorter, "sort", "seal", bag=bag.number, seal="FQ10002")
    assert again.context["answer"].code == "bag_not_open"
    assert "FQ10002" in noscript(again)  # what was typed is still there


def test_a_bag_is_counted_where_it_is_bound_for(counter, sorter, town, world):
    bag = open_bag(origin=world.hub, destination=world.township_station, actor=sorter.actor(), now=NOW)
    parcels = [counter.parcel(), counter.parcel()]
    add_to_bag(bag=bag, parcels=parcels, actor=sorter.actor(), now=NOW)
    seal_bag(bag=bag, seal_number="FQ1001", actor=sorter.actor(), now=NOW)
    page = act(town, "open-bag", "open_broken", bag=bag.number, numbers=f"{parcels[0].waybill}\nXN999")
    assert page.context["answer"].code == "numbers_unknown"
    assert "XN999" in page.context["answer"].message
    assert parcels[0].waybill in noscript(page)
    page = act(town, "open-bag", "open_broken", bag=bag.number, numbers=parcels[0].waybill)
    assert parcels[1].printed_number in said(page)
    bag.refresh_from_db()
    assert (bag.state, bag.seal_intact) == ("opened", False)
    assert "COUNT_MISMATCH" in fresh(parcels[1]).issues


def test_goods_are_offered_and_taken_over(counter, keeper, town, world):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_TOWN", hours=1, station=world.township_station)
    shown = noscript(town.client.get("/work/hand-over/"))
    assert f'value="station:{world.village.code}"' in shown
    key = str(uuid.uuid4())
    form = {"id": key, "act": "offer", "numbers": parcel.waybill, "taker": f"station:{world.village.code}"}
    nobody = town.client.post("/work/hand-over/", form | {"taker": ""})
    assert nobody.context["answer"].code == "taker_unknown"
    assert parcel.waybill in noscript(nobody)
    first, again = (town.client.post("/work/hand-over/", form) for _tap in range(2))
    handover = Handover.objects.get()
    assert first["Location"] == again["Location"] == f"/work/handovers/{handover.pk}/"
    assert first["Location"] in noscript(keeper.client.get("/work/take-over/"))
    scanned = keeper.client.post("/work/take-over/", {"number": f"http://testserver{first['Location']}"})
    assert scanned["Location"] == first["Location"]
    keeper.client.post(f"{first['Location']}take/", {"all": "1"})
    handover.refresh_from_db()
    assert handover.state == "confirmed"


def test_a_vehicle_leaves(counter, town, world):
    parcel = counter.parcel()
    counter.scan(parcel, "AT_TOWN", hours=1, station=world.township_station)
    page = act(town, "hand-over", "depart", numbers=parcel.waybill)
    assert "发往村站" in said(page)
    assert fresh(parcel).stage == "TO_VILLAGE"


def test_a_shelf_is_counted_to_its_end(counter, keeper):
    (here, _a), (missing, _b) = counter.waiting(keeper), counter.waiting(keeper)
    page = act(keeper, "stock-take", "begin")
    take = StockTake.objects.get()
    form = {"stock_take": str(take.pk)}
    assert str(take.pk) in noscript(page)
    scan = {"id": str(uuid.uuid4()), "number": here.waybill, **form}
    assert keeper.client.post("/work/stock-take/", scan).context["answer"].counts == {"expected": 2, "scanned": 1}
    page = act(keeper, "stock-take", "look", **form)
    assert missing.printed_number in said(page)
    assert fresh(missing).issues == []
    assert 'value="confirm"' in noscript(page)
    act(keeper, "stock-take", "confirm", **form)
    take.refresh_from_db()
    assert take.state == "done"
    assert fresh(missing).issues == ["COUNT_MISMATCH"]


def test_a_count_is_given_up(counter, keeper):
    counter.waiting(keeper)
    act(keeper, "stock-take", "begin")
    act(keeper, "stock-take", "drop", stock_take=str(StockTake.objects.get().pk))
    assert StockTake.objects.get().state == "dropped"


@pytest.mark.parametrize(
    "form", [{"act": "offer"}, {"act": "begin"}, {"act": "seal"}, {"act": "nothing"}, {"stock_take": "x"}]
)
def test_an_act_of_another_task_is_no_act(counter, keeper, form):
    """A forged form is a refusal of a scan like any other."""
    page = keeper.client.post("/work/inbound/", {"id": str(uuid.uuid4()), **form})
    assert page.context["answer"].result == "refused"


def test_a_stranger_counts_nothing(counter, keeper, keeper_next_door):
    counter.waiting(keeper)
    act(keeper, "stock-take", "begin")
    page = act(keeper_next_door, "stock-take", "confirm", stock_take=str(StockTake.objects.get().pk))
    assert page.context["answer"].code == "stock_take_unknown"
    assert StockTake.objects.get().state == "open"

"""What a barcode costs the server: statements, and hashes of the work PIN. Each is a limit that a change may lower.

Savepoints count, and so does the session, which is a row (docs/decisions/redis-away.md). An inbound whose recipient has
no message open takes two statements less.
"""

from __future__ import annotations

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.desk.services import lists
from members.accounts.services import pins, set_work_pin
from tests.custody.conftest import NOW
from tests.desk.conftest import agreed, post

pytestmark = pytest.mark.django_db
PIN = "719402"


def cost(client, path: str, **body) -> int:
    """Statements of the second such request: the first one may make a source of events, or fill a cache."""
    with CaptureQueriesContext(connection) as queries:
        status, answer = post(client, path, id=str(uuid.uuid4()), **body)
    assert (status, answer["result"]) in ((200, "ok"), (200, "ask")), answer
    return len(queries)


@pytest.mark.parametrize(
    ("task", "most"), [("inbound", 26), ("give-out", 14), ("hub-inbound", 18), ("sort", 21), ("find", 11)]
)
def test_statements_of_one_scan(counter, keeper, sorter, world, task, most):
    def one() -> int:
        if task == "inbound":
            return cost(keeper.client, "scan/inbound/", number=agreed(counter, keeper).waybill, shelf="3-2", **village)
        if task == "give-out":
            return cost(keeper.client, "scan/give-out/", number=counter.waiting(keeper)[0].waybill, **village)
        return cost(sorter.client, f"scan/{task}/", number=counter.parcel().waybill, bag=bag.number, station="zl-hub")

    village = {"station": world.village.code}
    bag = lists.new_bag(station=world.hub, destination=world.township_station.code, actor=sorter.actor(), now=NOW)
    one()
    assert one() <= most


def test_statements_of_giving_out(counter, keeper, world):
    def one() -> int:
        parcel, code = counter.waiting(keeper)
        path = f"scan/give-out/{parcel.waybill}/"
        return cost(keeper.client, path, station=world.village.code, method="code", code=code.code)

    one()
    assert one() <= 24


def test_the_pin_is_hashed_once_for_several_parcels(counter, keeper, world, monkeypatch):
    set_work_pin(actor=keeper.actor(), pin=PIN, now=NOW)
    first, *others = [counter.waiting(keeper)[0] for _n in range(3)]
    hashed, real = [], pins.check_password
    monkeypatch.setattr(pins, "check_password", lambda *given: hashed.append(1) or real(*given))
    body = {"station": world.village.code, "method": "identity", "also": [parcel.waybill for parcel in others]}
    path = f"scan/give-out/{first.waybill}/"
    assert post(keeper.client, path, pin="000000", **body)[1]["code"] == "pin_wrong"
    answer = post(keeper.client, path, pin=PIN, **body)[1]
    assert [row["result"] for row in answer["facts"]["also"]] == ["ok", "ok"]
    assert len(hashed) == 2  # once wrong, once right
    assert json.dumps(answer).count(PIN) == 0

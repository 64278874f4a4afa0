"""One scan and its answer."""

from __future__ import annotations

import uuid

import pytest

from tests.custody.conftest import codes_of
from tests.desk.conftest import agreed, post

pytestmark = pytest.mark.django_db


def test_inbound_by_the_page(counter, keeper, world):
    parcel = agreed(counter, keeper)
    number = str(uuid.uuid4())
    body = {"id": number, "number": parcel.carrier_number, "station": world.village.code, "shelf": "3-2",
            "at": "2026-11-20T12:00:00+08:00"}  # fmt: skip
    status, answer = post(keeper.client, "scan/inbound/", **body)
    assert (status, answer["result"], answer["word"], answer["number"]) == (200, "ok", "3-2", parcel.waybill)
    assert answer["facts"]["recipient"] == "王**"
    assert post(keeper.client, "scan/inbound/", **body) == (200, answer)
    assert codes_of(parcel) == ["READY_FOR_PICKUP"]
    status, again = post(keeper.client, "scan/inbound/", **body | {"id": str(uuid.uuid4())})
    assert (status, again["result"]) == (200, "repeat")

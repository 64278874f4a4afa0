"""A carrier's driver counts and takes over on their own phone what a station offers to the carrier."""

from __future__ import annotations

import uuid

import pytest

from logistics.parcels.models import Handover
from tests.custody.conftest import Counter, codes_of, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(world) -> Counter:
    return Counter(world)


def offer(who, station, carrier, *parcels) -> Handover:
    body = {"id": str(uuid.uuid4()), "act": "offer", "numbers": "\n".join(p.waybill for p in parcels)}
    answer = who.client.post("/work/hand-over/", body | {"taker": f"carrier:{carrier.code}"})
    assert answer.status_code == 302, answer.context["answer"]
    return Handover.objects.get()


def test_the_enterprise_takes_what_is_offered_to_it(counter, keeper, enterprise_admin, world):
    parcel = counter.parcel()
    counter.scan(parcel, "READY_FOR_PICKUP", hours=1, station=world.village)
    handover = offer(keeper, world.village, world.carrier, parcel)
    page = f"/work/handovers/{handover.pk}/"
    assert "/work/handovers/" in enterprise_admin.client.get("/work/").content.decode()
    assert page in enterprise_admin.client.get("/work/handovers/").content.decode()
    assert "确认接收" in enterprise_admin.client.get(page).content.decode()
    assert enterprise_admin.client.post(f"{page}take/", {"all": "1"}).status_code == 302
    handover.refresh_from_db()
    assert handover.state == "confirmed"
    assert (fresh(parcel).custody_kind, fresh(parcel).custody_ref) == ("carrier", world.carrier.code)


def test_another_enterprise_neither_sees_nor_takes_it(counter, keeper, enterprise_admin, world):
    parcel = counter.parcel(carrier=world.other_carrier.code)
    handover = offer(keeper, world.village, world.other_carrier, parcel)
    page = f"/work/handovers/{handover.pk}/"
    assert enterprise_admin.client.get(page).status_code == 404
    assert enterprise_admin.client.post(f"{page}take/", {"all": "1"}).status_code == 404
    assert fresh(parcel).custody_kind == ""


def test_what_goes_out_is_told_to_be_with_the_carrier(counter, keeper, enterprise_admin, world):
    parcel = counter.parcel(direction="UP", destination_station="", origin_station=world.village.code)
    counter.scan(parcel, "COLLECTED", hours=1, station=world.village)
    handover = offer(keeper, world.village, world.carrier, parcel)
    enterprise_admin.client.post(f"/work/handovers/{handover.pk}/take/", {"all": "1"})
    assert codes_of(parcel)[-2:] == ["CUSTODY", "HANDED_TO_CARRIER"]
    assert fresh(parcel).stage == "HANDED_TO_CARRIER"

"""Announcing parcels through the REST API."""

import pytest
from django.utils import timezone

from logistics.parcels.models import Parcel, ParcelContact

PATH = "/api/v1/parcels/"
pytestmark = pytest.mark.django_db


def draft(number="773000000001", **more):
    return {"carrier": "zto", "carrier_number": number, "destination": "620825100208", "recipient_name": "王小明",
            "recipient_phone": "138 9330 0001"} | more  # fmt: skip


def results(response):
    return [(row["result"], row.get("code", "")) for row in response.json()["rows"]]


def test_each_row_has_its_own_outcome(carrier_system, post):
    rows = [
        draft(),
        draft(),
        draft("773000000002", destination="999999999999"),
        {"pieces": "many"},
        5,
        draft(" 7730 0000 0003 "),
    ]
    response = post(carrier_system.client, PATH, {"parcels": rows})
    assert response.status_code == 200
    assert [r[0] for r in results(response)] == ["accepted", "duplicate", "refused", "refused", "refused", "accepted"]
    assert [r["index"] for r in response.json()["rows"]] == list(range(6))
    assert all(row["message"] and row["hint"] for row in response.json()["rows"] if row["result"] == "refused")
    assert response.json()["rows"][1]["waybill"] == response.json()["rows"][0]["waybill"]
    assert set(Parcel.objects.values_list("carrier_number", flat=True)) == {"773000000001", "773000000003"}
    assert set(ParcelContact.objects.values_list("phone", flat=True)) == {"+8613893300001"}


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"destination": 620825100208}, "malformed", "destination"),
        ({"carrier_number": None}, "malformed", "carrier_number"),
        ({"recipient_name": "x\x00y"}, "malformed", "recipient_name"),
        ({"destination": "999999999999"}, "bad_destination", "destination"),
    ],
)
def test_a_refused_row_names_its_field(carrier_system, post, wrong, code, field):
    (row,) = post(carrier_system.client, PATH, {"parcels": [draft() | wrong]}).json()["rows"]
    assert (row["code"], row["field"]) == (code, field)


def test_another_carriers_parcels_are_out_of_scope(carrier_system, post):
    assert results(post(carrier_system.client, PATH, {"parcels": [draft(carrier="yto")]})) == [
        ("refused", "out_of_scope")
    ]


@pytest.mark.parametrize("field", ["carrier_number", "destination", "recipient_name", "carrier", "destination_station"])
def test_zero_bytes_and_tricks_spoil_only_their_row(carrier_system, post, field):
    for trick in ("x\x00y", "<script>", "' OR 1=1 --"):
        response = post(carrier_system.client, PATH, {"parcels": [draft("773000000009") | {field: trick}, draft()]})
        assert response.status_code == 200
        assert results(response)[1][0] in ("accepted", "duplicate")


def test_whole_body_problems(carrier_system, post):
    assert post(carrier_system.client, PATH, {"parcels": []}).json()["error"]["code"] == "empty_batch"
    assert post(carrier_system.client, PATH, {}).json()["error"]["code"] == "bad_structure"
    response = post(carrier_system.client, PATH, {"parcels": [{}] * 1001})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_many_parcels")


def test_who_may_announce(scanner, villager, anonymous, carrier_system, post):
    assert post(scanner.client, PATH, {"parcels": [draft()]}).status_code == 403
    assert post(villager.client, PATH, {"parcels": [draft()]}).status_code == 403
    assert post(anonymous.client, PATH, {"parcels": [draft()]}).status_code == 401
    carrier_system.device.__class__.objects.update(revoked_at=timezone.now())
    assert post(carrier_system.client, PATH, {"parcels": [draft()]}).status_code == 401
    assert Parcel.objects.count() == 0

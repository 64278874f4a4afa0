"""Parcels of the small county, ready to be told about."""

import json

import pytest

from logistics.parcels.services.parcels import ParcelDraft, create_parcels
from portal.core.actor import system_actor
from portal.core.clock import now


@pytest.fixture
def make_parcels(world):
    """Registers parcels for 何马村站 under the given carrier numbers."""

    def make(*numbers, carrier=None, **more):
        drafts = [
            ParcelDraft(
                carrier=(carrier or world.carrier).code,
                carrier_number=number,
                destination=world.village_division.code,
                destination_station=world.village.code,
                recipient_name="王小明",
                recipient_phone="13893300001",
                **more,
            )
            for number in numbers
        ]
        outcomes = create_parcels(drafts=drafts, actor=system_actor("tests"), now=now())
        assert [o.error for o in outcomes] == [None] * len(numbers)
        return [o.parcel for o in outcomes]

    return make


@pytest.fixture
def parcel(make_parcels):
    return make_parcels("773000000001")[0]


@pytest.fixture
def post():
    """Posts JSON as a program does."""

    def send(client, path, body, **extra):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return client.post(path, data, content_type="application/json", **extra)

    return send

"""The lookup as programs and developers find it described."""

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

pytestmark = pytest.mark.django_db


@pytest.fixture
def lookup(client):
    schema = json.loads(client.get("/api/schema/", headers={"Accept": "application/json"}).content)
    validate(schema)
    return schema["paths"]["/api/v1/track/{number}"]


def answer(operation, status):
    return Draft202012Validator(operation["responses"][status]["content"]["application/json"]["schema"])


def test_the_lookup_answers_as_described(visitor, desk, lookup):
    number = desk.waiting().waybill
    told = visitor.get(f"/api/v1/track/{number}")
    answer(lookup["get"], "200").validate(told.json())
    assert told.json()["parcels"][0]["events"]
    opened = visitor.post(f"/api/v1/track/{number}", {"digits": "1001"}, content_type="application/json")
    answer(lookup["post"], "200").validate(opened.json())
    assert opened.json()["parcels"][0]["recipient"]


def test_every_field_that_is_told_is_described(visitor, desk, lookup):
    number = desk.waiting().waybill
    opened = visitor.post(f"/api/v1/track/{number}", {"digits": "1001"}, content_type="application/json").json()
    parcel = lookup["post"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["parcels"]
    assert set(opened["parcels"][0]) <= set(parcel["items"]["properties"])
    assert set(opened["parcels"][0]["events"][0]) <= set(parcel["items"]["properties"]["events"]["items"]["properties"])


def test_its_errors_are_as_described(visitor, lookup):
    answer(lookup["get"], "400").validate(visitor.get("/api/v1/track/a").json())
    answer(lookup["get"], "404").validate(visitor.get("/api/v1/track/773000000009").json())


def test_the_page_for_people_names_every_operation_and_field(visitor):
    schema = json.loads(visitor.get("/api/schema/", headers={"Accept": "application/json"}).content)
    page = visitor.get("/api/docs/").content.decode()
    for path, operations in schema["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
    for field in ("events[].number", "parcels[].station.name", "sent_at"):
        assert f"<code>{field}</code>" in page
    assert "https://" not in page
    assert "<script src" not in page

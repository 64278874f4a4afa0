"""The description of the API: valid OpenAPI 3.1, complete, and true."""

import json

import pytest
from django.urls import get_resolver
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from portal.core.routes import iter_routes

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client):
    response = client.get("/api/schema/", headers={"Accept": "application/json"})
    assert response.status_code == 200
    return json.loads(response.content)


def test_it_is_valid_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1")
    validate(schema)


def test_every_rest_view_is_described(schema):
    described = {path.strip("/").replace("{", "<").replace("}", ">") for path in schema["paths"]}
    assert {"api/v1/events", "api/v1/parcels", "api/v1/refused", "api/v1/imports"} <= described


def body_of(schema, path):
    return schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]


def test_a_batch_that_fits_the_description_is_taken(schema, scanner, post):
    batch = {"events": [{"number": "773000000001", "code": "AT_TOWN", "at": "2026-05-01T12:30:00+08:00", "id": "1"}]}
    Draft202012Validator(body_of(schema, "/api/v1/events/")).validate(batch)
    answer = post(scanner.client, "/api/v1/events/", batch)
    good = schema["paths"]["/api/v1/events/"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(good).validate(answer.json())


def test_an_announcement_that_fits_the_description_is_taken(schema, carrier_system, post):
    batch = {"parcels": [{"carrier": "zto", "carrier_number": "773000000001", "destination": "620825100208"}]}
    Draft202012Validator(body_of(schema, "/api/v1/parcels/")).validate(batch)
    answer = post(carrier_system.client, "/api/v1/parcels/", batch)
    good = schema["paths"]["/api/v1/parcels/"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(good).validate(answer.json())
    assert answer.json()["rows"][0]["waybill"]


def test_errors_fit_the_description(schema, scanner, post):
    answer = post(scanner.client, "/api/v1/events/", "{")
    bad = schema["paths"]["/api/v1/events/"]["post"]["responses"]["400"]["content"]["application/json"]["schema"]
    Draft202012Validator(bad).validate(answer.json())


def test_the_description_is_open_and_loads_nothing_from_elsewhere(client, villager):
    assert client.get("/api/schema/").status_code == 200
    assert villager.client.get("/api/schema/").status_code == 200
    assert [r for r in iter_routes(get_resolver()) if r.name == "api-schema"]

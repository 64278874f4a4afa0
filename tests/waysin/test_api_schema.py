"""The description of the API: valid OpenAPI 3.1, complete, and true."""

import json

import pytest
from django.urls import get_resolver
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from logistics.parcels.models import Parcel, ParcelContact
from logistics.parcels.states import (
    EVENT_LABELS,
    Custodian,
    Direction,
    ImportKind,
    ImportState,
    Issue,
    RowResult,
    Variant,
)
from logistics.registry.models import Enterprise, Station
from portal.core.errors import DomainError
from portal.core.routes import iter_routes
from portal.regions.models import Division

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


def parts(node):
    """Every object of the description with properties."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield node["properties"]
        for inner in node.values():
            yield from parts(inner)
    if isinstance(node, list):
        for inner in node:
            yield from parts(inner)


def codes(*kinds):
    return {code for kind in kinds for code in kind.values}


CLOSED = {
    ("/api/v1/parcels/", "direction"): codes(Direction),
    ("/api/v1/parcels/", "result"): codes(RowResult) - {RowResult.ASKED.value},
    ("/api/v1/events/", "variant"): codes(Variant) | {""},
    ("/api/v1/events/", "issue"): codes(Issue) | {""},
    ("/api/v1/events/", "custody_kind"): codes(Custodian) | {""},
    ("/api/v1/imports/", "state"): codes(ImportState),
    ("/api/v1/imports/", "kind"): codes(ImportKind),
}


@pytest.mark.parametrize(("path", "name"), CLOSED)
def test_a_closed_set_of_codes_stands_there_whole(schema, path, name):
    described = [properties[name] for properties in parts(schema["paths"][path]) if name in properties]
    assert described
    assert [set(found.get("enum", ())) for found in described] == [CLOSED[path, name]] * len(described)


def test_the_code_of_an_event_is_one_of_the_table_or_a_word(schema):
    rows = [properties for properties in parts(body_of(schema, "/api/v1/events/")) if "code" in properties]
    assert set(rows[0]["code"]["anyOf"][0]["enum"]) == set(EVENT_LABELS)
    assert rows[0]["code"]["maxLength"] == 20


def test_every_text_that_is_sent_has_its_length_and_every_number_its_bounds(schema):
    """Of what is kept in a column, no more than the column holds."""
    sent = [
        found
        for path in ("/api/v1/parcels/", "/api/v1/events/")
        for properties in parts(body_of(schema, path))
        for found in properties.items()
    ]
    unbounded = []
    for name, node in sent:
        kinds = {node.get("type"), *(inner.get("type") for inner in node.get("anyOf", ()))}
        one = node if "type" in node else next((i for i in node.get("anyOf", ()) if i.get("type") != "null"), node)
        if "string" in kinds and not {"maxLength", "enum"} & set(one):
            unbounded.append(name)
        if "integer" in kinds and not {"minimum", "maximum"} <= set(one):
            unbounded.append(name)
    assert len(sent) > 25
    assert unbounded == []
    draft = next(properties for properties in parts(body_of(schema, "/api/v1/parcels/")) if "carrier" in properties)
    column = lambda model, name: model._meta.get_field(name).max_length  # noqa: E731
    kept = {
        "carrier": column(Enterprise, "code"),
        "carrier_number": column(Parcel, "carrier_number"),
        "destination_station": column(Station, "code"),
        "destination": column(Division, "code"),
        "sender_name": column(ParcelContact, "name"),
        "recipient_address": column(ParcelContact, "address"),
    }
    assert {name: draft[name]["maxLength"] for name in kept} == kept


def operations(schema):
    return [(path, method, op) for path, ops in schema["paths"].items() for method, op in ops.items()]


def test_no_status_stands_there_that_the_code_does_not_know(schema):
    known = {"200", "201", "202"} | {str(kind.status) for kind in every_kind(DomainError)}
    for path, method, operation in operations(schema):
        assert set(operation["responses"]) <= known, (path, method)
        for status in ("429", "503"):
            if status in operation["responses"]:
                assert operation["responses"][status]["headers"]["Retry-After"], (path, method)
    sending = schema["paths"]["/api/v1/imports/"]["post"]["responses"]
    assert {"201", "202", "400", "401", "403", "404", "413", "415", "429", "503"} <= set(sending)
    assert "409" not in sending  # TooManyImports is 429
    assert "405" in schema["info"]["description"]


def every_kind(kind):
    return {kind, *(deeper for one in kind.__subclasses__() for deeper in every_kind(one))}

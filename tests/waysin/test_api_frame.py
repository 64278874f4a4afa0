"""What every address of the API has in common: one shape of errors, a name of each request, both forms of slash."""

from __future__ import annotations

import gzip
import json
import logging

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.module_loading import import_string

from portal.core.texts import zero_lone_halves

pytestmark = pytest.mark.django_db
EVENT = {"number": "773000000001", "code": "AT_TOWN", "at": "2026-05-01T12:30:00+08:00", "id": "1"}
BATCH = {"events": [EVENT]}


def error_of(response) -> dict:
    error = response.json()["error"]
    assert set(error) >= {"code", "message", "hint", "request_id"}
    assert error["request_id"] == response.headers["X-Request-Id"]
    return error


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/api/v1/events/", {}, 405, "wrong_method"),
        ("DELETE", "/api/v1/parcels/", {}, 405, "wrong_method"),
        ("QUERY", "/api/v1/refused/", {}, 405, "wrong_method"),
        ("GET", "/api/v1/refused/", {"accept": "application/xml"}, 406, "not_acceptable"),
        ("POST", "/api/v1/imports/", {"content-type": "text/csv"}, 415, "wrong_format"),
        ("GET", "/api/v1/nowhere/", {}, 404, "not_found"),
        ("GET", "/api/v1/refused/?limit=0", {}, 400, "bad_limit"),
        ("GET", "/api/v1/refused/?limit=x", {}, 400, "bad_limit"),
        ("GET", "/api/v1/imports/?limit=501", {}, 400, "bad_limit"),
        ("GET", "/api/v1/imports/?after=x", {}, 400, "bad_cursor"),
        ("GET", "/api/v1/refused/?open=yes", {}, 400, "bad_flag"),
    ],
)
def test_every_refusal_has_one_shape(carrier_system, method, path, headers, status, code):
    kind = headers.pop("content-type", "application/json")
    response = carrier_system.client.generic(method, path, b"x", kind, headers=headers)
    assert response.status_code == status
    assert error_of(response)["code"] == code
    if status == 405:
        assert response.headers["Allow"]


@pytest.mark.parametrize(("query", "field"), [("limit=0", "limit"), ("after=x", "after"), ("open=7", "open")])
def test_a_refused_part_of_the_query_is_named(carrier_system, query, field):
    assert field in error_of(carrier_system.client.get(f"/api/v1/refused/?{query}"))["fields"]


def test_the_proxys_name_of_a_request_is_kept_and_a_strangers_is_not(client, settings, caplog):
    given = {"x-request-id": "from-the-proxy-1"}
    assert client.get("/", headers=given).headers["X-Request-Id"] != "from-the-proxy-1"
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    client.handler._middleware_chain = None
    assert client.get("/", headers=given).headers["X-Request-Id"] == "from-the-proxy-1"
    for bad in ("short", "a b c d e f g h", "x" * 65, "line\\nline-line"):
        assert client.get("/", headers={"x-request-id": bad}).headers["X-Request-Id"] != bad


def test_the_log_names_the_request():
    record = logging.LogRecord("portal", logging.INFO, __file__, 1, "said", (), None)
    assert import_string(settings.LOGGING["filters"]["request"]["()"])().filter(record)
    assert record.request_id


@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/events/"])
def test_both_forms_of_an_address_take_a_post(carrier_system, post, path):
    assert post(carrier_system.client, path, BATCH).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/refused", "/api/v1/imports", "/api/v1/device", "/api/schema"])
def test_both_forms_of_an_address_answer(carrier_system, path):
    for form in (path, f"{path}/"):
        assert carrier_system.client.get(form).status_code in (200, 404)
        assert carrier_system.client.get(form).status_code == carrier_system.client.get(path).status_code


def test_the_lookup_and_the_push_answer_both_too(client):
    assert client.get("/api/v1/track/773000000001").status_code == client.get("/api/v1/track/773000000001/").status_code
    for form in ("/api/v1/kuaidi100/nobody", "/api/v1/kuaidi100/nobody/"):
        response = client.post(form, {"param": "{}", "sign": "x"})
        assert response.status_code != 301
        assert response.json()["result"] is False


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf" + json.dumps(BATCH).encode(), json.dumps(BATCH).encode()])
@pytest.mark.parametrize("packed", [False, True])
def test_a_mark_at_the_front_and_gzip_are_taken(carrier_system, body, packed):
    headers = {"content-encoding": "gzip"} if packed else {}
    sent = gzip.compress(body) if packed else body
    response = carrier_system.client.post("/api/v1/events/", sent, content_type="application/json", headers=headers)
    assert response.status_code == 200
    assert response.json()["refused"][0]["code"] == "unknown_parcel"


@pytest.mark.parametrize(
    ("sent", "encoding", "status"),
    [
        (b"no gzip at all", "gzip", 400),
        (gzip.compress(b"{}")[:-6], "gzip", 400),
        (gzip.compress(b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)), "gzip", 413),
        (b"{}", "br", 400),
    ],
    ids=["no gzip", "cut off", "too large", "another encoding"],  # what is packed holds the time
)
def test_what_unpacks_badly_is_refused_within_bounds(carrier_system, sent, encoding, status):
    response = carrier_system.client.post(
        "/api/v1/events/", sent, content_type="application/json", headers={"content-encoding": encoding}
    )
    assert response.status_code == status
    error_of(response)


def test_files_come_page_by_page(carrier_system, world):
    """Newest first, each once, and nothing after the last."""
    assert carrier_system.client.get("/api/v1/imports/?limit=1").json() == {"imports": [], "next": None}
    sent = []
    for n in range(5):
        lines = f"快递单号,目的站点\n78000000000{n},{world.village.code}\n".encode()
        file = SimpleUploadedFile(f"{n}.csv", lines)
        answer = carrier_system.client.post("/api/v1/imports/", {"file": file, "kind": "parcels"})
        assert answer.status_code == 201, answer.json()
        sent.append(answer.json()["id"])
    pages, after = [], ""
    while after is not None:
        page = carrier_system.client.get(f"/api/v1/imports/?limit=2{after and '&after=' + after}").json()
        pages.append([batch["id"] for batch in page["imports"]])
        after = page["next"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [batch for page in pages for batch in page] == sent[::-1]


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": "application/json"}


@pytest.mark.parametrize("path", ["/api/v1/events/", "/api/v1/kuaidi100/abc/", "/work/scan/inbound/"])
def test_a_body_in_chunks_is_asked_for_its_length(carrier_system, path):
    """The server interface hands on nothing of it; an empty batch would be the wrong thing to complain of."""
    answer = carrier_system.client.generic("POST", path, **CHUNKED)
    assert answer.status_code == 411
    assert error_of(answer)["code"] == "length_needed"


def test_a_slip_in_the_slashes_is_answered_to_a_program(client):
    assert error_of(client.get("/", PATH_INFO="//api//v1//events/"))["code"] == "not_found"


HALVES = ["\\ud800", "x\\udc00x", "\\ud800\\u0041", "\\ude00\\ud83d", "\\\\\\ud83d", "\\uD83D\\n"]
WHOLE = ["\\ud83d\\ude00", "\\\\ud800", "C:\\\\\\\\ud800"]


@pytest.mark.parametrize("text", HALVES)
def test_half_a_character_costs_its_row_alone(carrier_system, parcel, text):
    """As a sender writes it that cuts its texts at so many units of UTF-16."""
    rows = [EVENT | {"id": "good"}, EVENT | {"id": "bad", "text": "HERE"}]
    body = json.dumps({"events": rows}).replace("HERE", text)
    answer = carrier_system.client.post("/api/v1/events/", body, content_type="application/json")
    assert answer.status_code == 200, answer.json()
    assert [(row["index"], row["id"], row["field"]) for row in answer.json()["refused"] if row["index"]] == [
        (1, "bad", "text")
    ]


@pytest.mark.parametrize("text", WHOLE)
def test_whole_characters_and_written_backslashes_cost_nothing(carrier_system, parcel, text):
    assert zero_lone_halves(text.encode()) == text.encode()
    body = json.dumps({"events": [EVENT | {"text": "HERE"}]}).replace("HERE", text)
    answer = carrier_system.client.post("/api/v1/events/", body, content_type="application/json")
    assert "text" not in [row["field"] for row in answer.json()["refused"]]


def test_half_a_character_in_a_parcel_costs_that_parcel_alone(carrier_system, world):
    row = {"carrier": "zto", "destination": "620825100208", "recipient_name": "HERE"}
    rows = [row | {"carrier_number": number} for number in ("780000000111", "780000000122")]
    body = json.dumps({"parcels": rows}).replace("HERE", "\\ud800", 1).replace("HERE", "Zhang San")
    answer = carrier_system.client.post("/api/v1/parcels/", body, content_type="application/json").json()
    assert [row["result"] for row in answer["rows"]] == ["refused", "accepted"], answer
    assert answer["rows"][0]["field"] == "recipient_name"

"""The headers that the framework reads before any layer of ours: what a charset may do, and what it may not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.core.wsgi import get_wsgi_application
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from portal.core.entry import Entry
from tests.entry import by_the_entry, keep_the_connection  # noqa: F401  fixture
from tests.meta.headers import TYPES

pytestmark = pytest.mark.django_db


def test_the_web_server_goes_in_by_the_entry():
    code = "import portal.wsgi as w; print(type(w.application).__name__, type(w.application.application).__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["Entry", "ClockGate"]


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.usefixtures("keep_the_connection")
def test_a_page_is_the_same_whatever_the_content_type_says_of_a_body_that_is_not_there(client, content_type):
    """Through the whole entry, for the framework reads this header while it makes the request."""
    environ = client._base_environ(PATH_INFO="/api/v1/divisions/", QUERY_STRING="q=1", CONTENT_TYPE=content_type)
    started = []
    body = b"".join(Entry(get_wsgi_application())(environ, lambda *args: started.append(args)))
    status, headers = started[0]
    expected = 415 if "*=nope" in content_type or "*=undefined" in content_type else 200
    assert (int(status[:3]), bool(json.loads(body))) == (expected, True)
    assert dict(headers)["X-Request-Id"]


@pytest.mark.parametrize("kind", [MULTIPART_CONTENT, "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("charset", ["gbk", "base64", "unicode_escape", "utf-8x"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/imports/"])
def test_a_form_that_is_not_utf8_is_told_so(carrier_system, client, kind, charset, path):
    browser = by_the_entry(carrier_system.client if path.startswith("/api/") else client)
    data = encode_multipart(BOUNDARY, {"kind": "parcels"}) if kind == MULTIPART_CONTENT else "kind=parcels"
    answer = browser.generic("POST", path, data, content_type=f"{kind}; charset={charset}", HTTP_ACCEPT="*/*")
    if kind != MULTIPART_CONTENT and path.startswith("/api/"):
        assert answer.status_code == 415  # a file comes as multipart
        return
    assert answer.status_code == 400
    assert "UTF-8" in (answer.json()["error"]["hint"] if path.startswith("/api/") else answer.content.decode())


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", '"utf-8"'])
def test_a_form_in_utf8_is_read_by_any_of_its_names(client, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = by_the_entry(client).generic("POST", "/i18n/setting/", "language=en", content_type=kind)
    assert (answer.status_code, answer.cookies["django_language"].value) == (302, "en")


def test_json_is_utf8_whatever_charset_is_named(carrier_system):
    """RFC 8259 gives JSON no such parameter; many libraries send one all the same."""
    batch = json.dumps({"parcels": []}, ensure_ascii=False)
    for charset in ("ISO-8859-1", "gbk", "base64"):
        answer = by_the_entry(carrier_system.client).generic(
            "POST", "/api/v1/parcels/", batch, content_type=f"application/json; charset={charset}"
        )
        assert answer.status_code in (200, 400), charset
        assert answer.json() == carrier_system.client.post(
            "/api/v1/parcels/", batch, content_type="application/json"
        ).json() | ({"error": answer.json()["error"]} if "error" in answer.json() else {})


@pytest.mark.parametrize("accept", ["*/*; x*=nope''y", "application/json; q*=undefined''%ff", "a; x*=idna''%ff, */*"])
def test_a_wish_that_cannot_be_read_counts_as_none(client, accept):
    assert by_the_entry(client).get("/api/v1/divisions/?q=1", HTTP_ACCEPT=accept).status_code == 200

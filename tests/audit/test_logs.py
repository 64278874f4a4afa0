"""What reaches the log names nobody and no parcel."""

from __future__ import annotations

import io
import logging
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.db import OperationalError
from django.utils.module_loading import import_string

from portal.core.logs import ScrubFilter
from tests.entry import by_the_entry
from tests.meta.headers import BROKEN, WHOLE


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Not Found: /work/scan/give-out/XNQENJC1H3W1X2/", "Not Found: /work/scan/give-out/***/"),
        ("Not Found: /t/YT0911950301517", "Not Found: /t/***"),
        ("Forbidden: /work/print/proofs/78095324101477.pdf", "Forbidden: /work/print/proofs/***.pdf"),
        ("no route to 13809331001", "no route to ***"),
        ("card 620825199001011234", "card ***"),
        (
            "Not Found: /work/handovers/01920000-0000-7000-8000-00000000abcd/",
            "Not Found: /work/handovers/01920000-0000-7000-8000-00000000abcd/",
        ),
        ("Not Found: /stations/V100201/", "Not Found: /stations/V100201/"),
    ],
)
def test_log_lines_are_scrubbed(written, kept):
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "%s", (written,), None)
    assert ScrubFilter().filter(record)
    assert record.getMessage() == kept


@contextmanager
def logged(name):
    """What the portal's own handler writes of a logger."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    config = settings.LOGGING["filters"]
    for each in settings.LOGGING["handlers"]["stderr"]["filters"]:
        handler.addFilter(import_string(config[each]["()"])())
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    try:
        yield written
    finally:
        logger.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "host"),
    [("/", "evil.example"), ("/", "a" * 5000), ("/p/1", "evil.example\x7f"), ("/accounts/login/", "[::1")],
)
def test_a_foreign_host_leaves_one_short_line(client, path, host):
    """Anybody can send one; a traceback each would fill the disk with strangers' text."""
    with logged("django.security.DisallowedHost") as written:
        assert client.get(path, headers={"host": host}).status_code == 400
    lines = written.getvalue().splitlines()
    assert len(lines) <= 1
    assert all(len(line) <= 300 for line in lines)


def test_a_database_that_is_away_leaves_one_line_for_each_request(rf):
    """A traceback each, of a hundred lines, would fill the disk while every phone in the county sends again."""

    def away(request):
        raise OperationalError("the database system is starting up")

    with logged("django.request") as written:
        response = convert_exception_to_response(away)(rf.get("/work/scan/inbound/"))
    assert response.status_code == 503
    assert written.getvalue().splitlines() == ["Service Unavailable: /work/scan/inbound/"]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "body"), [*BROKEN, WHOLE])
@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/imports/", "/api/v1/kuaidi100/abc/", "/i18n/setting/"])
def test_a_form_that_is_none_leaves_one_line(client, path, kind, body):
    """Anybody can send a thousand of them."""
    with logged("django.request") as written, logged("django.security") as of_security:
        assert by_the_entry(client).generic("POST", path, body, content_type=kind).status_code < 500
    lines = (written.getvalue() + of_security.getvalue()).splitlines()
    assert len(lines) <= 1
    assert all(len(line) <= 300 for line in lines)


@pytest.mark.django_db
def test_a_fault_of_ours_keeps_its_traceback(rf):
    def broken(request):
        raise RuntimeError("ours")

    with logged("django.request") as written:
        assert convert_exception_to_response(broken)(rf.get("/")).status_code == 500
    assert "RuntimeError: ours" in written.getvalue()

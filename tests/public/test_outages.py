"""Failures of the machinery that pass are answered 503 with what to do next: to pages, programs and the fast lane."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client

from portal.core.outages import refusal_of
from portal.time_limits import WEB, with_time_limits
from tests.public.test_error_pages import is_helpful


def of_postgres(cls):
    """An error as Django raises it: the driver's own stands behind it."""
    error = OperationalError("text with +8613800138000 in it")
    error.__cause__ = cls("")
    return error


LOCKED, FULL = of_postgres(psycopg.errors.LockNotAvailable), OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("error", "code", "retry_after"),
    [
        (LOCKED, "busy", 2),
        (of_postgres(psycopg.errors.QueryCanceled), "busy", 2),
        (of_postgres(psycopg.errors.DeadlockDetected), "busy", 2),
        (of_postgres(psycopg.errors.IdleInTransactionSessionTimeout), "busy", 2),
        (of_postgres(psycopg.errors.DiskFull), "storage_full", 60),
        (of_postgres(psycopg.errors.AdminShutdown), "unavailable", 5),
        (OperationalError("connection refused"), "unavailable", 5),
        (InterfaceError("the connection is closed"), "unavailable", 5),
        (FULL, "storage_full", 60),
        (OSError(errno.EROFS, "Read-only file system"), "storage_full", 60),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "storage_full", 60),
    ],
)
def test_what_passes_is_told_apart(error, code, retry_after):
    refusal = refusal_of(error)
    assert (refusal.status, refusal.code, refusal.retry_after) == (503, code, retry_after)


@pytest.mark.parametrize("error", [None, ValueError(), IntegrityError(), DatabaseError(), OSError(errno.ENOENT, "")])
def test_a_fault_of_the_code_stays_one(error):
    assert refusal_of(error) is None


def test_the_log_holds_no_value(caplog):
    refusal_of(LOCKED)
    assert "55P03" in caplog.text
    assert "138" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("error", "code"), [(LOCKED, "busy"), (FULL, "storage_full")])
def test_pages_programs_and_the_fast_lane_say_so(monkeypatch, scanner, language, error, code):
    """A fast page, a REST door, and a request that dies before its view."""

    def fail(*args, **kwargs):
        raise error

    client = Client(raise_request_exception=False, headers={"accept-language": language})
    monkeypatch.setattr("portal.public.ready.public_json", fail)
    is_helpful(client.get("/t/73100000000001"), 503, language)
    monkeypatch.setattr("logistics.parcels.services.record.Judge", fail)
    events = [{"id": "a", "number": "XN0", "code": "DAMAGED", "at": "2026-11-30T10:00:00+08:00"}]
    answer = scanner.client.post("/api/v1/events/", json.dumps({"events": events}), content_type="application/json")
    assert answer.status_code == 503, answer.content
    assert answer.json()["error"]["code"] == code
    assert int(answer["Retry-After"]) > 0
    monkeypatch.setattr("django.middleware.csrf.CsrfViewMiddleware.process_view", fail)
    fresh = Client(raise_request_exception=False, headers={"accept-language": language})
    is_helpful(fresh.get("/help/"), 503, language)


@pytest.mark.django_db(transaction=True)
def test_the_server_knows_the_limits_and_what_the_address_says_wins():
    options = with_time_limits("-c lock_timeout=7s", web=True)
    parameters = {**connection.get_connection_params(), "options": options}
    names = ("dbname", "host", "port", "user", "password", "options")
    with psycopg.connect(**{name: parameters[name] for name in names if parameters.get(name)}) as own:
        assert own.execute("SHOW lock_timeout").fetchone() == ("7s",)
        assert own.execute("SHOW statement_timeout").fetchone() == (f"{WEB['statement_timeout'] // 1000}s",)
    assert "lock_timeout" not in with_time_limits("", web=False)


@pytest.mark.parametrize("entry", ["portal.wsgi", "portal.web.__main__"])
def test_a_web_process_has_the_limits_whatever_loads_the_settings_first(entry):
    """An import that asks for the settings too early would leave pages waiting for locks without end."""
    code = f"import {entry}; import portal.wsgi; from django.conf import settings; print(settings.WEB_PROCESS)"
    environment = {name: value for name, value in os.environ.items() if name != "PORTAL_PROCESS"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "True"

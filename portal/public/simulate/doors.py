"""The portal's doors as a terminal, a carrier's system and a scan page use them: inside this process, or over HTTP."""

from __future__ import annotations

import datetime as dt
import http.client
import io
import json
import secrets
import time
import uuid
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import msgspec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore

from logistics.desk.services.answering import answer_scan
from logistics.desk.services.call import Fields
from logistics.desk.services.scans import take_scan
from logistics.parcels.lookup import public_json, read_number
from logistics.parcels.services.imports.run import process_import, start_import
from logistics.parcels.services.intake import take_events, take_parcels
from logistics.registry.models import Station
from portal.core.errors import DomainError
from portal.public.simulate.crew import Terminal, Worker

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TRIES, WAIT_SECONDS, TIMEOUT_SECONDS, LONGEST_WAIT = 5, 2, 60, 30


class NotAnswered(RuntimeError):
    """The portal gave no answer that a terminal could go on with."""


class Doors(Protocol):
    """`now` is the time of the day that is simulated; over HTTP the portal takes its own."""

    def announce(self, terminal: Terminal, drafts: list[dict], now: dt.datetime) -> list[dict]: ...

    def send_file(self, terminal: Terminal, name: str, content: bytes, now: dt.datetime) -> dict[str, int]: ...

    def events(self, terminal: Terminal, body: dict, now: dt.datetime) -> dict[str, Any]: ...

    def scan(self, who: Worker, task: str, station: str, scan: dict[str, str], now: dt.datetime) -> dict[str, Any]: ...

    def answer(self, who: Worker, id: uuid.UUID, value: str, now: dt.datetime) -> dict[str, Any]: ...

    def track(self, number: str) -> dict[str, Any] | None: ...


class Inside:
    """The services behind the doors, in this process. Refusals by the rules come as answers, as over HTTP."""

    def announce(self, terminal: Terminal, drafts: list[dict], now: dt.datetime) -> list[dict]:
        outcomes = take_parcels(body=_json({"parcels": drafts}), actor=terminal.actor, now=now)
        return [
            {"result": str(o.result.value), "waybill": o.parcel.waybill if o.parcel else "", "code": _code(o.error)}
            for o in outcomes
        ]

    def send_file(self, terminal: Terminal, name: str, content: bytes, now: dt.datetime) -> dict[str, int]:
        batch = start_import(
            file=io.BytesIO(content), name=name, kind="parcels", enterprise_code="", dry_run=False,
            actor=terminal.actor, now=now,
        )  # fmt: skip
        process_import(batch_id=batch.pk, now=now)  # a long one waits for a worker, and here is none
        batch.refresh_from_db()
        return {"accepted": batch.accepted, "duplicates": batch.duplicates, "refused": batch.refused}

    def events(self, terminal: Terminal, body: dict, now: dt.datetime) -> dict[str, Any]:
        result = take_events(body=_json(body), actor=terminal.actor, now=now).result
        refused = [{"index": line.index, "code": line.code} for line in result.refused]
        return {"accepted": result.accepted, "duplicates": result.duplicates, "refused": refused}

    def scan(self, who: Worker, task: str, station: str, scan: dict[str, str], now: dt.datetime) -> dict[str, Any]:
        fields = {name: scan[name] for name in ("shelf", "bag", "handover", "stock_take") if name in scan}
        answer = take_scan(
            id=uuid.UUID(scan["id"]), task=task, station=Station.objects.get(code=station), number=scan["number"],
            actor=who.actor, now=now, at=now, fields=Fields(**fields),
        )  # fmt: skip
        return msgspec.to_builtins(answer)

    def answer(self, who: Worker, id: uuid.UUID, value: str, now: dt.datetime) -> dict[str, Any]:
        return msgspec.to_builtins(answer_scan(id=id, value=value, actor=who.actor, now=now))

    def track(self, number: str) -> dict[str, Any] | None:
        found = public_json(read_number(number))
        return json.loads(found) if found else None


class OverHttp:
    """A running portal at `url`, with the credentials of terminals and the sessions of people who logged in."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise NotAnswered(f"{url} is no address of a portal")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.cookies: dict[int, tuple[str, str]] = {}

    def announce(self, terminal: Terminal, drafts: list[dict], now: dt.datetime) -> list[dict]:
        return self._post("/api/v1/parcels/", {"parcels": drafts}, _device(terminal))["rows"]

    def send_file(self, terminal: Terminal, name: str, content: bytes, now: dt.datetime) -> dict[str, int]:
        kind, body = _form({"kind": "parcels"}, name, content)
        headers = _device(terminal) | {"Content-Type": kind}
        answer = self._ask("POST", "/api/v1/imports/", body, headers)
        while answer["state"] == "running":
            time.sleep(WAIT_SECONDS)
            answer = self._ask("GET", f"/api/v1/imports/{answer['id']}/", b"", _device(terminal))
        return {name: answer[name] for name in ("accepted", "duplicates", "refused")}

    def events(self, terminal: Terminal, body: dict, now: dt.datetime) -> dict[str, Any]:
        return self._post("/api/v1/events/", body, _device(terminal))

    def scan(self, who: Worker, task: str, station: str, scan: dict[str, str], now: dt.datetime) -> dict[str, Any]:
        body = scan | {"station": station, "at": now.isoformat()}
        return self._post(f"/work/scan/{task}/", body, self._session(who))

    def answer(self, who: Worker, id: uuid.UUID, value: str, now: dt.datetime) -> dict[str, Any]:
        return self._post("/work/scan/answer/", {"id": str(id), "value": value}, self._session(who))

    def track(self, number: str) -> dict[str, Any] | None:
        return self._ask("GET", f"/api/v1/track/{quote(number)}", b"", {}, missing=True)

    def _session(self, who: Worker) -> dict[str, str]:
        """As after a login, made beside the login page: its limits are for people who guess."""
        if who.user.pk not in self.cookies:
            session = SessionStore()
            session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(who.user.pk), BACKEND
            session[HASH_SESSION_KEY] = who.user.get_session_auth_hash()
            session.save()
            self.cookies[who.user.pk] = (session.session_key or "", secrets.token_hex(16))
        session_key, token = self.cookies[who.user.pk]
        cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}; {settings.CSRF_COOKIE_NAME}={token}"
        return {"Cookie": cookie, "X-CSRFToken": token, "Origin": self.origin, "Referer": f"{self.origin}/work/"}

    def _post(self, path: str, body: dict, headers: dict[str, str]) -> dict[str, Any]:
        return self._ask("POST", path, _json(body), headers | {"Content-Type": "application/json"})

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str], *, missing: bool = False) -> Any:
        """Sends again what got lost: every door keeps a repeat from having an effect."""
        for _try in range(TRIES):
            try:
                self.connection.request(method, path, body or None, headers | {"Accept": "application/json"})
                response = self.connection.getresponse()
                text, status = response.read(), response.status
            except (OSError, http.client.HTTPException):
                self.connection.close()
                time.sleep(WAIT_SECONDS)
                continue
            if status in (429, 503):
                time.sleep(min(float(response.headers.get("Retry-After") or WAIT_SECONDS), LONGEST_WAIT))
                continue
            if missing and status == 404:
                return None
            if status >= 400:
                raise NotAnswered(f"{method} {path.split('?')[0]}: {status} {_error(text)}")
            return json.loads(text)
        raise NotAnswered(f"{method} {path}: no answer after {TRIES} tries")


def _device(terminal: Terminal) -> dict[str, str]:
    return {"Authorization": f"Device {terminal.code}:{terminal.secret}"}


def _form(fields: dict[str, str], name: str, content: bytes) -> tuple[str, bytes]:
    """A multipart form with a file: its content type and its body."""
    line = f"simulate-{secrets.token_hex(12)}"
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = (
        f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    )
    return f"multipart/form-data; boundary={line}", b"".join(
        [*parts, head.encode(), content, f"\r\n--{line}--\r\n".encode()]
    )


def _json(body: dict) -> bytes:
    return json.dumps(body).encode()


def _code(error: DomainError | None) -> str:
    return error.code if error is not None else ""


def _error(text: bytes) -> str:
    try:
        return str(json.loads(text)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""

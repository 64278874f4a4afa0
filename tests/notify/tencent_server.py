"""Tencent Cloud's SMS interface as far as we use it, on a port of this machine.

Checks each request's TC3-HMAC-SHA256 signature by its own reading of the provider's description
(https://cloud.tencent.com/document/api/382/52072), and misbehaves as it is told.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET_ID, SECRET_KEY = "AKIDtestonly0123456789", "kqV8rT2mZ7wX5bN1cL9dS4fG6hJ3pQ0y"


class TencentServer(ThreadingHTTPServer):
    """`mode`: ok, slow, slow-but-sent, garbage, status:<n>, error:<code> of the call, refuse:<code> of the number."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode = "ok"
        self.sent: list[dict] = []  # what a carrier would have been given
        self.calls: list[str] = []
        self.reports: list[dict] = []
        self.release = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def settings(self, **more) -> dict:
        given = {
            "login_code": "1001",
            "account_exists": "1002",
            "parcel_arrived_on": "2001",
            "parcel_arrived_on.2": "2002",
            "parcel_arrived_on.list": "2009",
        }
        return {"secret_id": SECRET_ID, "secret_key": SECRET_KEY, "app_id": "1400006666", "sign_name": "庄浪县域物流",
                "region": "ap-guangzhou", "endpoint": self.address, "templates": given, **more}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    server: TencentServer

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        action = self.headers["X-TC-Action"]
        self.server.calls.append(action)
        mode, _, detail = self.server.mode.partition(":")
        if mode == "slow":
            self.server.release.wait(20)
            return
        if mode == "slow-but-sent":
            self._send(json.loads(body))
            self.server.release.wait(20)
            return
        if mode == "status":
            self._answer(b"Internal Server Error", int(detail), "text/html")
            return
        if mode == "garbage":
            self._answer(b"<html>", 200, "application/json")
            return
        problem = detail if mode == "error" else signature_problem(dict(self.headers.items()), body)
        if problem:
            self._json({"Error": {"Code": problem, "Message": "no"}})
            return
        request = json.loads(body)
        self._json(self._send(request, detail) if action == "SendSms" else self._reports(request))

    def _send(self, request: dict, refused: str = "") -> dict:
        (phone,) = request["PhoneNumberSet"]
        if refused:
            return {"SendStatusSet": [status(phone, request, "", 0, refused)]}
        self.server.sent.append(request)
        serial = f"2640:{len(self.server.sent)}{self.server.server_port}"
        self.server.reports.append({"PhoneNumber": phone, "SerialNo": serial, "ReportStatus": "SUCCESS",
                                    "Description": "DELIVRD", "UserReceiveTime": int(time.time()),
                                    "SessionContext": request["SessionContext"]})  # fmt: skip
        return {"SendStatusSet": [status(phone, request, serial, 1, "Ok")]}

    def _reports(self, request: dict) -> dict:
        rows = [r for r in self.server.reports if r["PhoneNumber"] == request["PhoneNumber"]]
        return {"PullSmsSendStatusSet": [r for r in rows if r["UserReceiveTime"] >= request["BeginTime"]]}

    def _json(self, content: dict) -> None:
        self._answer(json.dumps({"Response": {**content, "RequestId": "r"}}).encode(), 200, "application/json")

    def _answer(self, body: bytes, status: int, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""


def status(phone: str, request: dict, serial: str, fee: int, code: str) -> dict:
    return {"SerialNo": serial, "PhoneNumber": phone, "Fee": fee, "SessionContext": request["SessionContext"],
            "Code": code, "Message": code, "IsoCode": "CN"}  # fmt: skip


def signature_problem(headers: dict[str, str], body: bytes) -> str:
    """The provider's error code, or ""."""
    given = {name.lower(): value for name, value in headers.items()}
    scheme, _, rest = given["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    identity, date, service, end = parts["Credential"].split("/")
    if scheme != "TC3-HMAC-SHA256" or (service, end) != ("sms", "tc3_request"):
        return "AuthFailure.InvalidAuthorization"
    if identity != SECRET_ID:
        return "AuthFailure.SecretIdNotFound"
    stamp = int(given["x-tc-timestamp"])
    if abs(time.time() - stamp) > 300 or time.strftime("%Y-%m-%d", time.gmtime(stamp)) != date:
        return "AuthFailure.SignatureExpire"
    signed = parts["SignedHeaders"].split(";")
    canonical = "".join(f"{name}:{given[name].strip()}\n" for name in signed)
    request = "\n".join(["POST", "/", "", canonical, ";".join(signed), hashlib.sha256(body).hexdigest()])
    scope = f"{date}/{service}/{end}"
    text = "\n".join([scheme, str(stamp), scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"TC3{SECRET_KEY}".encode()
    for step in (date, service, end):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    wanted = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return "" if hmac.compare_digest(wanted, parts["Signature"]) else "AuthFailure.SignatureFailure"


@contextmanager
def running() -> Iterator[TencentServer]:
    server = TencentServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()

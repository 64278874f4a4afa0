"""How people and machines ask a portal that is being killed: again until it answers, with every answer counted."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from portal.web.services import service_of
from tests.commands.test_production import HOST

PATIENCE = 15  # seconds until a line counts as dead, as in static/js/desk/net.js
GIVE_UP = 300  # seconds without an answer: then the portal has not come back
PAUSES = (0.3, 0.5, 1.0, 2.0)  # seconds before the next try; a person and a program wait longer
LATER = frozenset({409, 429, 503})  # 409: too many files of the sender at work
# Whatever else comes back is a fault: 500 above all, and 401 or 403 for somebody who is signed in.
ALLOWED = frozenset({200, 201, 202, 302, *LATER})


class Gone(Exception):
    """Nobody answered for as long as anybody would wait."""


@dataclass
class Answer:
    status: int
    body: bytes
    location: str = ""
    lost: int = 0  # answers that got lost before this one

    def json(self):
        return json.loads(self.body)


@dataclass
class Ledger:
    """Shared by all senders."""

    answers: Counter = field(default_factory=Counter)  # (who, status, or how the line broke)
    acknowledged: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    put_off: Counter = field(default_factory=Counter)
    longest: float = 0.0
    latest: dict[str, float] = field(default_factory=dict)  # moment of the last acknowledgement
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, who: str, answer: Answer | str) -> None:
        status = answer if isinstance(answer, str) else answer.status
        with self.lock:
            self.answers[who, status] += 1
            if isinstance(answer, Answer) and answer.status not in ALLOWED:
                self.wrong.append(f"{who}: {answer.status} {answer.body[:300]!r}")

    def acknowledge(self, who: str, what: object) -> None:
        with self.lock:
            self.acknowledged[who].append(what)
            self.latest[who] = time.monotonic()

    def complain(self, text: str) -> None:
        with self.lock:
            self.wrong.append(text)

    def waited(self, seconds: float) -> None:
        with self.lock:
            self.longest = max(self.longest, seconds)


class Browser:
    """Cookies, the form's mark, one address; or a program with its credentials. Asks as the proxy of deploy/ would."""

    def __init__(self, ports: dict[str, int], ledger: Ledger, who: str, address: str, credentials: str = ""):
        self.ports, self.ledger, self.who = ports, ledger, who
        self.cookies: dict[str, str] = {}
        self.headers = {
            "Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": address, "Origin": f"https://{HOST}",
        }  # fmt: skip
        if credentials:
            self.headers["Authorization"] = credentials

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        """One try. Raises OSError or HTTPException when no whole answer came."""
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers["X-CSRFToken"] = self.cookies.get("__Host-csrftoken", "")
        if kind:
            headers["Content-Type"] = kind
        line = http.client.HTTPConnection("127.0.0.1", self.ports[service_of(method, path)], timeout=PATIENCE)
        try:
            line.request(method, path, body or None, headers)
            response = line.getresponse()
            answer = Answer(response.status, response.read(), response.headers.get("Location", ""))
            for given in response.headers.get_all("Set-Cookie", []):
                self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(given).items()})
            return answer
        finally:
            line.close()

    def once(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer | None:
        """One try that is counted; None when the line broke."""
        try:
            answer = self.ask(method, path, body, kind)
        except (OSError, http.client.HTTPException) as error:
            self.ledger.note(self.who, _broken(error))
            return None
        self.ledger.note(self.who, answer)
        return answer

    def persist(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        """The same again until it is answered. Raises Gone."""
        began, lost = time.monotonic(), 0
        while time.monotonic() - began < GIVE_UP:
            answer = self.once(method, path, body, kind)
            if answer is not None and answer.status < 500 and answer.status not in LATER:
                self.ledger.waited(time.monotonic() - began)
                answer.lost = lost
                return answer
            lost += answer is None
            time.sleep(PAUSES[min(lost, len(PAUSES) - 1)])
        raise Gone(f"{self.who}: {method} {path}")

    def get(self, path: str) -> Answer:
        return self.persist("GET", path)

    def send_json(self, path: str, body: object) -> Answer:
        return self.persist("POST", path, json.dumps(body).encode(), "application/json")

    def fill_in(self, path: str, **fields: str) -> Answer:
        return self.persist("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")


def _broken(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "no answer in time" if isinstance(error, TimeoutError) else "reset"

"""Who uses the portal while it is killed: phones with a queue, terminals, a carrier's files, people who sign in."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from tests.outage.asking import Answer, Browser, Gone, Ledger
from tests.outage.texts import taken
from tests.personas import PASSWORD

LOGIN, CONFIRM, OWN = "/accounts/login/", "/accounts/login/code/confirm/", "/my/"
SCAN_EVERY, BATCH_EVERY, FILE_EVERY, PERSON_EVERY, LOOK_EVERY = 1.0, 3.0, 10.0, 2.0, 0.5  # seconds
BATCH = 3  # parcels a terminal reports at once
LONG, SHORT = 600, 60  # lines of a file: one for the worker, one that is taken while its sender waits
CODE_PATIENCE = 30.0  # seconds a person waits for a code
MOST_SENT = 2  # files whose end the carrier waits for


def stamp() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def _told(answer: Answer) -> str:
    """What a page says, without its marks, head and foot."""
    page = re.sub(r"(?s)<(head|style|script|footer|nav)\b.*?</\1>|<[^>]*>", " ", answer.body.decode(errors="replace"))
    return " ".join(page.split())[:600]


@dataclass
class Load:
    ports: dict[str, int]
    ledger: Ledger
    facts: dict
    book: Path
    stop: threading.Event

    def browser(self, who: str, address: str, credentials: str = "") -> Browser:
        return Browser(self.ports, self.ledger, who, address, credentials)

    def jobs(self) -> list:
        """One callable for each sender."""
        phones = [lambda n=n, f=facts: self.phone(n, f) for n, facts in enumerate(self.facts["phones"])]
        terminals = [lambda n=n, f=facts: self.terminal(n, f) for n, facts in enumerate(self.facts["terminals"])]
        return [self._safely(job) for job in (*phones, *terminals, self.carrier, self.people, self.visitor)]

    def _safely(self, job):
        """What nobody answered any more is told, not thrown."""

        def run() -> None:
            try:
                job()
            except Gone as gone:
                self.ledger.complain(f"no answer any more: {gone}")

        return run

    # -- a keeper's phone ----------------------------------------------------------------------------
    def phone(self, n: int, facts: dict) -> None:
        """Reads one barcode after the other; each is sent with the same id until it is answered, in their order."""
        browser = self.browser("scan", f"203.0.113.{n + 1}")
        self._sign_in(browser, facts["login"])
        for waybill in facts["stock"]:
            if self.stop.wait(SCAN_EVERY):
                return
            scan = {"id": str(uuid.uuid4()), "number": waybill, "station": facts["station"], "at": stamp()}
            answer = browser.send_json(f"/work/scan/{facts['task']}/", scan)
            said = answer.json() if answer.status == 200 else {}
            if said.get("result") != "ok":
                self.ledger.complain(f"scan of {facts['task']}: {answer.status} {answer.body[:300]!r}")
                continue
            kept = {"id": scan["id"], "waybill": waybill, "task": facts["task"], "word": said["word"]}
            self.ledger.acknowledge("scan", kept)

    # -- a terminal -----------------------------------------------------------------------------------
    def terminal(self, n: int, facts: dict) -> None:
        """Reports arrivals, and a damage of each, in batches that are sent until they are answered."""
        device = self.browser("event", f"203.0.113.{n + 100}", facts["credentials"])
        stock = facts["stock"]
        for start in range(0, len(stock), BATCH):
            if self.stop.wait(BATCH_EVERY):
                return
            events = [
                {"id": f"{waybill}-{code}", "number": waybill, "code": code, "at": stamp(), "station": facts["station"]}
                for waybill in stock[start : start + BATCH]
                for code in ("READY_FOR_PICKUP", "DAMAGED")
            ]
            answer = device.send_json("/api/v1/events/", {"events": events})
            said = answer.json() if answer.status == 200 else {"refused": True}
            if said["refused"] or said["accepted"] + len(said["duplicates"]) != len(events):
                self.ledger.complain(f"events: {answer.status} {answer.body[:300]!r}")
                continue
            for event in events:
                self.ledger.acknowledge("event", {name: event[name] for name in ("id", "number", "code")})

    # -- a carrier's files ------------------------------------------------------------------------------
    def carrier(self) -> None:
        """Sends files and asks after each until it is done, whoever was killed over it."""
        system = self.browser("import", "203.0.113.200", self.facts["carrier"])
        pending: list[dict] = []
        for number in range(10_000):
            if self.stop.is_set():
                break
            file = {"file": number, "lines": SHORT if number % 3 == 2 else LONG}
            answer = self._upload(system, file)
            if answer.status not in (201, 202):
                self.ledger.complain(f"file: {answer.status} {answer.body[:300]!r}")
                continue
            pending.append(file | {"id": answer.json()["id"]})
            while len(pending) > MOST_SENT and not self.stop.is_set():
                pending = self._ask_after(system, pending)
            self.stop.wait(FILE_EVERY)
        deadline = time.monotonic() + 420  # a file whose worker was lost is taken up after two minutes
        while pending and time.monotonic() < deadline:
            pending = self._ask_after(system, pending)
        for file in pending:
            self.ledger.complain(f"file without an end: {file}")

    def _upload(self, system: Browser, file: dict) -> Answer:
        rows = [f"{number},{self.facts['station']},13600000000" for number in numbers_of(file)]
        content = "\n".join(["快递单号,目的站点,收件人手机", *rows, ""])
        mark = "county-portal-outage"
        body = (
            f'--{mark}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nparcels\r\n'
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file["file"]}.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{content}\r\n--{mark}--\r\n"
        )
        return system.persist("POST", "/api/v1/imports/", body.encode(), f"multipart/form-data; boundary={mark}")

    def _ask_after(self, system: Browser, pending: list[dict]) -> list[dict]:
        """Those that are still at work."""
        self.stop.wait(2)
        time.sleep(0.2)
        left = []
        for file in pending:
            said = system.get(f"/api/v1/imports/{file['id']}/").json()
            if said["state"] == "running":
                left.append(file)
            elif (said["state"], said["accepted"] + said["duplicates"], said["refused"]) != ("done", file["lines"], 0):
                self.ledger.complain(f"file {file}: {said}")
            else:
                self.ledger.acknowledge("import", file)
        return left

    # -- people who sign in -----------------------------------------------------------------------------
    def people(self) -> None:
        """Each with the password in one browser and with a code in another."""
        for n, phone in enumerate(self.facts["villagers"]):
            if self.stop.wait(PERSON_EVERY):
                return
            first = self.browser("sign-in", f"198.51.{n // 250}.{n % 250 + 1}")
            self._sign_in(first, phone)
            self._sign_in_by_code(self.browser("sign-in", f"198.18.{n // 250}.{n % 250 + 1}"), phone)

    def _sign_in(self, browser: Browser, phone: str) -> None:
        """The right password always opens; who was told so stays signed in."""
        while True:
            browser.get(LOGIN)
            answer = browser.fill_in(LOGIN, login=phone, password=PASSWORD)
            if self._is_in(browser, answer, "password"):
                return

    def _is_in(self, browser: Browser, answer: Answer, way: str) -> bool:
        if answer.status == 302 and browser.get(OWN).status == 200:
            self.ledger.acknowledge("sign-in", way)
            return True
        if not answer.lost:  # with a lost answer went the cookie of the session: the person begins again
            self.ledger.complain(f"sign-in by {way}: {answer.status} to {answer.location!r} {_told(answer)}")
            return True
        self.ledger.put_off["began again"] += 1
        browser.cookies.clear()
        return False

    def _sign_in_by_code(self, browser: Browser, phone: str) -> None:
        browser.get(LOGIN)
        since = stamp()
        asked = browser.fill_in(LOGIN, login=phone)
        if asked.status != 302:
            self.ledger.put_off["no further code for now"] += 1
            return
        tried: set[str] = set()
        until = time.monotonic() + CODE_PATIENCE
        while time.monotonic() < until:
            fresh = [code for code in self._codes(phone, since) if code not in tried]
            if not fresh:
                time.sleep(0.5)
                continue
            tried.add(fresh[-1])
            answer = browser.fill_in(CONFIRM, code=fresh[-1])
            if answer.status == 200 and asked.lost:
                continue  # of the request whose answer got lost: this browser's own is still to come
            self._is_in(browser, answer, "code")
            return
        self.ledger.put_off["code came late"] += 1

    def _codes(self, phone: str, since: str) -> list[str]:
        texts = [t for t in taken(self.book) if t["recipient"] == phone and t["at"] >= since]
        return [found[0] for text in texts if (found := re.search(r"\d{6}", text["text"]))]

    # -- somebody who only looks ------------------------------------------------------------------------
    def visitor(self) -> None:
        browser = self.browser("look", "192.0.2.1")
        waybills = self.facts["phones"][0]["stock"]
        turn = 0
        while not self.stop.wait(LOOK_EVERY):
            browser.once("GET", "/" if turn % 2 else f"/t/{waybills[turn % len(waybills)]}")
            turn += 1


def numbers_of(file: dict) -> list[str]:
    """The carrier's numbers in a file, of no other file."""
    return [f"76{file['file']:05d}{line:05d}" for line in range(file["lines"])]

"""One scan through the page (server, session, CSRF token, rights) against the service alone; and a morning's load of scans."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Permission as AuthPermission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from bench.data import Size
from bench.lookup import server
from bench.measure import line, paired
from logistics.desk.models import Scan
from logistics.desk.services.scans import take_scan
from logistics.parcels.models import Consent, Event
from logistics.parcels.services.parcels import ParcelDraft, create_parcels
from logistics.registry.models import Station, StationUserObjectPermission
from members.access.selectors import actor_of
from members.access.states import Role, hold_codename
from members.accounts.models import User
from portal.core.actor import system_actor

ROUNDS, SCANS = 5, 40  # rounds of the ratio, scans a round on each side
KEEPERS, EACH, PER_SECOND = 2, 500, 5.0
ALLOWED_MS = 150.0
STATION, CARRIER = "V100201", "c1"  # of bench/data.py


@dataclass
class Answered:
    """What became of one scan: its id, what was scanned, how it was judged, and the milliseconds until the answer."""

    id: str
    number: str
    result: str
    ms: float


@dataclass
class Phone:
    """A keeper's phone: logged in, one connection kept open, scans in order."""

    port: int
    user: User
    station: str
    answers: list[Answered] = field(default_factory=list)

    def __post_init__(self):
        browser = Client()
        browser.force_login(self.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        token = "b" * 32
        self.headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": token,
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}",
        }
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def scan(self, number: str, task: str = "inbound") -> Answered:
        body = {"id": str(uuid.uuid4()), "number": number, "station": self.station, "shelf": "3-2",
                "at": dt.datetime.now(dt.UTC).isoformat()}  # fmt: skip
        started = time.perf_counter()
        try:
            status, content = self._send(task, body)
        except (OSError, http.client.HTTPException):  # an idle line was closed: the same id again, as the page does
            self.line.close()
            status, content = self._send(task, body)
        elapsed = (time.perf_counter() - started) * 1000
        if status != 200:
            raise SystemExit(f"the server answered {status}: {content[:300]!r}")
        answered = Answered(body["id"], number, json.loads(content)["result"], elapsed)
        self.answers.append(answered)
        return answered

    def _send(self, task: str, body: dict[str, str]) -> tuple[int, bytes]:
        self.line.request("POST", f"/work/scan/{task}/", json.dumps(body), self.headers)
        response = self.line.getresponse()
        return response.status, response.read()


def drive(phones: list[Phone], numbers: list[list[str]], per_second: float) -> list[Answered]:
    """Every phone scans its numbers at `per_second`, all phones at once; the answers in no order."""

    def work(phone: Phone, mine: list[str]) -> list[Answered]:
        begun = time.perf_counter()
        with closing(phone.line):
            for place, number in enumerate(mine):
                time.sleep(max(begun + place / per_second - time.perf_counter(), 0))
                phone.scan(number)
        return phone.answers

    with ThreadPoolExecutor(len(phones)) as pool:
        return [row for rows in pool.map(work, phones, numbers) for row in rows]


def percentile(answers: list[Answered], share: int) -> float:
    return statistics.quantiles((row.ms for row in answers), n=100, method="inclusive")[share - 1]


def lost_and_doubled(answers: list[Answered], numbers: list[str]) -> tuple[int, int]:
    """Parcels that never arrived, and those that arrived more than once, by the log itself."""
    arrivals: dict[str, int] = dict.fromkeys(numbers, 0)
    rows = Event.objects.filter(parcel__carrier_number__in=numbers, code="READY_FOR_PICKUP")
    for number in rows.values_list("parcel__carrier_number", flat=True):
        arrivals[number] += 1
    scans = set(map(str, Scan.objects.filter(pk__in=[row.id for row in answers]).values_list("pk", flat=True)))
    lost = sum(n == 0 for n in arrivals.values()) + sum(row.id not in scans for row in answers)
    return lost, sum(n > 1 for n in arrivals.values())


def expected_parcels(station: str, carrier: str, count: int) -> list[str]:
    """Carrier numbers of `count` new parcels for the station, whose recipients agreed to it."""
    stamp, phones = f"{time.time_ns():x}".upper(), time.time_ns() // 1_000_000  # of this run alone
    drafts = [
        ParcelDraft(carrier=carrier, carrier_number=f"S{stamp}{n:05d}", destination_station=station,
                    recipient_name="王小明", recipient_phone=f"138{(phones + n) % 100_000_000:08d}")
        for n in range(count)
    ]  # fmt: skip
    now = timezone.now()
    parcels = [o.parcel for o in create_parcels(drafts=drafts, actor=system_actor("bench"), now=now)]
    Consent.objects.bulk_create(
        Consent(parcel=parcel, channel="phone", given_at=now, recorded_by="system:bench") for parcel in parcels
    )
    return [draft.carrier_number for draft in drafts]


def keeper_of(station: str, number: int) -> User:
    user, made = User.objects.get_or_create(phone=f"+861390001{number:04d}", defaults={"phone_verified": True})
    if made:
        held = AuthPermission.objects.get(
            codename=hold_codename(Role.KEEPER), content_type__app_label="registry", content_type__model="station"
        )
        place = Station.objects.get(code=station)
        StationUserObjectPermission.objects.create(user=user, permission=held, content_object=place)
    return user


def run(size: Size) -> list[str]:
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    cache.clear()
    keepers = [keeper_of(STATION, n) for n in range(KEEPERS)]
    with server() as port:
        return [_ratio(port, keepers[0]), _load(port, keepers)]


def _ratio(port: int, keeper: User) -> str:
    numbers = iter(expected_parcels(STATION, CARRIER, 2 * SCANS * (ROUNDS + 1)))
    station, actor = Station.objects.select_related("parent__parent").get(code=STATION), actor_of(keeper)
    phone = Phone(port, keeper, STATION)

    def through_the_page() -> float:
        return _rate([lambda n=number: phone.scan(n).result for number in islice(numbers, SCANS)])

    def alone() -> float:
        return _rate([lambda n=number: _take(station, actor, n) for number in islice(numbers, SCANS)])

    with closing(phone.line):
        through_the_page(), alone()  # warm on both sides
        rate, ceiling, ratio = paired(through_the_page, alone, ROUNDS)
    return line("scan.inbound", ratio, ms=1000 / rate, service_ms=1000 / ceiling)


def _take(station: Station, actor, number: str) -> str:
    answer = take_scan(id=uuid.uuid4(), task="inbound", station=station, number=number, actor=actor, now=timezone.now())
    return answer.result


def _rate(scans: list) -> float:
    started = time.perf_counter()
    results = [scan() for scan in scans]
    elapsed = time.perf_counter() - started
    assert set(results) == {"ok"}, set(results)
    return len(scans) / elapsed


def _load(port: int, keepers: list[User]) -> str:
    """Two keepers at five scans a second each: the ratio is what is allowed to the slowest of twenty, over what it takes."""
    numbers = expected_parcels(STATION, CARRIER, KEEPERS * EACH)
    mine = [numbers[n::KEEPERS] for n in range(KEEPERS)]
    answers = drive([Phone(port, keeper, STATION) for keeper in keepers], mine, PER_SECOND)
    lost, doubled = lost_and_doubled(answers, numbers)
    p95 = percentile(answers, 95)
    facts = {"p50_ms": percentile(answers, 50), "p95_ms": p95, "p99_ms": percentile(answers, 99), "scans": len(answers)}
    return line("scan.load", ALLOWED_MS / p95, **facts, lost=lost, doubled=doubled)

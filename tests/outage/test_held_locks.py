"""What one sender does holds no page: a parcel's row is locked, a long file is tried out, and people look things up.

In the shape of `./run` (one service) and in production's (three behind nginx, and a worker).
"""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from portal import embedded
from portal.web.services import ALL, READ, SIGN_IN, WRITE
from tests.commands.test_production import FROM_PROXY, HOST, ROOT, Server, free_port, production
from tests.outage.proxies import Nginx
from tests.outage.test_database_restart import script

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SENDERS = 4  # that send scans of the locked parcel again and again
PARCELS = 400
LIMIT = 1.0  # seconds within which a page, a lookup and a scan of another parcel are answered
HOLD = {"short": 15, "whole": 60}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    var = tmp_path_factory.mktemp("locks")
    with embedded.hold(var, durable=False) as urls:
        environment = production(
            var, TRUSTED_PROXIES="127.0.0.1", DJANGO_SETTINGS_MODULE="portal.settings", PYTHONPATH=str(ROOT), **urls
        )
        done = subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield var, environment, script("prepare", environment, str(PARCELS))


class Direct:
    """The one service of `./run`, asked as its proxy would ask."""

    def __init__(self, server):
        self.server = server

    def request(self, method, path, body=None, timeout=60, **headers):
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Host": HOST, **FROM_PROXY, **headers})
            response = connection.getresponse()
            return response.status, time.monotonic() - began, response.read(), response.headers
        finally:
            connection.close()


@pytest.fixture(scope="module")
def one_service(county):
    _, environment, _ = county
    server = Server(environment, free_port(), ALL)
    yield Direct(server)
    server.stop()


@pytest.fixture(scope="module")
def three_services(county):
    var, environment, _ = county
    with ExitStack() as stack:
        ports = {}
        for service in (READ, WRITE, SIGN_IN):
            server = Server(environment, free_port(), service)
            stack.callback(server.stop)
            ports[service] = server.port
        stack.enter_context(running_worker(var, environment))
        nginx = Nginx(var / "nginx", ports)
        stack.callback(nginx.stop)
        yield nginx


@contextmanager
def running_worker(var, environment):
    command = ["celery", "-A", "portal.celery", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    with (var / "worker.log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def locked(environment, waybill):
    """Somebody holds the parcel's row and does not let go."""
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute("SELECT 1 FROM parcels_parcel WHERE waybill = %s FOR UPDATE", [waybill])
        yield
        connection.rollback()


def scan(portal, facts, waybill, name):
    at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    event = {"id": f"{waybill}-{name}", "number": waybill, "code": "DAMAGED", "at": at}
    return portal.request(
        "POST", "/api/v1/events/", json.dumps({"events": [event]}),
        **{"Content-Type": "application/json", "Authorization": facts["credentials"]},
    )  # fmt: skip


def look_while(portal, facts, stop, free):
    """Seconds of each answer to people who have nothing to do with the locked parcel."""
    found = {"home": [], "lookup": [], "scan": []}
    for turn, waybill in enumerate(itertools.cycle(free)):
        if stop.is_set():
            break
        for name, ask in (
            ("home", lambda: portal.request("GET", "/")),
            ("lookup", lambda w=waybill: portal.request("GET", f"/t/{w}")),
            ("scan", lambda w=waybill, n=turn: scan(portal, facts, w, f"other-{n}")),
        ):
            status, seconds, body, *_ = ask()
            assert status == 200, (name, status, body)
            found[name].append(seconds)
        time.sleep(0.1)
    return found


def send_while(portal, facts, stop, waybill, name):
    """(status, seconds) of each answer to a sender of the locked parcel, who sends again until it is let go."""
    found = []
    while not stop.is_set():
        status, seconds, body, *_ = scan(portal, facts, waybill, name)
        found.append((status, seconds, body))
        time.sleep(0.1)
    return found


def assert_quick(found):
    """A single slow answer of a busy machine is none that waited: those take as long as a lock is waited for."""
    for name, seconds in found.items():
        assert len(seconds) >= 10, f"{name}: only {len(seconds)} answers"
        late = sorted(seconds)[int(len(seconds) * 0.9) :]
        assert late[0] < LIMIT, f"{name}: {[round(s, 2) for s in late]}"
        assert late[-1] < 2 * LIMIT, f"{name}: {[round(s, 2) for s in late]}"


def hold_and_look(county, portal, seconds, free):
    _, environment, facts = county
    waybill, stop = facts["waybills"][0], threading.Event()
    for path in ("/", f"/t/{facts['waybills'][1]}"):
        portal.request("GET", path)  # the first request of a process loads its templates
    scan(portal, facts, facts["waybills"][1], "first")  # makes the source of this sender
    with ThreadPoolExecutor(SENDERS + 1) as pool, locked(environment, waybill):
        senders = [pool.submit(send_while, portal, facts, stop, waybill, f"{n}") for n in range(SENDERS)]
        time.sleep(0.5)
        looking = pool.submit(look_while, portal, facts, stop, free)
        time.sleep(seconds)
        stop.set()
        quick = looking.result(60)
        refused = [answer for sender in senders for answer in sender.result(60)]
    assert {status for status, _, _ in refused} == {503}, {status for status, _, _ in refused}
    assert {json.loads(body)["error"]["code"] for _, _, body in refused} == {"busy"}
    assert max(seconds for _, seconds, _ in refused) < 10
    assert_quick(quick)
    assert script("count", environment)["differences"] == 0
    for n in range(SENDERS):  # what was refused is taken when it is sent again: nothing was half done
        assert scan(portal, facts, waybill, f"{n}")[0] == 200


@pytest.mark.parametrize("length", ["short", pytest.param("whole", marks=pytest.mark.long)])
def test_a_locked_parcel_holds_nobody_else_in_one_service(county, one_service, length):
    _, _, facts = county
    free = facts["waybills"][20:200]
    hold_and_look(county, one_service, HOLD[length], free)


def test_who_waited_is_told_when_to_come_back(county, one_service):
    _, environment, facts = county
    with locked(environment, facts["waybills"][2]):
        status, _, body, headers = scan(one_service, facts, facts["waybills"][2], "late")
    assert (status, int(headers["Retry-After"])) == (503, 2)
    assert json.loads(body)["error"]["hint"]


@pytest.mark.parametrize("length", ["short", pytest.param("whole", marks=pytest.mark.long)])
def test_a_locked_parcel_and_a_long_file_hold_nobody_else_behind_nginx(county, three_services, length):
    _, _, facts = county
    sent = upload_dry_run(three_services, facts)
    hold_and_look(county, three_services, HOLD[length], facts["waybills"][200:])
    assert wait_for_import(three_services, facts, sent)["state"] == "checked"


def upload_dry_run(portal, facts):
    """20,000 lines of news of parcels that are scanned meanwhile; the carrier wants to know what would happen."""
    lines = ["运单号,事件,时间,事件号"]
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600 - 60))
    numbers = facts["numbers"]
    lines += [f"{numbers[n % len(numbers)]},LINEHAUL,{at},dry-{n}" for n in range(20_000)]
    boundary = "county-portal-test"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("kind", "events"), ("dry_run", "1"))
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="news.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{chr(10).join(lines)}\r\n--{boundary}--\r\n"
    )
    status, _, body, *_ = portal.request(
        "POST", "/api/v1/imports/", "".join(parts).encode(),
        **{"Content-Type": f"multipart/form-data; boundary={boundary}", "Authorization": facts["carrier"]},
    )  # fmt: skip
    assert status == 202, body
    return json.loads(body)["id"]


def wait_for_import(portal, facts, batch):
    deadline = time.monotonic() + 240
    while True:
        _, _, body, *_ = portal.request("GET", f"/api/v1/imports/{batch}/", Authorization=facts["carrier"])
        answer = json.loads(body)
        if answer["state"] != "running":
            return answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.5)

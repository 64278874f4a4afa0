"""The database is restarted while terminals send: they get 503, send again, and nothing is lost or doubled."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import embedded
from tests.commands.test_production import FROM_PROXY, HOST, ROOT, Server, free_port, production

TERMINALS, BATCHES, ROWS = 4, 12, 10
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def script(name, environment, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", f"tests.outage.{name}", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture
def outage(tmp_path_factory):
    var = tmp_path_factory.mktemp("outage")
    with embedded.hold(var) as urls:
        environment = production(
            var, TRUSTED_PROXIES="127.0.0.1", DJANGO_SETTINGS_MODULE="portal.settings", PYTHONPATH=str(ROOT), **urls
        )
        facts = script("prepare", environment, str(TERMINALS * BATCHES * ROWS))
        server = Server(environment, free_port())
        yield var, environment, facts, server
        server.stop()


def test_restart_under_load_loses_and_doubles_nothing(outage):
    var, environment, facts, server = outage
    seen: Counter = Counter()
    first_answers = threading.Event()

    def post(batch):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {
            "Host": HOST,
            "Content-Type": "application/json",
            "Authorization": facts["credentials"],
            **FROM_PROXY,
        }
        try:
            connection.request("POST", "/api/v1/events/", json.dumps({"events": batch}), headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def terminal(n):
        share = facts["waybills"][n * BATCHES * ROWS : (n + 1) * BATCHES * ROWS]
        for start in range(0, len(share), ROWS):
            now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
            batch = [
                {"id": f"{waybill}-damaged", "number": waybill, "code": "DAMAGED", "at": now}
                for waybill in share[start : start + ROWS]
            ]
            while True:
                status, headers, body = post(batch)
                seen[status] += 1
                if status == 200:
                    break
                assert status == 503, body
                assert int(headers["Retry-After"]) > 0
                assert json.loads(body)["error"]["code"] == "unavailable"
                time.sleep(0.3)
            first_answers.set()
            time.sleep(0.15)

    with ThreadPoolExecutor(TERMINALS) as pool:
        running = [pool.submit(terminal, n) for n in range(TERMINALS)]
        first_answers.wait(30)
        embedded.stop_postgres(var)
        time.sleep(1.5)
        embedded.start_postgres(var)
        time.sleep(1)
        embedded.restart_postgres(var)
        for future in running:
            future.result()

    assert seen[503] > 0, "the outage was not noticed: the test shows nothing"
    sent = TERMINALS * BATCHES * ROWS
    assert script("count", environment) == {"events": sent, "keys": sent, "damaged": sent, "differences": 0}

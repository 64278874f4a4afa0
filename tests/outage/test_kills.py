"""A hundred processes are killed while people and machines work: nothing they were told is lost or happens twice.

In production mode with the three web services, worker, scheduler and servers that keep what they confirmed. Phones scan
through the pages, terminals and a carrier send, villagers sign in, recipients are told. `KILLS=8` makes it shorter.
The portal's logs stay in test-results/kills.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from portal import embedded
from tests.commands.conftest import servers_folder
from tests.commands.test_production import ROOT, free_port, production
from tests.outage.asking import GIVE_UP, Browser, Ledger
from tests.outage.senders import Load
from tests.outage.test_database_restart import script
from tests.outage.texts import BOOK
from tests.outage.victims import SERVICES, VICTIMS, Hunter

KILLS = int(os.environ.get("KILLS") or 100)
EACH = 25 * KILLS + 60  # parcels of a phone: as many as it can scan meanwhile
PEOPLE = 12 * KILLS + 60
BREATH = (0.5, 6.0)  # seconds between the portal's return and the next kill
pytestmark = [pytest.mark.long, pytest.mark.timeout(3 * 3600)]


@contextmanager
def portal():
    """A portal that brings its processes back; (folder, environment, facts, ports)."""
    with servers_folder() as var, embedded.hold(var) as urls:
        environment = production(
            var, TRUSTED_PROXIES="127.0.0.1", DJANGO_SETTINGS_MODULE="portal.settings", PYTHONPATH=str(ROOT),
            SMS_CHANNELS="tests.outage.texts.WritesDown", ARRIVAL_WINDOW_SECONDS="5", **{BOOK: str(var / "texts")},
            **urls,
        )  # fmt: skip
        facts = script("prepare_kills", environment, str(EACH), str(PEOPLE))
        ports = {service: free_port() for service in SERVICES}
        with (var / "supervisor.log").open("w") as output:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "tests.outage.supervise", json.dumps(ports)],
                cwd=ROOT, env=environment, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            yield var, environment, facts, ports
        finally:
            supervisor.terminate()
            supervisor.wait(120)
            shutil.copytree(var / "log", ROOT / "test-results" / "kills", dirs_exist_ok=True)


def wait_until_it_serves(ports: dict[str, int]) -> None:
    for service in SERVICES:
        Browser(dict.fromkeys(SERVICES, ports[service]), Ledger(), "health", "192.0.2.9").get("/health/")


def wait_until_it_took(ledger: Ledger, since: float, running: list[Future]) -> float:
    """Seconds until phones and terminals were told yes again, about something they sent after `since`."""
    deadline = since + GIVE_UP
    while time.monotonic() < deadline:
        for job in running:
            if job.done():
                job.result()  # a sender that failed by itself
        if all(ledger.latest.get(who, 0) > since for who in ("scan", "event")):
            return time.monotonic() - since
        time.sleep(0.05)
    raise AssertionError(f"nobody was told yes for {GIVE_UP} s: {ledger.wrong}")


def kill_one_after_the_other(hunter: Hunter, ledger: Ledger, running: list[Future]) -> dict[str, list[float]]:
    """Each victim as often as the others, in an order of chance; the seconds until the portal took again."""
    back: dict[str, list[float]] = defaultdict(list)
    bag: list[str] = []
    for _kill in range(KILLS):
        bag = bag or hunter.rng.sample(VICTIMS, len(VICTIMS))
        victim = bag.pop()
        time.sleep(hunter.rng.uniform(*BREATH))
        hunter.kill(victim)
        back[victim].append(wait_until_it_took(ledger, time.monotonic(), running))
    return back


def test_kills_under_load_lose_and_double_nothing(seed, tell):
    began = time.monotonic()
    with portal() as (var, environment, facts, ports):
        ledger, stop = Ledger(), threading.Event()
        wait_until_it_serves(ports)
        jobs = Load(ports, ledger, facts, var / "texts", stop).jobs()
        with ThreadPoolExecutor(len(jobs)) as pool:
            running = [pool.submit(job) for job in jobs]
            try:
                wait_until_it_took(ledger, time.monotonic(), running)
                hunter = Hunter(var, random.Random(seed))
                back = kill_one_after_the_other(hunter, ledger, running)
            finally:
                stop.set()
            for future in running:
                future.result()
        told = var / "told.json"
        stock = sum(len(sender["stock"]) for sender in (*facts["phones"], *facts["terminals"]))
        books = {who: ledger.acknowledged[who] for who in ("scan", "event", "import")}
        told.write_text(json.dumps(books | {"stock": stock}), encoding="utf-8")
        judged = script("check_kills", environment, str(told))
    say(tell, ledger, back, judged["found"])
    tell(f"seed {seed}, {time.monotonic() - began:.0f} s")
    assert ledger.wrong == []
    assert judged["wrong"] == []
    assert all(ledger.acknowledged[who] for who in ("scan", "event", "import", "sign-in"))
    assert sum(map(len, back.values())) == KILLS


def say(tell, ledger: Ledger, back: dict[str, list[float]], found: dict) -> None:
    for victim, seconds in sorted(back.items()):
        tell(f"killed {victim}: {len(seconds)}, took again after {min(seconds):.1f} to {max(seconds):.1f} s")
    by_status: dict[str, Counter] = defaultdict(Counter)
    for (who, status), count in ledger.answers.items():
        by_status[who][str(status)] += count
    for who, counts in sorted(by_status.items()):
        tell(f"answers to {who}: " + ", ".join(f"{status} {n}" for status, n in sorted(counts.items())))
    tell("acknowledged: " + ", ".join(f"{who} {len(rows)}" for who, rows in sorted(ledger.acknowledged.items())))
    tell(f"sign-in by: {dict(Counter(ledger.acknowledged['sign-in']))}, put off: {dict(ledger.put_off)}")
    tell("found: " + ", ".join(f"{name} {count}" for name, count in found.items()))
    tell(f"longest wait for an answer: {ledger.longest:.1f} s")

"""Who is killed, without a warning, and when the portal counts as back."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import psutil

from portal import embedded
from portal.web.services import READ, SIGN_IN, WRITE
from tests.outage.supervise import PROCESSES

SERVICES = (READ, WRITE, SIGN_IN)
VICTIMS = ("web process", "granian main", "celery child", "celery main", "beat", "backend", "postmaster", "redis")
APPEARS_WITHIN = 60  # seconds until somebody new stands where the last one was killed


class Hunter:
    def __init__(self, var: Path, rng: random.Random):
        self.var, self.rng = var, rng

    def kill(self, victim: str) -> str:
        """Kills one, waiting until there is one to kill. Its name, with the service where there are several."""
        service = self.rng.choice(SERVICES)
        deadline = time.monotonic() + APPEARS_WITHIN
        while time.monotonic() < deadline:
            try:
                found = self._find(victim, service)
                if found:
                    self.rng.choice(found).kill()
                    return victim
            except psutil.Error:
                pass  # gone between finding and killing: the next one
            time.sleep(0.1)
        raise AssertionError(f"no {victim} to kill within {APPEARS_WITHIN} s ({service})")

    def leaders(self) -> dict[str, int]:
        return json.loads((self.var / PROCESSES).read_text(encoding="utf-8"))

    def _find(self, victim: str, service: str) -> list[psutil.Process]:
        if victim in ("postmaster", "backend"):
            return self._of_postgres(victim)
        if victim == "redis":
            pid = embedded.status(self.var)["redis"]
            return [psutil.Process(pid)] if pid else []
        name = {"celery child": "worker", "celery main": "worker", "beat": "beat"}.get(victim, service)
        leader = psutil.Process(self.leaders()[name])
        if leader.status() == psutil.STATUS_ZOMBIE:
            return []
        if victim in ("web process", "celery child"):
            return [child for child in leader.children() if not _is_tracker(child)]
        return [leader]

    def _of_postgres(self, victim: str) -> list[psutil.Process]:
        pid = embedded.status(self.var)["postgres"]
        if not pid:
            return []
        postmaster = psutil.Process(pid)
        if victim == "postmaster":
            return [postmaster]
        return [child for child in postmaster.children() if "portal portal" in " ".join(child.cmdline())]


def _is_tracker(process: psutil.Process) -> bool:
    """multiprocessing's own helper, which serves nobody."""
    return "tracker" in " ".join(process.cmdline())

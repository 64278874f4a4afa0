"""One run per `var`: who runs, where, with which children; and clearing up after one that was killed."""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from portal.embedded.locks import try_exclusive

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Record:
    """What var/run.json says of the current run."""

    pid: int
    url: str = ""
    port: int = 0
    children: dict[str, int] = field(default_factory=dict)


class Instance:
    """The right to run in this `var`, held until the process ends, whatever way it ends."""

    def __init__(self, var: Path) -> None:
        self._path = var / "run.json"
        self._lock_path = var / "run.lock"
        self._lock: int | None = None

    def acquire(self) -> bool:
        self._lock = try_exclusive(self._lock_path)
        return self._lock is not None

    def read(self) -> Record | None:
        try:
            return Record(**json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, record: Record) -> None:
        scratch = self._path.with_suffix(".new")
        scratch.write_text(json.dumps(asdict(record)), encoding="utf-8")
        os.replace(scratch, self._path)

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def end_leftovers(self) -> list[str]:
        """Stop children of a killed run; their names. We hold the lock: that run is gone."""
        record = self.read()
        if record is None:
            return []
        found = {name: members(session) for name, session in record.children.items()}
        for give_up in (False, True):
            signal_all([pid for pids in found.values() for pid in pids], give_up)
            if _wait(list(record.children.values()), seconds=10):
                break
        self.clear()
        return [name for name, pids in found.items() if pids]


def members(session: int) -> list[int]:
    """The living processes of one of our sessions. Each child leads its own and works in our folder."""
    return [pid for pid in psutil.pids() if _is_member(pid, session)]


def _is_member(pid: int, session: int) -> bool:
    try:
        if os.getsid(pid) != session:
            return False
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and os.path.samefile(process.cwd(), ROOT)
    except (OSError, psutil.Error):
        return False


def signal_all(pids: list[int], give_up: bool) -> None:
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            process.kill() if give_up else process.terminate()


def _wait(sessions: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(members(session) for session in sessions):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True

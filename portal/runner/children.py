"""The child processes of a run: each in a session of its own, with a log, stopped in order."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from portal.runner.instance import ROOT, members, signal_all

STOPPERS = {signal.SIGINT, signal.SIGTERM}
BAD_CONFIGURATION = 78  # exit code of portal.web: starting it again would end the same way
LOG_LIMIT = 10 * 1024 * 1024
GRACE = {"web": 10.0, "beat": 10.0, "worker": 30.0}  # seconds; a worker finishes the tasks it holds


class StopSwitch:
    """Ctrl-C, TERM and a closed terminal set `wanted`; asking again sets `urgent`."""

    def __init__(self) -> None:
        self.wanted = False
        self.urgent = False
        for number in (signal.SIGINT, signal.SIGTERM):  # also when a shell that put us behind had INT ignored
            signal.signal(number, self._set)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, self._set)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPERS)  # held back by bootstrap until somebody listens

    def _set(self, number: int, frame: object) -> None:
        self.urgent = self.wanted
        self.wanted = True


class Children:
    def __init__(self, logs: Path, switch: StopSwitch) -> None:
        self._logs = logs
        self._switch = switch
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._log_began: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._commands: dict[str, tuple[str, ...]] = {}
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def sessions(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._running.items()}

    def names(self) -> list[str]:
        return list(self._running)

    def code(self, name: str) -> int | None:
        """The exit code of a child that ended by itself; None while it lives."""
        return self._running[name].poll()

    def age(self, name: str) -> float:
        """Seconds since its last start."""
        return time.monotonic() - self._began[name]

    def start_again(self, name: str) -> None:
        """What a killed leader left of its session would hold its port."""
        signal_all(members(self._running[name].pid), give_up=True)
        self.start(name, *self._commands[name])

    def start(self, name: str, module: str, *arguments: str) -> None:
        self._commands[name] = (module, *arguments)
        self._began[name] = time.monotonic()
        log = self.log(name)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self._log_began[name] = output.tell()
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches us alone: we stop them in order
            )

    def said(self, name: str) -> str:
        """What the child has written to its log since it was started."""
        with self.log(name).open("rb") as log:
            log.seek(self._log_began[name])
            return log.read().decode("utf-8", errors="replace")

    def dead(self) -> str | None:
        """The name of a child that ended by itself."""
        return next((name for name, child in self._running.items() if child.poll() is not None), None)

    def stop(self) -> None:
        for name in list(self._running):
            self._stop_one(name)

    def _stop_one(self, name: str) -> None:
        child = self._running.pop(name)
        if child.poll() is None:
            child.terminate()  # only the leader: granian and Celery end their own workers, gently
        deadline = time.monotonic() + GRACE.get(name, 10.0)
        while child.poll() is None and time.monotonic() < deadline and not self._switch.urgent:
            time.sleep(0.05)
        signal_all(members(child.pid), give_up=True)
        child.wait()


def run_visibly(switch: StopSwitch, module: str, *arguments: str) -> int:
    """Run a child on our own terminal, until it ends or a stop is wanted; its exit code."""
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True
    )
    while child.poll() is None:
        if switch.wanted:
            os.kill(child.pid, signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
        time.sleep(0.05)
    return child.wait()

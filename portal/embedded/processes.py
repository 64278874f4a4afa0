"""Telling our server processes from everybody else's."""

import contextlib
import os
import time
from pathlib import Path

import psutil


def ours(pid: int | None, program: str, folder: Path) -> bool:
    """True when the process is `program` working in `folder`. Both servers make their data folder their own.

    A pid file alone proves nothing: after a power cut its number may belong to anybody.
    """
    if not pid or pid <= 1:
        return False
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith(program):
            return False
        return os.path.samefile(process.cwd(), folder)
    except (psutil.Error, OSError):
        return False


def all_ours(program: str, folder: Path) -> list[int]:
    """Every process of the server, also children which outlived their parent."""
    return [pid for pid in psutil.pids() if ours(pid, program, folder)]


def read_pid(path: Path) -> int | None:
    """The number in the first line of a pid file."""
    try:
        return int(path.read_text(encoding="utf-8", errors="replace").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def wait_until_gone(program: str, folder: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while all_ours(program, folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def tail(path: Path, lines: int = 15) -> str:
    """The end of a log, to be shown with an error."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def end(program: str, folder: Path, seconds: float) -> bool:
    """Ask every process of the server to end, after `seconds` end it. False when one is still there."""
    for give_up in (False, True):
        for pid in all_ours(program, folder):
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                process.kill() if give_up else process.terminate()
        if wait_until_gone(program, folder, seconds):
            return True
    return False

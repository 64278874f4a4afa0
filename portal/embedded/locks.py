"""File locks: one start at a time, and the count of those who use the servers.

The kernel drops a lock with its holder, whatever way that one ends, so a crash leaves nothing to clean up.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock, then hold it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_exclusive(path: Path) -> int | None:
    """A descriptor which holds the lock until it is closed, or None when somebody else has it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


class Use:
    """One user of the servers under `var`; `alone()` is true when no other user is left."""

    def __init__(self, var: Path) -> None:
        self._path = var / "users.lock"
        self._descriptor: int | None = None

    def take(self) -> None:
        if self._descriptor is None:
            self._descriptor = _open(self._path)
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def alone(self) -> bool:
        """Asked after one's own release."""
        descriptor = try_exclusive(self._path)
        if descriptor is None:
            return False
        os.close(descriptor)
        return True

    def __enter__(self) -> "Use":
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

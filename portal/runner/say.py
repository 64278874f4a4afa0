"""Progress lines: one a step, English and Chinese, with the time it took."""

import contextlib
import sys
import time
from collections.abc import Iterator


def say(text: str = "") -> None:
    # The terminal may be gone while we still have servers to stop.
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


@contextlib.contextmanager
def step(english: str, chinese: str) -> Iterator[None]:
    say(f"▸ {english} {chinese} …")
    began = time.monotonic()
    yield
    say(f"  done 完成 ({time.monotonic() - began:.1f} s)")


def complain(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)

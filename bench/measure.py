"""Measuring: the thing and its limit in turn, so that a machine that slows down slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def paired(ours: Callable[[], float], limit: Callable[[], float], rounds: int) -> tuple[float, float, float]:
    """Rates (per second) of both in alternation. Returns medians of ours, of the limit, and of their ratio round by round."""
    pairs = []
    for _round in range(rounds):
        ceiling = limit()
        pairs.append((ours(), ceiling))
    return (
        statistics.median(a for a, _b in pairs),
        statistics.median(b for _a, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def line(metric: str, ratio: float, **facts) -> str:
    details = " ".join(
        f"{name}={value:,.1f}" if isinstance(value, float) else f"{name}={value}" for name, value in facts.items()
    )
    return f"{metric} ratio={ratio:.3f} {details}"

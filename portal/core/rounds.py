"""The base of all tasks (portal/celery.py): each round asks the referee of clocks first."""

from __future__ import annotations

from typing import Any

from celery import Task

from portal.core.referee import agrees


class Round(Task):
    """A task that does nothing while the worker's clock is off. What waits is a row, and a later round finds it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not agrees("worker"):
            return None
        return super().__call__(*args, **kwargs)

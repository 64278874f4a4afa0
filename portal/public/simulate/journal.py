"""The day's journal: one line an act, written after it. A day that was cut off goes on behind its last line."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from portal.public.simulate.ledger import Outcome


class Journal:
    """`head` says which day it is; a journal with another head is not ours."""

    def __init__(self, path: Path):
        self.path = path
        self.done: dict[str, Outcome] = {}
        self.head: dict[str, Any] = {}
        self._file = None

    def read(self) -> bool:
        """Whether there is a day to go on with: begun, not ended."""
        if not self.path.exists():
            return False
        lines = self.path.read_text(encoding="utf-8").splitlines()
        rows = [row for row in map(_row, lines) if row is not None]  # the last line may be cut off
        if not rows or "head" not in rows[0] or any("end" in row for row in rows):
            return False
        self.head = rows[0]["head"]
        for row in (r for r in rows if "act" in r):
            self.done[row["act"]] = Outcome(row["facts"], row["refs"], Counter(row["acts"]), row["surprises"])
        return True

    def open(self, head: dict[str, Any] | None = None) -> None:
        """A new day with `head`, or without it the one that was read."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if head is not None else 0)
        self._file = os.fdopen(os.open(self.path, flags, 0o600), "w", encoding="utf-8")
        if head is not None:
            self.head = head
            self._write({"head": head})
        else:
            self._file.write("\n")  # the last line may have been cut off
            self._write({"again": True})

    def keep(self, act: str, outcome: Outcome) -> None:
        self._write(
            {
                "act": act,
                "facts": outcome.facts,
                "refs": outcome.refs,
                "acts": dict(outcome.acts),
                "surprises": outcome.surprises,
            }
        )

    def end(self) -> None:
        self._write({"end": True})
        self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, row: dict[str, Any]) -> None:
        assert self._file is not None  # noqa: S101  open() comes first
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None

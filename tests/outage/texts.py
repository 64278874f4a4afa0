"""A provider of text messages that writes down what it took, before it says so: the other side's own books."""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from pathlib import Path

from portal.notify.sms import Accepted, Outgoing, Receipt

BOOK = "OUTAGE_TEXTS"  # in the environment: the file


def taken(path: Path) -> list[dict]:
    """What the provider took so far, in its order."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class WritesDown:
    name = "outage"

    def __init__(self):
        self.path = Path(os.environ[BOOK])

    def send(self, outgoing: Outgoing) -> Accepted:
        entry = {
            "reference": uuid.uuid4().hex, "message": outgoing.message_id, "recipient": outgoing.recipient,
            "template": outgoing.template, "lines": outgoing.count, "text": outgoing.text,
            "at": dt.datetime.now(dt.UTC).isoformat(),
        }  # fmt: skip
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())  # one write: lines of two workers do not mix
        finally:
            os.close(descriptor)
        return Accepted(entry["reference"], 1)

    def receipts_of(self, *, recipient: str, since: dt.datetime) -> list[Receipt]:
        """Every text arrived. A worker that was killed before it heard the answer learns so from here."""
        return [
            Receipt(
                reference=entry["reference"], delivered=True, code="DELIVRD", recipient=recipient,
                message_id=entry["message"], at=dt.datetime.fromisoformat(entry["at"]),
            )
            for entry in taken(self.path)
            if entry["recipient"] == recipient and dt.datetime.fromisoformat(entry["at"]) >= since
        ]  # fmt: skip

"""A provider of the tests' own: remembers what it was given and fails as it is told."""

from __future__ import annotations

import threading

from portal.notify.segments import segments
from portal.notify.sms import Accepted, Outgoing


class Provider:
    """Raises its `failures` one after another, then takes everything. `receipts` are what it tells when asked."""

    def __init__(self, *failures: Exception, name: str = "test", receipts=()):
        self.name, self.failures, self.receipts = name, list(failures), list(receipts)
        self.given: list[Outgoing] = []
        self.lock = threading.Lock()

    def send(self, outgoing: Outgoing) -> Accepted:
        with self.lock:
            if self.failures:
                raise self.failures.pop(0)
            self.given.append(outgoing)
        return Accepted(f"{self.name}:{outgoing.message_id}:{len(self.given)}", segments(outgoing.text))

    def receipts_of(self, *, recipient, since):
        return [receipt for receipt in self.receipts if receipt.recipient == recipient]

    @property
    def texts(self) -> list[tuple[str, str]]:
        return [(outgoing.recipient, outgoing.text) for outgoing in self.given]

    @property
    def ids(self) -> list[str]:
        return [outgoing.message_id for outgoing in self.given]

"""The reader's certificates as a page shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from logistics.certificates.kinds import kind_of
from logistics.certificates.models import Certificate
from logistics.certificates.selectors import held_certificates
from logistics.certificates.states import REMIND_DAYS, CertificateState, live_state
from portal.core.actor import Actor
from portal.core.clock import county_day

TONES = {
    CertificateState.VALID: "ok",
    CertificateState.SUSPENDED: "warn",
    CertificateState.EXPIRED: "warn",
    CertificateState.REVOKED: "error",
}


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """`days_left` is said from the first reminder on, None before and after."""

    number: str
    kind: str
    holder: str
    state: CertificateState
    tone: str
    valid_until: dt.date | None
    days_left: int | None


class Lines(Sequence):
    """The rows of a page are read when it is shown, and counted in the database."""

    def __init__(self, rows: QuerySet[Certificate], today: dt.date) -> None:
        self.rows, self.today = rows, today

    def __len__(self) -> int:
        return self.rows.count()

    def __getitem__(self, place: Any) -> Any:
        found = self.rows[place]
        return [_line(row, self.today) for row in found] if isinstance(place, slice) else _line(found, self.today)


def lines_of(*, actor: Actor, now: dt.datetime) -> Lines:
    """Those in force first, and of them those that end first."""
    return Lines(held_certificates(actor=actor), county_day(now))


def _line(row: Certificate, today: dt.date) -> CertificateLine:
    state = live_state(row.state, row.valid_until, today)
    left = (row.valid_until - today).days if row.valid_until else None
    soon = state == CertificateState.VALID and left is not None and left <= max(REMIND_DAYS)
    return CertificateLine(
        row.number, str(kind_of(row.kind).label), row.holder_name, state, TONES.get(state, ""), row.valid_until,
        left if soon else None,
    )  # fmt: skip

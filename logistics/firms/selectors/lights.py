"""How a party stands, as a light with words: green, amber, red, and grey for what needs no certificate yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from logistics.firms.states import SOON_DAYS
from logistics.registry.models import Certified
from logistics.registry.standing import paper_end, standing_of
from logistics.registry.states import Standing


@dataclass(frozen=True, slots=True)
class Light:
    """`tone` is that of badges: ok, warn, error, or empty. `until` is the last good day, `why` the reason of a stop."""

    tone: str
    word: Any
    until: dt.date | None = None
    why: str = ""

    @property
    def red(self) -> bool:
        return self.tone == "error"


def light_of(party: Certified, *, today: dt.date) -> Light:
    """Reads nothing but the row."""
    standing = standing_of(party, today=today)
    if standing != Standing.GOOD:
        return Light("error", standing.label, _stopped_since(party, standing), party.stopped_why)
    ends, papers = party.certified_until, paper_end(party)
    if ends is None and party.certify_by is not None:
        return Light("warn", _("尚未认证，须在此日前取得证书"), party.certify_by)
    if papers is not None and _days(papers, today) <= SOON_DAYS and (ends is None or papers <= ends):
        return Light("warn", _("证件将在 %(n)s 天后到期") % {"n": _days(papers, today)}, papers)
    if ends is None:
        return Light("", _("尚未认证"))
    if _days(ends, today) <= SOON_DAYS:
        return Light("warn", _("证书将在 %(n)s 天后到期") % {"n": _days(ends, today)}, ends)
    return Light("ok", _("有效"), ends)


def _days(day: dt.date, today: dt.date) -> int:
    return (day - today).days


def _stopped_since(party: Certified, standing: Standing) -> dt.date | None:
    return {
        Standing.EXPIRED: party.certified_until,
        Standing.UNCERTIFIED: party.certify_by,
        Standing.PAPERS_EXPIRED: paper_end(party),
    }.get(standing)

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _


class CertificateState(models.TextChoices):
    VALID = "valid", _("有效")
    SUSPENDED = "suspended", _("暂停")
    EXPIRED = "expired", _("已到期")
    REPLACED = "replaced", _("已换发")
    REVOKED = "revoked", _("已撤销")
    CANCELLED = "cancelled", _("已注销")


S = CertificateState
# What may follow what; the database refuses everything else (migration 0003). EXPIRED is never stored: the date says
# it, so a clock that was wrong for a night leaves nothing behind.
MOVES: dict[str, frozenset[str]] = {
    S.VALID: frozenset({S.SUSPENDED, S.REPLACED, S.REVOKED, S.CANCELLED}),
    S.SUSPENDED: frozenset({S.VALID, S.REPLACED, S.REVOKED, S.CANCELLED}),
    S.EXPIRED: frozenset(),
    S.REPLACED: frozenset(),
    S.REVOKED: frozenset(),
    S.CANCELLED: frozenset(),
}
CURRENT = (S.VALID, S.SUSPENDED, S.EXPIRED)  # the certificate a holder has now, whether or not it lets them work


def live_state(state: str, valid_until: dt.date | None, today: dt.date) -> CertificateState:
    """What a certificate is on `today`, the county's date: past its last day it is expired.

    A suspended one stays suspended: that is what its holder has to settle first.
    """
    ended = valid_until is not None and valid_until < today
    return S.EXPIRED if state == S.VALID and ended else CertificateState(state)


class Act(models.TextChoices):
    """What officials do to a certificate after it was issued."""

    SUSPEND = "suspend", _("暂停")
    REINSTATE = "reinstate", _("恢复")
    REVOKE = "revoke", _("撤销")
    CANCEL = "cancel", _("注销")


class MeasureState(models.TextChoices):
    PROPOSED = "proposed", _("待复核")
    DONE = "done", _("已执行")
    REJECTED = "rejected", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


FOUR_EYES = (Act.REVOKE,)  # a second official decides
AFTER = {Act.SUSPEND: S.SUSPENDED, Act.REINSTATE: S.VALID, Act.REVOKE: S.REVOKED, Act.CANCEL: S.CANCELLED}

REMIND_DAYS = (60, 30, 7, 1)  # before the last day, once each

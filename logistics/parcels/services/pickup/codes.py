"""Pickup codes: six random digits, unique among the parcels that wait at one station.

Digits only, because they are read aloud in dialect, copied from an old phone and typed on a number pad. Not built
from shelf and day ("3-2-1005" as station software often does): such a code is guessed from one's own. The shelf is
told apart from the code. With five wrong tries a half hour, guessing one parcel's code takes years.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import clock
from logistics.parcels.models import DoorCode, Parcel, PickupCode
from logistics.parcels.services.pickup.links import subject_of
from logistics.registry.models import Station
from portal.core.errors import BadInput, TooMany, Unavailable
from portal.core.fields import keyed_hash
from portal.core.masking import normalise_digits
from portal.core.rows import insert_row
from portal.notify.services import withdraw

CODE_LENGTH = 6
WRONG_TRIES = 5
LOCKED_FOR = dt.timedelta(minutes=30)
_DRAWS = 20
_RUNS = ("0123456789", "9876543210")


class WrongCode(BadInput):
    code = "wrong_pickup_code"
    message = _("取件码不对。")
    hint = _("请核对短信中的六位取件码；忘记了可在“我的包裹”查看，或凭证件取件。")
    left = WRONG_TRIES  # tries before it is locked


class CodeLocked(TooMany):
    code = "pickup_code_locked"


class NoFreeCode(Unavailable):
    code = "no_free_pickup_code"
    message = _("暂时分配不到取件码。")
    hint = _("请再扫描一次。")


def draw_code() -> str:
    """Random digits, without those that a guesser tries first (111111, 123456)."""
    while True:
        code = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}d}"
        if len(set(code)) > 1 and not any(code in run for run in _RUNS):
            return code


def spaced(code: str) -> str:
    """`482913` → `482 913`, as codes are shown and read aloud."""
    return f"{code[:3]} {code[3:]}"


def code_hash(code: str) -> str:
    return keyed_hash(code, "pickup-code")


_LIVE_ONCE = "(station_id, code_hash) WHERE used_at IS NULL AND voided_at IS NULL"  # index pickup_code_live_once


def issue_code(
    *, parcel: Parcel, station: Station, now: dt.datetime, draw: Callable[[], str] = draw_code
) -> PickupCode:
    """A live code for a parcel, locked by the caller, at a station. A parcel keeps one row for life.

    A code that was used or voided by mistake comes back with its old digits, because the recipient has them on the
    phone; new ones are drawn when another parcel of the station got them meanwhile, or at another station.
    Raises NoFreeCode when the draws keep meeting live codes of the station.
    """
    old = PickupCode.objects.filter(parcel=parcel).first()
    if old is None:
        return first_code(parcel=parcel, station=station, now=now, draw=draw)
    return renew_code(row=old, station=station, now=now, draw=draw)


def first_code(
    *, parcel: Parcel, station: Station, now: dt.datetime, draw: Callable[[], str] = draw_code
) -> PickupCode:
    """As issue_code, for a parcel that never had one. One statement unless digits are taken."""
    row = PickupCode(parcel=parcel, station=station, issued_at=now)
    for _try in range(_DRAWS):
        row.code = draw()
        row.code_hash = code_hash(row.code)
        if insert_row(row, unless=_LIVE_ONCE):
            return row
    raise NoFreeCode()


def renew_code(
    *, row: PickupCode, station: Station, now: dt.datetime, draw: Callable[[], str] = draw_code
) -> PickupCode:
    """As issue_code, for a parcel whose code `row` was used or voided, or belongs to another station."""
    old = iter([row.code] if row.station_id == station.pk else [])
    row.station, row.issued_at, row.used_at, row.voided_at = station, now, None, None
    row.wrong_tries, row.locked_until = 0, None
    return _save_unique(row, lambda: next(old, None) or draw())


def reopen_code(*, parcel: Parcel, now: dt.datetime) -> None:
    """Makes the code of an undone pickup live again."""
    row = PickupCode.objects.select_related("station").filter(parcel=parcel, voided_at=None).first()
    if row is not None and row.used_at is not None:
        issue_code(parcel=parcel, station=row.station, now=now)


def void_code(*, parcel: Parcel, now: dt.datetime) -> None:
    """Ends the code without a pickup. A message about it that nobody sent yet is not sent."""
    withdraw(subject=subject_of(parcel), now=now)
    PickupCode.objects.filter(parcel=parcel, used_at=None, voided_at=None).update(voided_at=now)


def _save_unique(row: PickupCode, draw: Callable[[], str]) -> PickupCode:
    for _try in range(_DRAWS):
        row.code = draw()
        row.code_hash = code_hash(row.code)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # another parcel of this station has these digits: the index is the referee
            continue
        return row
    raise NoFreeCode()


def try_code(*, row: PickupCode | DoorCode, code: str, now: dt.datetime) -> WrongCode | CodeLocked | None:
    """Compare in constant time and count. The error is returned, so that the caller commits the count first."""
    if row.locked_until is not None and row.locked_until > now:
        return _locked(row, now)
    typed = "".join(c for c in normalise_digits(code) if c.isdigit())
    if hmac.compare_digest(code_hash(typed), row.code_hash):
        return None
    row.wrong_tries = 1 if row.locked_until is not None else row.wrong_tries + 1
    row.locked_until = now + LOCKED_FOR if row.wrong_tries >= WRONG_TRIES else None
    row.save(update_fields=["wrong_tries", "locked_until"])
    if row.locked_until is not None:
        return _locked(row, now)
    error = WrongCode(gettext("取件码不对，还可以再试 %(left)s 次。") % {"left": WRONG_TRIES - row.wrong_tries})
    error.left = WRONG_TRIES - row.wrong_tries
    return error


def _locked(row: PickupCode | DoorCode, now: dt.datetime) -> CodeLocked:
    assert row.locked_until is not None  # noqa: S101  only called with a lock
    return CodeLocked(
        gettext("输错次数过多，这个取件码已锁定至 %(until)s。") % {"until": clock(row.locked_until)},
        hint=gettext("请稍后再试，或核对证件并输入工作密码取件。"),
        retry_after=(row.locked_until - now).total_seconds(),
    )

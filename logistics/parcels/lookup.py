"""The read side of the public lookup: numbers, the three privacy tiers and what each may tell.

Tier 0 is a number alone, tier 1 a number and the last four digits of the recipient's or sender's phone. Who may
see tier 2 (a code by SMS, a signed link, a login) is decided by the faces; its facts are read here as well.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext_lazy as _

from logistics.parcels.events import normalise_number
from logistics.parcels.states import Act, Issue, Stage
from portal.core import checkdigits
from portal.core.errors import BadInput
from portal.core.fields import keyed_hash
from portal.core.masking import mask_name, mask_phone, normalise_digits, scrub
from portal.core.phones import is_mobile

WAYBILL_PREFIX = "XN"  # our own numbers: XN, 11 random characters, a check character
TAIL_LENGTH = 4
OPEN_AFTER_END = dt.timedelta(days=30)  # tiers 1 and 2 close this long after the end of the journey
COMPARISONS = 16  # always as many comparisons, so that the time tells nothing about how many there are
_SQL = Path(__file__).parent / "sql"
TIER0_SQL = (_SQL / "lookup.sql").read_text(encoding="utf-8")
MANY_SQL = TIER0_SQL.replace("IN ($1, $2)", "= ANY($1)")
TAILS_SQL = (_SQL / "lookup_tails.sql").read_text(encoding="utf-8")
MORE_SQL = (_SQL / "lookup_more.sql").read_text(encoding="utf-8")
# Events of which a carrier's words tell more than our own sentence: between which places, why, to whom passed on.
_CARRIER_TELLS = frozenset({Stage.LINEHAUL.value, Act.FORWARDED.value, *Issue.values})
_NUMBER = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{2,38})[0-9A-Z]")
_OWN = re.compile(rf"{WAYBILL_PREFIX}[0-9A-Z]{{12}}")
_S10 = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")
_CONFUSED = str.maketrans("OIL", "011")


class NotANumber(BadInput):
    code = "not_a_number"
    message = _("这不像一个单号。")
    hint = _("单号由 6 到 40 位数字和字母组成，印在面单条码下方，也在取件短信里。请照着再输一次。")


# -- numbers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A number as typed, tidied: `text` is shown, `spellings` are looked for."""

    text: str
    spellings: tuple[str, ...]

    @property
    def bare(self) -> str:
        """Without hyphens: what limits count, so that hyphens in new places are no new number."""
        return self.text.replace("-", "")


def read_number(typed: str) -> Number:
    """Spaces, full-width, lower case and hyphens forgiven; O, I and L too in our own numbers. A piece's code is its
    parcel's number. Raises NotANumber."""
    text = normalise_number(normalise_number(typed[:200]).translate(_DASHES)).strip("-") if typed else ""
    if not 6 <= len(text) <= 40 or not _NUMBER.fullmatch(text):
        raise NotANumber
    bare = text.replace("-", "")
    if _OWN.fullmatch(bare):
        own = WAYBILL_PREFIX + bare[len(WAYBILL_PREFIX) :].translate(_CONFUSED)
        return Number(own, (own,) if own == bare else (own, bare))
    return Number(text, (text,) if bare == text else (text, bare))


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−_·.", "-"))


def looks_mistyped(number: Number) -> bool:
    """Whether the number has a check digit that is wrong: our own form, or UPU S10 (international post)."""
    if _OWN.fullmatch(number.text):
        return not checkdigits.is_valid(number.text)
    match = _S10.fullmatch(number.text)
    return match is not None and s10_check(match[2]) != int(match[3])


def s10_check(serial: str) -> int:
    """Check digit of the eight digits of a UPU S10 number (weights 8 6 4 2 3 5 9 7, modulo 11)."""
    rest = sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {0: 5, 1: 0}.get(rest, 11 - rest)


# -- last four digits ---------------------------------------------------------------------------------------


def tail_of(phone_or_digits: str) -> str:
    """The last four digits, as people know a phone; "" when there are fewer."""
    digits = re.sub(r"[^0-9]", "", normalise_digits(phone_or_digits or ""))
    return digits[-TAIL_LENGTH:] if len(digits) >= TAIL_LENGTH else ""


def tail_hash(phone_or_digits: str) -> str:
    """Keyed hash of the last four digits, so that nobody reads a phone to compare; "" without four digits."""
    tail = tail_of(phone_or_digits)
    return keyed_hash(tail, "tail:phone") if tail else ""


# -- reading -------------------------------------------------------------------------------------------------


def _fetch(sql: str, *parameters) -> list[tuple]:
    """All rows of one statement, prepared on the server, past the layers of Django's cursor.

    A connection found dead (database restarted) is opened again once. Errors are those of django.db.
    """
    try:
        return _execute(sql, parameters)
    except (OperationalError, InterfaceError):
        dead = connection.connection is None or connection.connection.closed
        if connection.in_atomic_block or not dead:
            raise
        connection.close()
        return _execute(sql, parameters)


def _execute(sql: str, parameters: tuple) -> list[tuple]:
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0"})
    with connection.wrap_database_errors:
        cursor = psycopg.RawCursor(connection.connection)
        cursor.execute(sql, parameters, prepare=True)
        return cursor.fetchall()


def public_json(number: Number) -> str | None:
    """Tier 0 as JSON text `{"number": …, "parcels": […]}`, or None for an unknown number. One statement."""
    rows = [row for row in _fetch(TIER0_SQL, number.spellings[0], number.spellings[-1]) if not row[3]]
    if not rows:
        return None
    return f'{{"number":"{number.text}","parcels":[{",".join(row[2] for row in rows)}]}}'


def public_many(numbers: list[Number], *, earlier: bool = False) -> dict[str, list[tuple[int, dict]]]:
    """Tier 0 of several numbers in one statement: text of the number → (id, facts) of its parcels, or none.

    `earlier`: with the parcels that had the number before, for those who proved to be their people.
    """
    owners = {spelling: number.text for number in numbers for spelling in number.spellings}
    found: dict[str, list[tuple[int, dict]]] = {number.text: [] for number in numbers}
    for spelling, parcel_id, facts, before in _fetch(MANY_SQL, list(owners)):
        if earlier or not before:
            found[owners[spelling]].append((parcel_id, json.loads(facts)))
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """Parcels whose digits were right and that are not closed for longer than 30 days.

    `found`: all parcels of the number, whatever the digits: tries are counted by them.
    """

    parcel_ids: tuple[int, ...] = field(default_factory=tuple)
    found: tuple[int, ...] = field(default_factory=tuple)

    def __bool__(self) -> bool:
        return bool(self.parcel_ids)


def open_with_digits(number: Number, digits: str, now: dt.datetime) -> Opened:
    """Compares the digits with those of recipient and sender.

    An unknown number, wrong digits and a parcel that ended more than 30 days ago take the same single statement
    and the same number of comparisons.
    """
    rows = _fetch(TAILS_SQL, list(number.spellings))
    given = tail_hash(digits) or keyed_hash("", "tail:none")
    nobody = (0, None, "", keyed_hash("nobody", "tail:none"))
    right = []
    for parcel_id, closed_at, _role, stored in (rows + [nobody] * COMPARISONS)[:COMPARISONS]:
        same = hmac.compare_digest(stored, given)
        if same and still_open(closed_at, now):
            right.append(parcel_id)
    return Opened(tuple(dict.fromkeys(right)), tuple(dict.fromkeys(row[0] for row in rows)))


def still_open(closed_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether tiers 1 and 2 still show a parcel that ended at `closed_at`."""
    return closed_at is None or now - closed_at <= OPEN_AFTER_END


def details(parcel_ids: tuple[int, ...]) -> dict[int, dict[str, Any]]:
    """What tier 1 adds: village, station address, full timeline with scrubbed texts, masked recipient, and of
    several pieces at the counter how many there are, lie there and were collected. `texts`: whether the recipient's
    phone takes text messages."""
    rows = _fetch(MORE_SQL, list(parcel_ids))
    return {row[0]: _detail(row) for row in rows}


def _detail(row: tuple) -> dict[str, Any]:
    _id, waybill, variant, village, station, hours, address, name, phone, pieces, events = row
    for event in events:
        event["text"] = scrub(event["text"]) if event["code"] in _CARRIER_TELLS else ""
    return {
        "waybill": waybill,
        "variant": variant,
        "pieces": pieces,
        "texts": "-" not in (phone or "") and is_mobile(phone or ""),  # a relay number has its extension
        "village": village,
        "station": {"name": station, "hours": hours, "address": address} if station else None,
        "recipient": {"name": mask_name(name or ""), "phone": mask_phone(phone or "")} if name or phone else None,
        "events": events,
    }

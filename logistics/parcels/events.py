"""What goes into and comes out of `services.record.record_events`."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from dataclasses import dataclass, field

import msgspec

from logistics.parcels.warnings import RowWarning
from portal.core.clock import COUNTY_TIME
from portal.core.masking import normalise_digits
from portal.core.texts import INVISIBLE

MAX_BATCH = 10_000
_AS_STORED = re.compile(r"[0-9A-Z]+")
_FRAMED = re.compile(r"\*([^*]+)\*")  # start and stop sign of Code 39, which some scanners send along
# One piece of a parcel of several, as JD and others print it: the parcel's number, this piece, all pieces.
_PIECE = re.compile(r"(?P<number>[0-9A-Z]{6,32})-(?P<n>[0-9]{1,3})-(?P<of>[0-9]{1,3})-")
_PIECE_OF_JD = re.compile(r"(?P<number>JD[0-9A-Z]{6,30})-(?P<n>[0-9]{1,3})-(?P<of>[0-9]{1,3})")


class NewEvent(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One event as a sender states it. Texts must already be scrubbed of personal data.

    `id` is the sender's own id of the event, the key of idempotency; when empty it is derived from number, code,
    minute and station, so that the same scan sent twice is one scan. `at` is ISO 8601; without an offset +08:00.
    `carrier` is an enterprise code (narrows a number that two carriers use), `station` a station code.
    `corrects` is the sender's id of the event that a VOID takes back (of `corrects_source`, else of the same source).
    """

    number: str
    code: str
    at: str
    id: str = ""
    carrier: str = ""
    station: str = ""
    reason: str = ""
    text: str = ""
    variant: str = ""
    issue: str = ""
    corrects: str = ""
    corrects_source: str = ""
    custody_kind: str = ""
    custody_ref: str = ""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """An event that was not taken: its place in the batch, a stable code, what is wrong, what to do.

    `field` is the field that is wrong, where one is meant.
    """

    index: int
    code: str
    message: str
    hint: str
    field: str = ""


@dataclass(slots=True)
class BatchResult:
    """`event_ids` has one entry an input row: the stored event, or None for a duplicate or a refusal.

    `no_effect` are rows that were stored but come after the end of the journey, so that they change nothing.
    `warnings` are told about rows that were taken all the same, by their places.
    """

    accepted: int = 0
    duplicates: list[int] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    no_effect: list[int] = field(default_factory=list)
    event_ids: list[uuid.UUID | None] = field(default_factory=list)
    warnings: dict[int, list[RowWarning]] = field(default_factory=dict)


def normalise_number(text: str) -> str:
    """A number as it is stored: half-width, upper case, without spaces, the signs of Code 39 and the mark of a piece.

    May still be no number at all.
    """
    return read_piece(text)[0]


def read_piece(text: str) -> tuple[str, int, int]:
    """The parcel's number in `text`, and which piece of how many it names: `JDVE…101-2-3-` → (`JDVE…101`, 2, 3).

    (number, 0, 0) for a number that names no piece. A code that was read wrongly may name the third of two: the number
    is the parcel's all the same, and the caller decides about the piece.
    """
    if _AS_STORED.fullmatch(text or ""):
        return text, 0, 0
    plain = "".join(INVISIBLE.sub("", normalise_digits(text or "")).split()).upper()
    if framed := _FRAMED.fullmatch(plain):
        plain = framed[1]
    match = _PIECE.fullmatch(plain) or _PIECE_OF_JD.fullmatch(plain)
    if match:
        return match["number"], int(match["n"]), int(match["of"])
    return plain, 0, 0


LONGEST_DAY = len("2026-12-01")


def parse_time(text: str) -> dt.datetime:
    """ISO 8601 to an aware time; county time when no offset is given. Raises ValueError, also for a day alone:
    a day without a clock is no time, and taken for midnight it would come before everything else of its day."""
    if _is_day(text):
        raise ValueError("a day without a clock")
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=COUNTY_TIME)


def _is_day(text: str) -> bool:
    if len(text) > LONGEST_DAY:
        return False  # almost always: a failed attempt would cost more than reading the moment
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def content_digest(event: NewEvent, moment: dt.datetime) -> int:
    """64 bits of what an event says, as stated, to the second; free text is left out: it is scrubbed and cut.

    `moment` is the stated time, before a wrong clock is mended. `event.number` is normalised.
    """
    said = (
        event.number,
        event.code,
        str(int(moment.timestamp())),
        event.carrier,
        event.station,
        event.reason,
        event.variant,
        event.issue,
        event.corrects,
        event.corrects_source,
        event.custody_kind,
        event.custody_ref,
    )
    digest = hashlib.blake2b("\x1f".join(said).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def derived_id(number: str, code: str, moment: dt.datetime, station: str) -> str:
    """The id of an event whose sender has none: the same scan within a minute is one scan."""
    minute = int(moment.timestamp()) // 60
    return "h" + hashlib.sha256(f"{number}|{code}|{minute}|{station}".encode()).hexdigest()[:40]

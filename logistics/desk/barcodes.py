"""What a scanner or camera read, made plain: which kind of number it is, without looking anything up.

Wedges put control characters, GS1 symbology prefixes and line ends around a number; input methods make it full-width;
our own QR codes are addresses. Whatever can't be a number of any kind is unreadable: never passed on as it came.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from enum import StrEnum

from logistics.parcels.events import read_piece
from portal.core.checkdigits import is_valid
from portal.core.masking import normalise_digits

LONGEST = 512  # characters: a signed link in a QR code is well below
SHELF_MARK = "HJ/"  # what a shelf label says before the shelf: HJ/3-2
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffd]")
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")  # ]C1 Code 128, ]Q3 QR …: AIM prefixes (ISO/IEC 15424)
_NUMBER = re.compile(r"[0-9A-Z-]{4,40}")
_CODE = re.compile(r"[0-9]{6}")
_LINK = re.compile(r"/l/([0-9a-z-]+~[0-9A-Za-z_-]+)")
_LOOKUP = re.compile(r"/(?:t|p)/([0-9A-Za-z-]{4,40})")
_HANDOVER = re.compile(r"/work/handovers/([0-9a-fA-F-]{36})")
_BADGE = re.compile(r"/work/me/([0-9a-z-]+~[0-9A-Za-z_-]+)")
_TOKEN = re.compile(r"[0-9a-z]+-[0-9a-z]+~[0-9A-Za-z_-]{20,}")
_WAYBILL, _BAG = re.compile(r"XN[0-9A-Z]{12}"), re.compile(r"DB[0-9A-Z]{8}")
# QR codes that carriers print beside the line code: SF's MMM={'k5':'SF…'}, addresses with the number in the query.
_SF = re.compile(r"'k5'\s*:\s*'([0-9A-Za-z]{8,32})'")
_QUERY = re.compile(
    r"[?&](?:no|num|number|nu|mailno|mail_no|billno|billcode|bill_code|waybill|waybillno|waybill_no|expressno|express_no"
    r"|trackingno|tracking_no|ydh|postid)=([0-9A-Za-z-]{8,40})(?=[&#]|$)",
    re.I,
)
_OF_A_CARRIER = re.compile(r"(?:https?://|MMM=|\{)", re.I)
_LEAST_DIGITS = 6  # of a number in an address: fewer are a word or a year


class Kind(StrEnum):
    WAYBILL = "waybill"  # ours, with a right check character
    NUMBER = "number"  # a carrier's number, a seal, or anything else that looks like a number
    BAG = "bag"
    CODE = "code"  # six digits: a pickup code, or a very short number
    LINK = "link"  # the signed link of an arrival message
    HANDOVER = "handover"
    BADGE = "badge"  # the address in the QR code that somebody shows who takes goods over
    SHELF = "shelf"
    CARRIER_QR = "carrier_qr"  # a QR code of somebody else that tells no number
    EMPTY = "empty"
    UNREADABLE = "unreadable"


_NOT_KEPT = frozenset({Kind.CODE, Kind.LINK, Kind.BADGE, Kind.UNREADABLE, Kind.EMPTY, Kind.CARRIER_QR})


@dataclass(frozen=True, slots=True)
class Barcode:
    """`piece` of `pieces` when the code names one piece of several, else 0. `quoted`: found in a carrier's QR code."""

    kind: Kind
    value: str
    piece: int = 0
    pieces: int = 0
    quoted: bool = False

    @property
    def kept(self) -> str:
        """What may be written down: a code or link opens a parcel, so it is not."""
        return "" if self.kind in _NOT_KEPT else self.value[:64]


def read_barcode(text: str) -> Barcode:
    """The kind of `text` and its value as it is stored. Never raises."""
    if len(text) > LONGEST:
        return Barcode(Kind.UNREADABLE, "")
    plain = _SYMBOLOGY.sub("", _CONTROL.sub("", normalise_digits(text).replace("\u3000", " ")).strip())
    if not plain:
        return Barcode(Kind.EMPTY if not text.strip() else Kind.UNREADABLE, "")
    if "/" in plain or "~" in plain or _OF_A_CARRIER.match(plain):
        return _address(plain)
    number, piece, pieces = read_piece(plain)
    if not _NUMBER.fullmatch(number) or not _may_be(piece, pieces):
        return Barcode(Kind.UNREADABLE, "")
    if _CODE.fullmatch(number):
        return Barcode(Kind.CODE, number)
    if _BAG.fullmatch(number) and is_valid(number):
        return Barcode(Kind.BAG, number)
    if _WAYBILL.fullmatch(number) and is_valid(number):
        return Barcode(Kind.WAYBILL, number)
    return Barcode(Kind.NUMBER, number, piece, pieces)


def _may_be(piece: int, pieces: int) -> bool:
    """Whether a code can name piece `piece` of `pieces`; a digit that was read wrongly makes the third of two."""
    return pieces == 0 == piece or 1 <= piece <= pieces


def without_codabar_signs(number: str) -> str:
    """`A78092000000101B` → `78092000000101`: Codabar's start and stop letters; "" where there are none."""
    match = _CODABAR.fullmatch(number)
    return match[1] if match else ""


_CODABAR = re.compile(r"[A-D]([0-9-]{6,38})[A-D]")


def _address(plain: str) -> Barcode:
    """One of our own addresses, a bare token, or a shelf label; no address of anybody else is followed."""
    if plain.upper().startswith(SHELF_MARK):
        shelf = " ".join(plain[len(SHELF_MARK) :].split())
        return Barcode(Kind.SHELF, shelf) if 0 < len(shelf) <= 16 else Barcode(Kind.UNREADABLE, "")
    if _TOKEN.fullmatch(plain):
        return Barcode(Kind.LINK, plain)
    if match := _BADGE.search(plain):
        return Barcode(Kind.BADGE, match[1])
    if match := _LINK.search(plain):
        return Barcode(Kind.LINK, match[1])
    if match := _HANDOVER.search(plain):
        return _handover(match[1])
    if match := _LOOKUP.search(plain):
        return read_barcode(match[1])
    return _of_a_carrier(plain)


def _of_a_carrier(plain: str) -> Barcode:
    """The number that a carrier's QR code tells; no address in it is followed."""
    match = _SF.search(plain) or _QUERY.search(plain)
    if match and sum(c.isdigit() for c in match[1]) >= _LEAST_DIGITS:
        number, piece, pieces = read_piece(match[1])
        if _may_be(piece, pieces):
            return Barcode(Kind.NUMBER, number, piece, pieces, quoted=True)
    return Barcode(Kind.CARRIER_QR if _OF_A_CARRIER.match(plain) else Kind.UNREADABLE, "")


def _handover(text: str) -> Barcode:
    try:
        return Barcode(Kind.HANDOVER, str(uuid.UUID(text)))
    except ValueError:
        return Barcode(Kind.UNREADABLE, "")

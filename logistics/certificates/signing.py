"""The signature in a certificate's QR code (docs/decisions/signed-certificates.md).

What is signed is readable: kind, number, first and last day, and a digest of everything printed. Ed25519, RFC 8032.
The digest is keyed, because a plain one of a name could be guessed; so it can be compared by the portal only, while
the signature can be checked by anyone with the published key. Knows no database.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from portal.core.fields import keyed_hash

VERSION = "1"
DIGEST_LENGTH = 22  # characters of base64url: 128 bits
KEY_ID_LENGTH = 8
LONGEST = 120  # characters of a payload or a signature; more is none of ours
_DAY = "%Y%m%d"


class NotOurs(ValueError):
    """The payload or its signature is not what the portal prints: altered, cut short, or signed by somebody else."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the code on the paper says. `until` is None for a certificate without end."""

    kind: str
    number: str
    start: dt.date
    until: dt.date | None
    digest: str


def digest_of(*, number: str, kind: str, holder_name: str, facts: Mapping[str, Any]) -> str:
    """Of everything that is printed apart from the dates."""
    content = json.dumps([number, kind, holder_name, dict(facts)], ensure_ascii=False, sort_keys=True)
    return _text(bytes.fromhex(keyed_hash(content, "certificate.content")))[:DIGEST_LENGTH]


def sign(statement: Statement) -> tuple[str, str]:
    """(payload, signature) as they stand in the address behind the QR code."""
    key_id, key = next(iter(_private_keys().items()))
    until = f"{statement.until:{_DAY}}" if statement.until else "0"
    payload = f"{VERSION}.{key_id}.{statement.kind}.{statement.start:{_DAY}}.{until}.{statement.digest}"
    return payload, _text(key.sign(_signed(statement.number, payload)))


def read(*, number: str, payload: str, signature: str) -> Statement:
    """What a paper with this number and code was printed with. Raises NotOurs."""
    if len(payload) > LONGEST or len(signature) > LONGEST:
        raise NotOurs("too long")
    parts = payload.split(".")
    if len(parts) != 6 or parts[0] != VERSION:
        raise NotOurs("another form")
    key = _public_keys().get(parts[1])
    if key is None:
        raise NotOurs("an unknown key")
    try:
        key.verify(_bytes(signature), _signed(number, payload))
        until = None if parts[4] == "0" else _day(parts[4])
        return Statement(parts[2], number, _day(parts[3]), until, parts[5])
    except (InvalidSignature, ValueError) as error:
        raise NotOurs("a wrong signature") from error


def public_keys() -> list[dict[str, str]]:
    """The keys by which anybody can check a signature, as JWK (RFC 8037)."""
    return [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "EdDSA",
            "kid": key_id,
            "x": _text(key.public_bytes_raw()),
        }
        for key_id, key in _public_keys().items()
    ]


def _signed(number: str, payload: str) -> bytes:
    return f"county-certificate\n{number}\n{payload}".encode()


def _private_keys() -> dict[str, Ed25519PrivateKey]:
    return _load(tuple(settings.CERTIFICATE_KEYS))


def _public_keys() -> dict[str, Ed25519PublicKey]:
    return {key_id: key.public_key() for key_id, key in _private_keys().items()}


@lru_cache(maxsize=4)
def _load(keys: tuple[str, ...]) -> dict[str, Ed25519PrivateKey]:
    """By key id, in the order of the setting: the first signs."""
    loaded = [Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(key)) for key in keys]
    return {_key_id(key.public_key()): key for key in loaded}


def _key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:KEY_ID_LENGTH]


def _day(text: str) -> dt.date:
    return dt.datetime.strptime(text, _DAY).replace(tzinfo=dt.UTC).date()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no base64") from error

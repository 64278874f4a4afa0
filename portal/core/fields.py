"""Columns for secrets."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=1)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Encrypts with the first key of FIELD_KEYS and decrypts with any, so that keys can be rotated."""
    return _cipher(tuple(settings.FIELD_KEYS))


def keyed_hash(value: str, purpose: str) -> str:
    """Hex HMAC-SHA256 of `value`, different for each `purpose`, so that equal values of two columns don't match."""
    key = f"{settings.HASH_KEY}:{purpose}".encode()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text encrypted at rest (Fernet). Can't be searched: keep a `keyed_hash` column beside it for that."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value in (None, "") else cipher().encrypt(value.encode()).decode()

    def from_db_value(self, value, expression, connection):
        return value if value in (None, "") else cipher().decrypt(value.encode()).decode()

    def get_lookup(self, lookup_name):
        if lookup_name not in ("isnull",):
            raise TypeError("an encrypted column can't be searched; use its keyed hash")
        return super().get_lookup(lookup_name)

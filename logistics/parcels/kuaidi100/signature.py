"""kuaidi100's signature of a push: md5(param + salt) in hex. Sent, and checked, also when the salt is empty."""

from __future__ import annotations

import hashlib
import hmac


def sign(param: str, salt: str) -> str:
    """The scheme is kuaidi100's, not our choice; MD5 resists forging here because the salt is secret and appended."""
    return hashlib.md5((param + salt).encode(), usedforsecurity=False).hexdigest().upper()


def is_signed(param: str, salt: str, given: str) -> bool:
    """Whether `given` (upper or lower case) signs `param`. Takes the same time for right and wrong ones."""
    return hmac.compare_digest(sign(param, salt).encode(), given.strip().upper().encode())

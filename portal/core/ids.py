"""Identifiers that sort by time and tell nothing else."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): time-ordered, so that indexes grow at one end."""
    return uuid7()

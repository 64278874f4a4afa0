"""What a failure of the machinery under us means for whoever asked: an answer with what to do next, and no traceback.

The one place that tells a database that is away from a wait that was given up and from a disk that is full.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, OperationalError

from portal.core.errors import Busy, DomainError, StorageFull, Unavailable

log = logging.getLogger(__name__)

# PostgreSQL, appendix A: lock_timeout, statement_timeout, idle_in_transaction_session_timeout, deadlock.
GIVEN_UP = frozenset({"55P03", "57014", "25P03", "40P01"})
DISK_FULL = "53100"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


@contextmanager
def carrying_on(log: logging.Logger, what: str, *args: object) -> Iterator[None]:
    """One of several things of a round: whatever breaks it ends in the log as `what`, and stops no other.

    While the database is away nothing goes on: that is passed on.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception(what, *args)


def refusal_of(error: BaseException | None) -> DomainError | None:
    """The answer for a failure that is ours and passes; None for everything else, which is a fault in the code."""
    found = _refusal(error)
    if found is not None:
        log.warning("answered %s: %s", found.code, _name(error))
    return found


def _refusal(error: BaseException | None) -> DomainError | None:
    if isinstance(error, (DatabaseError, InterfaceError)):
        state = sqlstate(error)
        if state == DISK_FULL:
            return StorageFull()
        if state in GIVEN_UP:
            return Busy()
        return Unavailable(retry_after=5) if isinstance(error, (OperationalError, InterfaceError)) else None
    return StorageFull() if is_no_room(error) else None


def is_no_room(error: BaseException | None) -> bool:
    """Whether a file could not be written because the disk is full, over its quota, or read-only.

    Libraries wrap the system's error in one of their own, so what stands behind an error is looked at too.
    """
    for _depth in range(5):
        if error is None:
            return False
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return True
        error = error.__cause__ or error.__context__
    return False


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's code of what went wrong; empty when the server had no part in it."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def _name(error: BaseException | None) -> str:
    """What may be logged: no statement, no value."""
    state = sqlstate(error) if error is not None else ""
    return f"{type(error).__name__} {state}".strip()

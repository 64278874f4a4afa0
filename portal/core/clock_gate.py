"""The web server's gate: a process whose clock is off serves nothing but its health."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError, connection

from portal.core.errors import ClockWrong
from portal.core.middleware import plain_error
from portal.core.referee import agrees

log = logging.getLogger(__name__)
LOOK_EVERY, LOOK_SOON = 60.0, 5.0  # seconds: while it is right; while it is wrong, or nobody could be asked


class ClockGate:
    """A WSGI application around another one. Asks the database at the first request and then once a minute."""

    def __init__(self, application: Callable[..., Iterable[bytes]]):
        self.application = application
        self.wrong = False
        self.next_look = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if time.monotonic() >= self.next_look:
            self.look()
        if self.wrong and not environ.get("PATH_INFO", "").startswith("/health/"):
            return self.refuse(environ, start_response)
        return self.application(environ, start_response)

    def look(self) -> None:
        """Over a connection of its own: the request's is tended by Django."""
        self.next_look = time.monotonic() + LOOK_SOON  # other threads go on meanwhile
        own = connection.copy()
        try:
            self.wrong = not agrees("web", own)
            self.next_look = time.monotonic() + (LOOK_SOON if self.wrong else LOOK_EVERY)
        except (DatabaseError, InterfaceError) as error:
            log.warning("the clock could not be compared: %s", type(error).__name__)
        finally:
            own.close()

    def refuse(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = plain_error(WSGIRequest(environ), ClockWrong(retry_after=60))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

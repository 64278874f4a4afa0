"""Browsers that were somebody's before: a signed cookie says for which phones and parcels this one proved itself.

It opens nothing. It only keeps an allowance of its own for a browser that once had the right password, code, digits
or link, so that what strangers try at the same phone or parcel does not count against it.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing

from portal.core.fields import keyed_hash

LASTS = 400 * 24 * 3600  # seconds; browsers keep no cookie longer
MOST = 12  # marks in one cookie: a family's phones and its latest parcels
_SALT = "known-browser"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who tries: an address, what the browser is known for, and the work it shows (portal.core.limits.work)."""

    address: str
    browser: str = ""
    marks: tuple[str, ...] = ()
    work: str = ""

    def is_known_for(self, kind: str, subject: object) -> bool:
        return bool(self.browser) and mark(kind, subject) in self.marks


def mark(kind: str, subject: object) -> str:
    return keyed_hash(f"{kind}:{subject}", _SALT)[:14]


def caller_of(request) -> Caller:
    browser, marks = _read(request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, ""))
    fields = request.POST if request.method == "POST" else request.GET
    return Caller(_network(request.client_address), browser, marks, fields.get("work", "")[:400])


def remember_browser(request, kind: str, *subjects: object) -> None:
    """Whoever sits at this browser just proved themselves for `subjects`. The middleware sends the cookie."""
    fresh = getattr(request, "fresh_marks", [])
    request.fresh_marks = [*fresh, *(mark(kind, subject) for subject in subjects)]


class KnownBrowserMiddleware:
    """Sends the cookie of a browser that was remembered while the request was answered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        fresh = getattr(request, "fresh_marks", None)
        if fresh:
            _send(request, response, fresh)
        return response


def _send(request, response, fresh: list[str]) -> None:
    browser, marks = _read(request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, ""))
    kept = list(dict.fromkeys([*reversed(fresh), *marks]))[:MOST]
    if kept == list(marks):
        return
    value = signing.dumps([browser or secrets.token_urlsafe(12), kept], salt=_SALT)
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE, value, max_age=LASTS, httponly=True, samesite="Lax", path="/",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _read(cookie: str) -> tuple[str, tuple[str, ...]]:
    try:
        browser, marks = signing.loads(cookie, salt=_SALT, max_age=LASTS) if cookie else ("", ())
    except (signing.BadSignature, ValueError, TypeError):
        return "", ()
    return browser, tuple(marks)


def _network(address: str) -> str:
    """One line's addresses count as one: with IPv6 a household has 2^64 of them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)

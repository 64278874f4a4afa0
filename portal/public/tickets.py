"""What number and digits opened in this browser, kept in a signed cookie for a quarter of an hour.

The lookup makes no session: it has to work while Redis is away, and for readers who come once. The cookie holds ids of
parcels, nothing of a person, and opens what its bearer saw already.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

NAME = "opened"
OPEN_FOR = dt.timedelta(minutes=15)
MOST = 5  # numbers: a family's parcels
_SALT = "portal.public.opened"


def _kept(request) -> dict[str, list[int]]:
    try:
        found = signing.loads(request.COOKIES.get(NAME, ""), salt=_SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def keep_opened(request, response: HttpResponse, number: str, parcel_ids: tuple[int, ...]) -> None:
    """`number` was opened: this browser may read `parcel_ids` for a while. The oldest of many is forgotten."""
    kept = {other: ids for other, ids in _kept(request).items() if other != number}
    kept = dict([*kept.items(), (number, list(parcel_ids))][-MOST:])
    response.set_cookie(
        NAME, signing.dumps(kept, salt=_SALT), max_age=int(OPEN_FOR.total_seconds()), httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def opened_before(request, number: str) -> tuple[int, ...]:
    """The parcels that this browser opened under `number`; () once the time is over."""
    return tuple(_kept(request).get(number, ()))

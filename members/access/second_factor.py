"""Where a person goes whose role waits for the second factor."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.urls import reverse
from django.utils.http import urlencode


def passed_second_factor(request) -> bool:
    """Whether this very session of this very person passed an authenticator app or a recovery code."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def second_factor_page(user, back: str) -> str:
    """The page to enter the code, or to set the app up first; afterwards the person returns to `back`."""
    name = "mfa_reauthenticate" if is_mfa_enabled(user) else "mfa_activate_totp"
    return f"{reverse(name)}?{urlencode({'next': back})}"

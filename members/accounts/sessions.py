"""The sessions of a person, by allauth's own records."""

from __future__ import annotations

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession

from members.accounts.limits import LOGIN_CODES, LOGIN_PASSWORDS, SECOND_FACTORS
from portal.core.errors import NotFound


def end_one_session(request, session_id: int) -> None:
    """End one of the person's own sessions, at once. Raises NotFound for anybody else's."""
    found = UserSession.objects.filter(pk=session_id, user_id=request.user.pk).first()
    if found is None:
        raise NotFound()
    end_sessions(request, [found])


def end_every_session(user) -> int:
    """End all sessions of another person, at once. Returns how many there were."""
    found = list(UserSession.objects.filter(user_id=user.pk))
    get_adapter().end_sessions(found)
    return len(found)


def unlock_login(user) -> None:
    """Lift the pauses that wrong passwords and too many codes brought on this person's phone."""
    for guard in (LOGIN_PASSWORDS, LOGIN_CODES, SECOND_FACTORS):
        guard.lift(user.phone)

"""The sessions of a person, by allauth's own records."""

from __future__ import annotations

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession

from portal.core.errors import NotFound


def end_one_session(request, session_id: int) -> None:
    """End one of the person's own sessions, at once. Raises NotFound for anybody else's."""
    found = UserSession.objects.filter(pk=session_id, user_id=request.user.pk).first()
    if found is None:
        raise NotFound()
    end_sessions(request, [found])

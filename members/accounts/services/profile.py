"""What a person tells about themselves."""

from __future__ import annotations

from django.db import transaction

from members.accounts.models import User
from portal.core.actor import Actor
from portal.core.errors import SignInNeeded


@transaction.atomic
def set_name(*, actor: Actor, name: str) -> None:
    """One's own name, as one wants to be called. Raises SignInNeeded."""
    if actor.user_id is None:
        raise SignInNeeded()
    User.objects.filter(pk=actor.user_id).update(name=" ".join(name.split())[:40])

"""Who learns: a person who is logged in."""

from __future__ import annotations

from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.errors import SignInNeeded


def learner(actor: Actor) -> int:
    """The id of the person who acts. Raises SignInNeeded or Forbidden for others, also for the portal itself."""
    demand(actor).require(Permission.OWN_TRAINING)
    if actor.user_id is None:
        raise SignInNeeded()
    return actor.user_id

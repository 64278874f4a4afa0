"""Who belongs to which audience."""

from __future__ import annotations

from logistics.registry.models import Courier
from logistics.registry.states import CourierKind, State
from members.access.states import Role
from portal.core.actor import Actor


def is_courier(actor: Actor) -> bool:
    return Role.COURIER in actor.roles or _registered(actor) == CourierKind.COURIER


def is_driver(actor: Actor) -> bool:
    return _registered(actor) == CourierKind.DRIVER


def is_keeper(actor: Actor) -> bool:
    return Role.KEEPER in actor.roles


def is_anybody(actor: Actor) -> bool:
    return actor.signed_in


def _registered(actor: Actor) -> str:
    """The kind of courier that the actor is registered as, or an empty text. Read once for an actor."""
    if actor.user_id is None:
        return ""
    if "courier_kind" not in actor.extra:
        rows = Courier.objects.filter(user_id=actor.user_id).exclude(state=State.CLOSED)
        actor.extra["courier_kind"] = rows.values_list("kind", flat=True).first() or ""
    return actor.extra["courier_kind"]

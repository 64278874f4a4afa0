"""Reads about people, each cut to what the actor may know."""

from __future__ import annotations

from django.db.models import QuerySet

from members.accounts.models import Relation, User
from portal.core.actor import Actor, demand
from portal.core.errors import SignInNeeded


def own_user(*, actor: Actor) -> User:
    """The person behind the actor. Raises SignInNeeded for anybody who is not a person."""
    user_id = demand(actor).user_id
    if user_id is None:
        raise SignInNeeded()
    return User.objects.get(pk=user_id)


def own_relations(*, actor: Actor) -> QuerySet[Relation]:
    """Open relations in which the actor is one of the two, newest first.

    What the actor only asked for is not among them: it would tell whether that phone has an account.
    """
    me = own_user(actor=actor)
    mine = Relation.objects.filter(ended_at__isnull=True).select_related("principal", "helper")
    as_principal = mine.filter(principal=me)
    as_helper = mine.filter(helper=me, agreed_at__isnull=False)
    return (as_principal | as_helper).order_by("-asked_at", "-pk")


def public_user_by_phone(phone: str) -> User | None:
    """Whose phone this is: asked by the login itself, before anybody is anybody."""
    return User.objects.filter(phone=phone).first()

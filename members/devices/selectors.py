"""Reads about devices."""

from __future__ import annotations

from members.devices.models import Device
from portal.core.actor import Actor, ActorKind, demand
from portal.core.errors import NotFound


def own_device(*, actor: Actor) -> Device:
    """The device that acts. Raises NotFound for people."""
    if demand(actor).kind != ActorKind.DEVICE:
        raise NotFound()
    return Device.objects.get(pk=actor.extra["device"])

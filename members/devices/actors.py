"""A device as an actor."""

from __future__ import annotations

from members.devices.models import Device
from members.devices.states import FUNCTIONS
from portal.core.actor import Actor, ActorKind, Grant, Scope


def actor_of_device(device: Device, *, address: str = "") -> Actor:
    """What a device may: the functions of its profile and its own extra ones, at its one place or firm."""
    scope = Scope(
        stations=frozenset(filter(None, [device.station])), enterprises=frozenset(filter(None, [device.enterprise]))
    )
    functions = FUNCTIONS[device.profile] | frozenset(device.functions)
    return Actor(
        ActorKind.DEVICE,
        f"device:{device.code}",
        label=device.profile,
        grants=(Grant(frozenset(map(str, functions)), scope),),
        address=address,
        extra={"device": device.pk},
    )

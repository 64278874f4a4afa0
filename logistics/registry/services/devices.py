"""Terminals of stations and of carriers' systems."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.registry.models import Enterprise, Station
from logistics.registry.places import place_of
from logistics.registry.selectors import (
    EnterpriseNotFound,
    StationNotFound,
    visible_enterprises,
    visible_stations,
)
from logistics.registry.states import State
from members.access.states import Permission
from members.devices import services as devices
from members.devices.models import Device
from members.devices.services import Issued
from portal.core.actor import Actor, Grant, Scope, demand
from portal.core.errors import Conflict


class NotAtWork(Conflict):
    code = "party_not_active"
    message = _("该单位或站点已暂停或关闭，不能发放终端。")
    hint = _("请先恢复该单位或站点。")


def issue_device(*, actor: Actor, at: Station | Enterprise, profile: str, name: str, now: dt.datetime) -> Issued:
    """A new terminal for a station, or the credentials of a carrier's system. The secret is shown once.

    Needs DEVICE_MANAGE over the place. Raises Forbidden, StationNotFound or EnterpriseNotFound (also for a place
    beyond the actor's reach), NotAtWork, and what members.devices refuses.
    """
    demand(actor).require(Permission.DEVICE_MANAGE)
    with transaction.atomic():
        row = _place(actor, at)
        if row.state != State.ACTIVE:
            raise NotAtWork()
        return devices.issue_device(actor=_at(actor, row), place=place_of(row), profile=profile, name=name, now=now)


def rotate_device(*, actor: Actor, device_id: int, now: dt.datetime, why: str = "") -> Issued:
    """As members.devices, also for terminals of stations that the actor's enterprise operates."""
    return devices.rotate_device(actor=_over(actor, device_id), device_id=device_id, now=now, why=why)


def revoke_device(*, actor: Actor, device_id: int, why: str, now: dt.datetime) -> Device:
    """As members.devices, also for terminals of stations that the actor's enterprise operates."""
    return devices.revoke_device(actor=_over(actor, device_id), device_id=device_id, why=why, now=now)


def _place(actor: Actor, at: Station | Enterprise) -> Station | Enterprise:
    """The row, locked. Raises StationNotFound or EnterpriseNotFound beyond the actor's reach."""
    if isinstance(at, Station):
        stations = visible_stations(actor=actor, permission=Permission.DEVICE_MANAGE).filter(pk=at.pk)
        station = stations.select_for_update(of=("self",)).first()
        if station is None:
            raise StationNotFound()
        return station
    enterprises = visible_enterprises(actor=actor, permission=Permission.DEVICE_MANAGE).filter(pk=at.pk)
    enterprise = enterprises.select_for_update(of=("self",)).first()
    if enterprise is None:
        raise EnterpriseNotFound()
    return enterprise


def _over(actor: Actor, device_id: int) -> Actor:
    demand(actor).require(Permission.DEVICE_MANAGE)
    station = Device.objects.filter(pk=device_id).values_list("station", flat=True).first()
    reach = visible_stations(actor=actor, permission=Permission.DEVICE_MANAGE)
    row = reach.filter(pk=station).first() if station else None
    return _at(actor, row) if row else actor


def _at(actor: Actor, place: Station | Enterprise) -> Actor:
    """The actor as the floor of devices must see them: it knows stations, and nothing of who operates them."""
    if not isinstance(place, Station):
        return actor
    grant = Grant(frozenset({str(Permission.DEVICE_MANAGE)}), Scope(stations=frozenset({place.pk})))
    return Actor(
        actor.kind, actor.id, actor.label, (*actor.grants, grant), actor.address, actor.second_factor, actor.user_id,
        actor.extra,
    )  # fmt: skip

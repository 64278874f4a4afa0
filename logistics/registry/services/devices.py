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
from members.devices.services import Issued
from portal.core.actor import Actor, demand
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
        if isinstance(at, Station):
            reach, missing = visible_stations(actor=actor, permission=Permission.DEVICE_MANAGE), StationNotFound
        else:
            reach, missing = visible_enterprises(actor=actor, permission=Permission.DEVICE_MANAGE), EnterpriseNotFound
        row = reach.filter(pk=at.pk).select_for_update(of=("self",)).first()
        if row is None:
            raise missing()
        if row.state != State.ACTIVE:
            raise NotAtWork()
        return devices.issue_device(actor=actor, place=place_of(row), profile=profile, name=name, now=now)

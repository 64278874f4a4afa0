"""Refused data as officials see it: of enterprises and terminals in their area."""

from __future__ import annotations

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Concat

from logistics.parcels.models import EventSource, RefusedEvent
from logistics.registry.selectors import visible_enterprises, visible_stations
from members.access.states import Permission
from members.devices.models import Device
from portal.core.actor import Actor


def visible_refusals(*, actor: Actor, permission: str = Permission.REFUSED_VIEW) -> QuerySet[RefusedEvent]:
    """What enterprises of the area sent, and the terminals of its stations and enterprises. One statement."""
    enterprises = visible_enterprises(actor=actor, permission=permission).values("pk")
    codes = _terminals(actor, permission)
    return RefusedEvent.objects.filter(Q(source__enterprise__in=enterprises) | Q(source__code__in=codes))


def visible_sources(*, actor: Actor, permission: str = Permission.REFUSED_VIEW) -> QuerySet[EventSource]:
    """Senders of events: enterprises of the area, with the terminals of its stations and enterprises."""
    enterprises = visible_enterprises(actor=actor, permission=permission).values("pk")
    return EventSource.objects.filter(Q(enterprise__in=enterprises) | Q(code__in=_terminals(actor, permission)))


def _terminals(actor: Actor, permission: str) -> QuerySet:
    """Source codes of the terminals in reach."""
    enterprises = visible_enterprises(actor=actor, permission=permission).values("pk")
    stations = visible_stations(actor=actor, permission=permission).values("pk")
    devices = Device.objects.filter(Q(station__in=stations) | Q(enterprise__in=enterprises))
    return devices.annotate(source=Concat(Value("device:"), "code", output_field=CharField())).values("source")

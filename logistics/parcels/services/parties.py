"""Who may hold parcels, and who speaks for a holder."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from logistics.parcels.services.guards import covers_station
from logistics.parcels.states import Custodian
from logistics.registry import standing
from logistics.registry.models import Enterprise, Station
from portal.core.actor import Actor, demand
from portal.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Party:
    """A holder of parcels, as custody names it: a station or enterprise by its code, a person by their actor id."""

    kind: str
    ref: str

    @classmethod
    def station(cls, station: Station) -> Party:
        return cls(Custodian.STATION.value, station.code)

    @classmethod
    def carrier(cls, enterprise: Enterprise) -> Party:
        return cls(Custodian.CARRIER.value, enterprise.code)

    @classmethod
    def person(cls, user_id: int) -> Party:
        return cls(Custodian.PERSON.value, f"user:{user_id}")


class HandoverNotFound(NotFound):
    """Also when the actor belongs to neither side."""

    code = "handover_not_found"
    message = _("没有找到这张交接单，或您不是交接的一方。")
    hint = _("请由交出方或接收方的人员办理。")


def require_fit(party: Party, *, now: dt.datetime) -> None:
    """Raises Stopped when `party` may take on no parcels now: its certificate has ended, or was stopped."""
    if party.kind == Custodian.STATION:
        station = Station.objects.select_related("operator").filter(code=party.ref).first()
        if station is not None:
            standing.require_station(station, now=now)
    elif party.kind == Custodian.CARRIER:
        standing.require_good(Enterprise.objects.filter(code=party.ref).first(), now=now)
    elif (user_id := _user_of(party)) is not None:
        standing.require_courier(user_id=user_id, now=now)


def _user_of(party: Party) -> int | None:
    kind, _colon, pk = party.ref.partition(":")
    return int(pk) if party.kind == Custodian.PERSON and kind == "user" and pk.isdecimal() else None


def require_side(actor: Actor, permission: str, party: Party) -> None:
    """Raises HandoverNotFound unless the actor speaks for `party` with `permission`.

    A person speaks for themselves; staff for the station or enterprise in their scope. Consignee and sender take no
    part in handovers: they receive by pickup and hand in by collection.
    """
    demand(actor).require(permission)
    scope = actor.scope(permission)
    if party.kind == Custodian.PERSON:
        speaks = party.ref == actor.id
    elif party.kind == Custodian.STATION:
        station = Station.objects.filter(code=party.ref).first()
        speaks = station is not None and covers_station(scope, station)
    elif party.kind == Custodian.CARRIER:
        firm = Enterprise.objects.filter(code=party.ref).first()
        speaks = firm is not None and (
            scope.everything or firm.pk in scope.enterprises or scope.covers_division(firm.division_id)
        )
    else:
        speaks = False
    if not speaks:
        raise HandoverNotFound()

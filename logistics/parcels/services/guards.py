"""What the custody services share: scope, the late row lock, and events they have vouched for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from logistics.parcels.errors import EventNotTaken, ParcelClosed, ParcelNotFound, StationNotFound
from logistics.parcels.events import NewEvent
from logistics.parcels.models import Parcel, ParcelContact
from logistics.parcels.selectors import covers_station, visible_parcels, within_reach
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import ContactRole
from logistics.registry import standing
from logistics.registry.models import Station
from members.access.states import Permission, Role
from portal.core.actor import Actor, ActorKind, Grant, Scope, demand
from portal.core.ids import new_id
from portal.core.rows import lock_row


def require_station(*, actor: Actor, permission: str, station: Station) -> None:
    """Raises Forbidden without the permission, StationNotFound when it does not reach this station."""
    demand(actor).require(permission)
    if not covers_station(actor.scope(permission), station):
        raise StationNotFound()


def require_working(*, actor: Actor, now: dt.datetime) -> None:
    """Raises Stopped for a courier whose certificate lets them take on no new parcels; what they carry they may still
    deliver or hand back. Keepers and officials are not asked. One statement, for couriers only."""
    if actor.user_id is not None and Role.COURIER in actor.roles:
        standing.require_courier(user_id=actor.user_id, now=now)


def lock(parcels: Iterable[Parcel]) -> list[Parcel]:
    """The rows of `parcels`, locked until the transaction ends and fresh.

    Always in the order of their ids, as record_events does, so that two services can't wait for each other.
    """
    ids = {parcel.pk for parcel in parcels}
    rows = Parcel.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "destination_station__parent", "station", "carrier"
    )
    return list(rows.filter(pk__in=ids).order_by("pk"))


def lock_one(parcel: Parcel) -> Parcel:
    """As `lock`. Stations and carrier that were read with `parcel` and are the same still are not read again."""
    return lock_row(parcel, "destination_station", "origin_station", "station", "carrier")


def require_parcels(*, actor: Actor, permission: str, parcels: Sequence[Parcel]) -> None:
    """Raises Forbidden without the permission, ParcelNotFound when one parcel is not within its reach."""
    demand(actor).require(permission)
    ids = {parcel.pk for parcel in parcels}
    if visible_parcels(actor=actor, permission=permission).filter(pk__in=ids).values("pk").count() != len(ids):
        raise ParcelNotFound()


def require_reach(*, actor: Actor, permission: str, parcel: Parcel) -> None:
    """As require_parcels for one parcel that was just read: decided from the row."""
    demand(actor).require(permission)
    if not within_reach(actor=actor, permission=permission, parcel=parcel):
        raise ParcelNotFound()


def lock_within(*, actor: Actor, permission: str, parcels: Sequence[Parcel]) -> list[Parcel]:
    """As `lock`, for parcels within the actor's reach. Raises as require_parcels.

    A single one, as scanners send them, is decided from its row.
    """
    if len(parcels) == 1:
        locked = lock_one(parcels[0])
        require_reach(actor=actor, permission=permission, parcel=locked)
        return [locked]
    require_parcels(actor=actor, permission=permission, parcels=parcels)
    return lock(parcels)


def reaches(*, actor: Actor, permission: str, parcel: Parcel) -> bool:
    """Whether the actor holds `permission` over this very parcel."""
    return demand(actor).may(permission) and (
        visible_parcels(actor=actor, permission=permission).filter(pk=parcel.pk).exists()
    )


def require_open(parcels: Iterable[Parcel]) -> None:
    """Raises ParcelClosed when a journey is over: from then on only corrections are admitted."""
    if any(parcel.is_closed for parcel in parcels):
        raise ParcelClosed()


def phone_of(parcel: Parcel, role: str) -> str:
    """E.164, or "" when unknown or erased."""
    return ParcelContact.objects.filter(parcel=parcel, role=role).values_list("phone", flat=True).first() or ""


def recipient_of(parcel: Parcel) -> Actor:
    """Who proved, by a code, a link or an answer to our message, to hold the recipient's phone: no member."""
    phone = phone_of(parcel, ContactRole.RECIPIENT)
    grant = Grant(frozenset({Permission.OWN_PARCELS}), Scope(phones=frozenset({phone} - {""})), "recipient")
    return Actor(ActorKind.USER, f"recipient:{parcel.pk}", "recipient", (grant,))


def is_own(*, actor: Actor, parcel: Parcel, role: str = ContactRole.RECIPIENT) -> bool:
    """Whether the actor is the recipient (or sender), or a relative they agreed to, by a phone they proved."""
    phones = demand(actor).scope(Permission.OWN_PARCELS).phones
    return bool(phones) and phone_of(parcel, role) in phones - {""}


def event(parcel: Parcel, code: str, *, now: dt.datetime, station: Station | None = None, **more: str) -> NewEvent:
    """An event that a service states of a parcel, at `now`."""
    return NewEvent(
        id=str(new_id()),
        number=parcel.waybill,
        code=str(code),
        at=now.isoformat(),
        station=station.code if station else "",
        **more,
    )


def append(
    *,
    events: Sequence[NewEvent],
    actor: Actor,
    now: dt.datetime,
    stations: Sequence[Station] = (),
    through: Actor | None = None,
) -> list[str]:
    """Record events that the calling service has checked; all or none. Returns their ids at the source.

    The source is the actor's own, or that of the part of the portal that makes the ids (`through`). `stations` are
    rows that were read already. Raises EventNotTaken with the log's own sentence when one is refused.
    """
    if not events:
        return []
    result = record_events(
        events=events, source=source_for(actor=through or actor, now=now), actor=actor, now=now, vouched=True,
        keep=False, stations=stations,
    )  # fmt: skip
    for line in result.refused:
        raise EventNotTaken(line.message, code=line.code, hint=line.hint)
    return [event.id for event in events]

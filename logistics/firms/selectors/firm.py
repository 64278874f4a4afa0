"""The enterprises somebody administers, and what belongs to each. No page costs a query a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.certificates.models import Certificate
from logistics.certificates.selectors import current_of
from logistics.certificates.states import CertificateState, live_state
from logistics.firms.selectors.lights import Light, light_of
from logistics.firms.states import SOON_DAYS, Part
from logistics.licensing.kinds import KINDS
from logistics.licensing.models import Application
from logistics.licensing.states import OPEN
from logistics.registry.models import Certified, Courier, DriverBinding, Enterprise, Invitation, Station, Vehicle
from logistics.registry.selectors import EnterpriseNotFound
from logistics.registry.states import BindingSide, State
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.errors import NotFound
from portal.core.masking import mask_name

PAGE = 50
MOST_LINES = 100  # of what ends or stands still, on the first page


class VehicleNotFound(NotFound):
    code = "unknown_vehicle"
    message = _("没有这辆车。")
    hint = _("请在车辆列表中选择。")


def own_enterprises(*, actor: Actor) -> QuerySet[Enterprise]:
    """Enterprises whose staff the actor manages as one of them: not those that officials supervise."""
    held = demand(actor).scope(Permission.STAFF_MANAGE).enterprises
    return Enterprise.objects.filter(pk__in=held).exclude(state=State.CLOSED).order_by("code")


def own_enterprise(*, actor: Actor, code: str) -> Enterprise:
    """Raises EnterpriseNotFound also for somebody else's."""
    found = own_enterprises(actor=actor).select_related("division").filter(code=code).first()
    if found is None:
        raise EnterpriseNotFound()
    return found


def stations_of(*, firm: Enterprise) -> QuerySet[Station]:
    return Station.objects.filter(operator=firm).exclude(state=State.CLOSED).order_by("code")


def vehicles_of(*, firm: Enterprise) -> QuerySet[Vehicle]:
    rows = DriverBinding.objects.filter(ended_at__isnull=True).select_related("driver").order_by("asked_at")
    return (
        Vehicle.objects.filter(operator=firm)
        .exclude(state=State.CLOSED)
        .prefetch_related(Prefetch("bindings", queryset=rows, to_attr="open_bindings"))
        .order_by("plate")
    )


def couriers_of(*, firm: Enterprise) -> QuerySet[Courier]:
    return Courier.objects.filter(enterprise=firm).exclude(state=State.CLOSED).order_by("code")


def vehicle_of(*, firm: Enterprise, vehicle_id: int) -> Vehicle:
    """Raises VehicleNotFound also for another enterprise's."""
    found = vehicles_of(firm=firm).filter(pk=vehicle_id).first()
    if found is None:
        raise VehicleNotFound()
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """A party with its light and the certificate it has now."""

    part: Part
    row: Certified
    name: str
    light: Light
    certificate: Certificate | None = None
    bindings: list = field(default_factory=list)


def lit(part: Part, rows: Iterable[Certified], *, today: dt.date) -> list[Held]:
    """One query for all their certificates."""
    listed = list(rows)
    found = current_of(kind=part.value, holders=[row.pk for row in listed])
    return [
        Held(part, row, name_of(row), light_of(row, today=today), found.get(row.pk), getattr(row, "open_bindings", []))
        for row in listed
    ]


def name_of(row: Certified) -> str:
    """As the enterprise itself reads it: its people by name."""
    return f"{row.name} {row.code}" if isinstance(row, Courier) else str(row)


@dataclass(frozen=True, slots=True)
class Desk:
    """The first page: what stands still, what ends soon, what waits, and how many there are of each."""

    stopped: list[Held]
    ending: list[Held]
    applications: list[Application]
    counts: dict[str, int]
    asked: int
    invited: int


def desk_of(*, firm: Enterprise, now: dt.datetime, today: dt.date) -> Desk:
    lines = [line for part, rows in _troubled(firm, today) for line in lit(part, rows, today=today)]
    bindings = DriverBinding.objects.filter(vehicle__operator=firm, ended_at=None, agreed_at=None)
    open_ones = Invitation.objects.filter(enterprise=firm, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return Desk(
        stopped=[line for line in lines if line.light.red],
        ending=sorted((line for line in lines if line.light.tone == "warn"), key=lambda line: str(line.light.until)),
        applications=list(
            Application.objects.filter(enterprise=firm, state__in=OPEN).order_by("-updated_at")[:MOST_LINES]
        ),
        counts={
            "stations": stations_of(firm=firm).count(),
            "vehicles": Vehicle.objects.filter(operator=firm).exclude(state=State.CLOSED).count(),
            "couriers": couriers_of(firm=firm).count(),
        },
        asked=bindings.filter(asked_by=BindingSide.DRIVER).count(),
        invited=open_ones.count(),
    )


def _troubled(firm: Enterprise, today: dt.date) -> list[tuple[Part, list[Any]]]:
    """The few rows that are not simply good; the light itself is decided by light_of."""
    soon = today + dt.timedelta(days=SOON_DAYS)
    certified = (
        ~Q(state=State.ACTIVE) | Q(certified_until__lte=soon) | Q(certified_until=None, certify_by__isnull=False)
    )
    papers = Q(insurance_until__lte=soon) | Q(inspection_until__lte=soon) | Q(lease_until__lte=soon)
    vehicles = Vehicle.objects.filter(operator=firm).exclude(state=State.CLOSED)
    return [
        (Part.ENTERPRISE, [firm]),
        (Part.STATION, list(stations_of(firm=firm).filter(certified)[:MOST_LINES])),
        (Part.VEHICLE, list(vehicles.filter(certified | papers).order_by("plate")[:MOST_LINES])),
        (Part.COURIER, list(couriers_of(firm=firm).filter(certified | Q(licence_until__lte=soon))[:MOST_LINES])),
    ]


def certificates_of(*, firm: Enterprise) -> QuerySet[Certificate]:
    """Issued to the enterprise and to what belongs to it, by number; also what has been replaced or ended."""
    return Certificate.objects.filter(enterprise=firm).order_by("number")


@dataclass(frozen=True, slots=True)
class Dressed:
    """A certificate with its kind and its state as they read today."""

    row: Certificate
    kind: Any
    tone: str
    word: Any


def dressed(row: Certificate, *, today: dt.date) -> Dressed:
    """A valid one whose last day has passed has expired."""
    state = live_state(row.state, row.valid_until, today)
    tone = {CertificateState.VALID: "ok", CertificateState.SUSPENDED: "error", CertificateState.REVOKED: "error"}
    kind = KINDS.get(row.kind)
    return Dressed(row, kind.label if kind else row.kind, tone.get(state, "warn"), state.label)


# -- drivers and invitations --------------------------------------------------------------------------------


def visible_bindings(*, actor: Actor, permission: str = Permission.VEHICLE_VIEW) -> QuerySet[DriverBinding]:
    """Bindings of the vehicles over which the actor holds `permission`."""
    scope = demand(actor).scope(permission)
    rows = DriverBinding.objects.all()
    if scope.everything:
        return rows
    reach = Q(vehicle__operator__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(vehicle__division__code__startswith=prefix)
    return rows.filter(reach)


def own_bindings(*, actor: Actor) -> QuerySet[DriverBinding]:
    """Those in which the actor is the driver, or owns the vehicle."""
    if demand(actor).user_id is None:
        return DriverBinding.objects.none()
    mine = Q(driver__user=actor.user_id) | Q(vehicle__owner=actor.user_id)
    rows = DriverBinding.objects.filter(mine, ended_at=None).select_related("vehicle__operator", "driver")
    return rows.order_by("-asked_at")


def own_courier(*, actor: Actor) -> Courier | None:
    """The actor's own registration as a courier or driver."""
    return Courier.objects.select_related("enterprise").filter(user=demand(actor).user_id or 0).first()


def own_vehicles(*, actor: Actor) -> QuerySet[Vehicle]:
    """Vehicles the actor owns as a person."""
    return Vehicle.objects.filter(owner=demand(actor).user_id or 0).exclude(state=State.CLOSED).order_by("plate")


def visible_invitations(*, actor: Actor, permission: str = Permission.STAFF_MANAGE) -> QuerySet[Invitation]:
    """Invitations to the enterprises over which the actor holds `permission`."""
    scope = demand(actor).scope(permission)
    rows = Invitation.objects.select_related("station")
    if scope.everything:
        return rows
    reach = Q(enterprise__in=scope.enterprises)
    for prefix in scope.divisions:
        reach |= Q(enterprise__division__code__startswith=prefix)
    return rows.filter(reach)


def masked(driver: Courier) -> str:
    """A driver of another enterprise: name masked, number in full."""
    return f"{mask_name(driver.name)} {driver.code}"

"""How often whole names and phones were looked at: counted from the audit trail, where each look is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from logistics.parcels.selectors_county import day_start
from members.access.models import DivisionGrant
from members.access.states import Permission, Role
from members.accounts.models import User
from portal.audit.models import AuditEntry
from portal.core.actor import Actor, demand
from portal.regions.states import Level

LOOKED = "parcel.looked"
# A courier's longest round is about a hundred doors, a keeper calls a few of a day's parcels.
LOOKS_TOLD = 100  # parcels a person and day; then the county's officials are told
LOOKS_MOST = 300  # no more that day


def looks_today(*, person: str, now: dt.datetime) -> int:
    """Looks of one actor (`user:7`) since midnight in the county. By index."""
    return AuditEntry.objects.filter(actor=person, action=LOOKED, at__gte=day_start(now)).count()


@dataclass(frozen=True, slots=True)
class Looker:
    """A person and their looks of today. `person` is the actor as the audit trail has it."""

    person: str
    user: User | None
    count: int


def busy_lookers(*, actor: Actor, now: dt.datetime, least: int = LOOKS_TOLD) -> list[Looker]:
    """Who looked at `least` parcels or more today in the area whose trail the actor reads, most first. Two queries."""
    scope = demand(actor).scope(Permission.AUDIT_VIEW)
    rows = AuditEntry.objects.filter(action=LOOKED, at__gte=day_start(now))
    if not scope.everything:
        reach = AuditEntry.objects.none()
        for prefix in scope.divisions:
            reach = reach | rows.filter(area__startswith=prefix)
        rows = reach
    counts = rows.order_by().values("actor").annotate(count=Count("pk")).filter(count__gte=least).order_by("-count")
    found = [(row["actor"], row["count"]) for row in counts[:20]]
    users = User.objects.in_bulk([int(who.removeprefix("user:")) for who, _count in found if who.startswith("user:")])
    return [Looker(who, users.get(int(who.removeprefix("user:"))), count) for who, count in found]


def overseers_of(*, area: str) -> QuerySet[User]:
    """County officials of the division `area` lies in, who can log in: they are told what should be looked into."""
    county = area[: int(Level.COUNTY)]
    held = DivisionGrant.objects.filter(role=Role.COUNTY_OFFICIAL, division__prefix=county)
    return User.objects.filter(pk__in=held.values("user"), is_active=True, phone_verified=True).order_by("pk")

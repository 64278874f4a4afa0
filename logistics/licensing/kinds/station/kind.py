from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from logistics.licensing.kinds import parts
from logistics.licensing.kinds.spec import Duplicate, Kind, Problems, Values
from logistics.licensing.kinds.station import form
from logistics.licensing.kinds.station.emptiness import require_empty
from logistics.licensing.models import Application
from logistics.registry.models import Enterprise, Station
from logistics.registry.rules import PARENTS
from logistics.registry.selectors import visible_stations
from logistics.registry.services.parties import create_station, update_station
from logistics.registry.services.staff import grant_role
from logistics.registry.states import State, StationKind, StationService
from members.access.states import Permission, Role
from portal.core.actor import Actor
from portal.regions import codes
from portal.regions.selectors import with_paths
from portal.regions.states import Level

NEAR = 50  # metres: two stations closer than this are hardly two
_PLAIN = ("name", "kind", "address", "hours", "phone", "capacity", "contact_name", "contact_phone")
_LISTS = ("services", "equipment")
_ABOVE = {StationKind.VILLAGE: Level.TOWNSHIP, StationKind.LOCKER: Level.TOWNSHIP, StationKind.TOWNSHIP: Level.COUNTY}


class StationCertification(Kind):
    code, rank = "station", 2
    label = _("站点认证")
    certificate = _("站点认证证书")
    says = _("县级中心、乡镇站、村级站和快递柜开业前办理。")
    party = Station
    fields, documents, checklist = form.FIELDS, form.DOCUMENTS, form.CHECKLIST
    fact_labels, example = form.FACTS, form.EXAMPLE
    valid_months, review_days = 24, 10
    writes = Permission.STATION_EDIT
    kept, has_code, of_enterprise = (*_PLAIN, *_LISTS, "division", "parent", "point"), True, True

    def problems(self, values: Values, today: dt.date) -> Problems:
        parent = values.get("parent")
        return {
            **parts.in_order(values, "lease_from", "lease_until"),
            **parts.not_past(values, today, "lease_until"),
            **({"parent": _("没有这个站点，或它不能当上级。")} if parent and parent_of(values) is None else {}),
        }

    def identity(self, values: Values) -> str:
        """The place on the map to about ten metres, and the kind: a locker may stand at a station's door."""
        point = parts.point_of(values)
        return f"{values.get('kind')}:{point[0]:.4f},{point[1]:.4f}" if point else ""

    def title(self, values: Values) -> str:
        return values.get("name") or ""

    def automatic(self, application: Application, values: Values, today: dt.date) -> dict[str, bool]:
        return {
            "place_free": not _beside(values, application.holder),
            "lease_in_force": parts.in_force(values, today, "lease_until"),
            "parent_found": values.get("kind") == StationKind.HUB or parent_of(values) is not None,
        }

    def duplicates(self, values: Values, exclude: int | None = None) -> list[Duplicate]:
        close = [
            Duplicate(
                _("相距约 %(metres)d 米") % {"metres": distance},
                row.pk,
                row.code,
                row.name,
                row.kind == values.get("kind"),
            )
            for row, distance in _beside(values, exclude)
        ]
        township = self.place(values)[: int(Level.TOWNSHIP)]
        others = Station.objects.filter(division__code__startswith=township or "-", kind=values.get("kind"))
        others = others.exclude(state=State.CLOSED).exclude(pk__in=[exclude or 0, *(found.holder for found in close)])
        return close + parts.near_names(others, values.get("name") or "")

    def enterprises_for(self, actor: Actor) -> QuerySet[Enterprise]:
        return parts.administered(actor)

    def holders_for(self, actor: Actor) -> QuerySet[Station]:
        """Of enterprises that the actor administers, and those that they keep."""
        kept = Q(pk__in=actor.scope(parts.KEEPS).stations)
        return Station.objects.filter(kept | Q(operator__in=actor.scope(parts.ADMINISTERS).enterprises))

    def reach(self, actor: Actor) -> QuerySet[Station]:
        return visible_stations(actor=actor, permission=self.writes)

    def register(self, application: Application, values: Values, actor: Actor, now: dt.datetime) -> Station:
        fields = {name: values.get(name) or "" for name in _PLAIN} | {name: values.get(name) or [] for name in _LISTS}
        fields |= {"division": parts.division_of(values), "parent": parent_of(values)}
        point = parts.point_of(values)
        if point:  # a point that nobody surveyed stays illustrative until somebody gives one
            fields |= {"longitude": Decimal(f"{point[0]:.6f}"), "latitude": Decimal(f"{point[1]:.6f}")}
            fields["illustrative"] = False
        why = str(application)
        if application.holder is None:
            fields["operator"] = application.enterprise
            code = next_code(values["division"])
            return create_station(code=code, fields=fields, actor=actor, now=now, why=why, demo=application.demo)
        held = Station.objects.get(pk=application.holder)
        return update_station(station=held, fields=fields, actor=actor, now=now, why=why)

    def welcome(self, application: Application, holder: Station, actor: Actor, now: dt.datetime) -> None:
        """Whoever opens a station for themselves keeps it; an enterprise names its keepers by invitation."""
        if holder.operator_id is None:
            grant_role(
                actor=actor, user=application.applicant, role=Role.KEEPER, at=holder, now=now, why=str(application)
            )

    def values_of(self, holder: Station) -> Values:
        values = {name: getattr(holder, name) for name in (*_PLAIN, *_LISTS)} | {"division": holder.division_id}
        values["parent"] = holder.parent.code if holder.parent else None
        if holder.longitude is not None and not holder.illustrative:
            values["point"] = f"{holder.longitude:.6f},{holder.latitude:.6f}"
        return values

    def facts(self, holder: Station) -> dict[str, str]:
        (place,) = with_paths([holder.division])
        offered = [str(StationService(service).label) for service in holder.services]
        return {
            "code": holder.code,
            "kind": str(holder.get_kind_display()),
            "place": place.full_name,
            "address": holder.address,
            "services": "、".join(offered),
            "operator": holder.operator.name if holder.operator else "",
        }

    def leaving(self, holder: Station) -> None:
        require_empty(holder)

    def enterprise_of(self, holder: Station) -> Enterprise | None:
        return holder.operator


def parent_of(values: Values) -> Station | None:
    """The station above: as named, else the only one of the level above that serves the place. None for a hub."""
    allowed = PARENTS.get(values.get("kind") or "", frozenset())
    county = (values.get("division") or "-")[: int(Level.COUNTY)]
    there = Station.objects.exclude(state=State.CLOSED).filter(kind__in=allowed, division__code__startswith=county)
    if values.get("parent"):
        return there.filter(code=values["parent"]).first()
    if not allowed:
        return None
    level = _ABOVE[StationKind(values["kind"])]
    kind = StationKind.HUB if level == Level.COUNTY else StationKind.TOWNSHIP
    prefix = (values.get("division") or "-")[: int(level)]
    found = list(there.filter(kind=kind, division__code__startswith=prefix)[:2])
    return found[0] if len(found) == 1 else None


def next_code(division: str) -> str:
    """The next free station code of a place: its division code without zeros, and a number."""
    prefix = codes.parse(division).prefix
    with connection.cursor() as cursor:  # two approvals at once take two numbers
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"station code {prefix}"])
    taken = set(Station.objects.filter(code__startswith=f"{prefix}-").values_list("code", flat=True))
    return next(code for number in count(1) if (code := f"{prefix}-{number}") not in taken)


def _beside(values: Values, exclude: int | None) -> list[tuple[Station, int]]:
    """Stations that are not closed within NEAR metres, the nearest first; lockers count only beside lockers."""
    point = parts.point_of(values)
    if point is None:
        return []
    west, south, east, north = parts.box_around(point, NEAR)
    there = parts.without(Station.objects.exclude(state=State.CLOSED), exclude)
    locker = Q(kind=StationKind.LOCKER)
    rows = there.filter(
        locker if values.get("kind") == StationKind.LOCKER else ~locker, illustrative=False,
        longitude__gte=west, longitude__lte=east, latitude__gte=south, latitude__lte=north,
    )  # fmt: skip
    found = [(row, round(parts.metres(point, (float(row.longitude), float(row.latitude))))) for row in rows]
    return sorted(((row, far) for row, far in found if far < NEAR), key=lambda pair: pair[1])

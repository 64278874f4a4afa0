"""Certificates of the demo county: most hold, one has ended, one ends in a week, one is suspended."""

from __future__ import annotations

import datetime as dt

from logistics.certificates.models import Certificate
from logistics.certificates.services import issue, measures
from logistics.licensing.kinds import KINDS
from logistics.registry.models import Certified, Courier, Enterprise, Station, Vehicle
from logistics.registry.services.couriers import register_courier
from logistics.registry.services.vehicles import register_vehicle
from logistics.registry.states import CourierKind, PlateKind, StationKind, VehicleType
from members.accounts.models import User
from portal.core.checkdigits import id_number_check
from portal.core.clock import county_day
from portal.public.demo import cast
from portal.public.demo.people import persona
from portal.public.demo.places import DEMO, WHY
from portal.regions.models import Division

AGO, YEARS = dt.timedelta(days=200), 3
DAY = dt.timedelta(days=1)
# Plate (a series that no office gives out), days from now on which its certificate ends.
VEHICLES = (("甘L0000A", 700), ("甘L0000B", 7), ("甘L0000C", -20))
COURIERS = (("courier", CourierKind.COURIER, "62082519900307001"), ("driver", CourierKind.DRIVER, "62082519850612003"))
SUSPENDED_WHY = "站内消防器材过期，整改后恢复（演示）"


def build(*, now: dt.datetime) -> int:
    """Returns how many were issued. Whoever has one keeps it, whatever became of it."""
    parties: list[tuple[str, Certified, int]] = []
    parties += [("enterprise", row, 365 * YEARS) for row in Enterprise.objects.filter(demo=True)]
    parties += [
        ("station", row, 365 * YEARS)
        for row in Station.objects.filter(demo=True).select_related("division", "operator")
    ]
    parties += [("courier", row, 365 * YEARS) for row in _couriers(now)]
    parties += [("vehicle", row, days) for row, days in _vehicles(now)]
    held = set(Certificate.objects.values_list("kind", "holder"))
    fresh = [party for party in parties if (party[0], party[1].pk) not in held]
    for kind, row, days in fresh:
        _issue(kind, row, days, now)
    return len(fresh)


def suspend_one(*, now: dt.datetime) -> None:
    """The last village station of the county, far from the cast; its parcels can still be given out."""
    row = Station.objects.filter(demo=True, kind=StationKind.VILLAGE).order_by("code").last()
    held = row and Certificate.objects.filter(kind="station", holder=row.pk, measures__isnull=True).first()
    if held:
        measures.suspend(certificate=held, actor=DEMO, now=now, why=SUSPENDED_WHY)


def _issue(kind: str, row: Certified, days: int, now: dt.datetime) -> None:
    made = KINDS[kind]
    issued = now - AGO
    issue(
        kind=kind, holder=row.pk, holder_name=made.name_of(row), facts=made.facts(row), division=row.division,
        valid_from=county_day(issued), valid_until=county_day(now) + days * DAY, actor=DEMO, now=issued,
        enterprise=made.enterprise_of(row), user=made.user_of(row), demo=True,
    )  # fmt: skip


def _couriers(now: dt.datetime) -> list[Courier]:
    found = []
    for key, kind, body in COURIERS:
        user = User.objects.filter(phone=persona(key).phone).first()
        row = user and Courier.objects.filter(user=user).first()
        if user and row is None:
            licence = {"licence_class": "B1", "licence_until": county_day(now) + 365 * YEARS * DAY}
            fields = {
                "name": user.name, "id_number": body + id_number_check(body), "kind": kind,
                "division": Division.objects.get(prefix=cast.TOWNSHIP),
                **(licence if kind == CourierKind.DRIVER else {}),
            }  # fmt: skip
            row = register_courier(user=user, fields=fields, actor=DEMO, now=now, why=WHY, demo=True)
        found += [row] if row else []
    return found


def _vehicles(now: dt.datetime) -> list[tuple[Vehicle, int]]:
    firm = Enterprise.objects.filter(code=persona("enterprise_admin").at).first()
    found = []
    for plate, days in VEHICLES if firm else ():
        row = Vehicle.objects.filter(plate=plate).first()
        if row is None:
            fields = {
                "plate": plate, "plate_kind": PlateKind.SMALL, "type": VehicleType.VAN, "brand": "五菱之光",
                "operator": firm, "division": firm.division, "load_kg": 700, "volume_l": 3500,
                "insurance_until": county_day(now) + 300 * DAY, "inspection_until": county_day(now) + 300 * DAY,
            }  # fmt: skip
            row = register_vehicle(fields=fields, actor=DEMO, now=now, why=WHY, demo=True)
        found.append((row, days))
    return found

"""The demo carrier as its administrator finds it: a station it runs, a driver it asked, somebody it invited."""

from __future__ import annotations

import datetime as dt

from logistics.registry.models import Courier, DriverBinding, Enterprise, Invitation, Station, Vehicle
from logistics.registry.services.bindings import agree, ask
from logistics.registry.services.invitations import invite
from logistics.registry.services.parties import update_station
from logistics.registry.services.presenting import present_station
from logistics.registry.states import Equipment, StationService
from members.access.states import Role
from portal.public.demo import cast
from portal.public.demo.people import actor
from portal.public.demo.places import DEMO, WHY

S, E = StationService, Equipment
NEWCOMER = ("秦新人", 23)  # has no account yet
# What stations say of themselves; the market is held by the moon, as in most of the county's townships.
SAYS = {
    cast.HUB: {"services": [S.SENDING, S.PICKUP, S.COLD], "equipment": [E.SCANNER, E.SCALE, E.CAMERA, E.FRIDGE]},
    cast.township_station(cast.TOWNSHIP): {
        "services": [S.PICKUP, S.SENDING, S.FARM, S.PAYMENT], "equipment": [E.SCANNER, E.SCALE],
        "market_days": "农历逢1、4、7 07:00-19:30", "harvest_hours": "9-10月 07:00-20:30",
    },
    cast.village_station(cast.HOME_VILLAGE): {
        "services": [S.PICKUP, S.SENDING, S.DOOR, S.FARM], "equipment": [E.SCANNER, E.SCALE, E.EXTINGUISHER],
        "harvest_hours": "6月20日-7月31日 06:00-20:00",
    },
    cast.village_station(cast.NEXT_VILLAGE): {
        "services": [S.PICKUP, S.SENDING, S.CASH], "equipment": [E.SCANNER], "market_days": "逢3、8",
    },
}  # fmt: skip


def build(*, now: dt.datetime) -> int:
    """What stations offer, and the one that the carrier runs. Whoever said something keeps it. Returns how many."""
    made = 0
    for station in Station.objects.filter(code__in=SAYS, demo=True, services=[]).order_by("code"):
        present_station(station=station, fields=SAYS[station.code], actor=DEMO, now=now)
        made += 1
    firm = _firm()
    run = Station.objects.filter(code=cast.village_station(cast.NEXT_VILLAGE), operator=None).first()
    if firm and run:
        update_station(station=run, fields={"operator": firm}, actor=DEMO, now=now, why=WHY)
    return made


def people(*, now: dt.datetime) -> int:
    """A driver who agreed, and an invitation that nobody took up yet. Returns how many were made."""
    firm, made = _firm(), 0
    driver = Courier.objects.filter(user__phone=cast.phone(16)).first()
    van = Vehicle.objects.filter(operator=firm, demo=True).order_by("plate").first()
    if firm and driver and van and not DriverBinding.objects.filter(driver=driver).exists():
        row = ask(plate=van.plate, driver_code=driver.code, actor=actor("enterprise_admin"), now=now)
        agree(binding_id=row.pk, actor=actor("driver"), now=now)
        made += 1
    if firm and not Invitation.objects.filter(enterprise=firm).exists():
        name, number = NEWCOMER
        invite(enterprise=firm, role=Role.ENTERPRISE_STAFF, name=name, phone=cast.phone(number),
               actor=actor("enterprise_admin"), now=now)  # fmt: skip
        made += 1
    return made


def _firm() -> Enterprise | None:
    return Enterprise.objects.filter(code=cast.CARRIERS[0].code, demo=True).first()

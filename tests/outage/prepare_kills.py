"""Run inside a portal's environment: the small county with keepers, villagers, terminals and parcels on their way.

`python -m tests.outage.prepare_kills EACH PEOPLE`: each phone and terminal gets EACH parcels of its own, whose
recipients agreed to the station. Two parcels after each other go to one phone, so that messages are merged.
"""

import json
import sys

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402

from logistics.parcels.models import Consent  # noqa: E402
from logistics.parcels.services.parcels import ParcelDraft, create_parcels  # noqa: E402
from members.access.states import Role  # noqa: E402
from members.accounts.models import User  # noqa: E402
from members.devices.states import Profile  # noqa: E402
from portal.core.actor import system_actor  # noqa: E402
from portal.core.clock import now  # noqa: E402
from tests.personas import PASSWORD, hold, make_device  # noqa: E402
from tests.world import make_world  # noqa: E402

PIECE = 5000


def make_people(count: int, first: int) -> list[User]:
    """One hash for all: hashing is slow on purpose."""
    hashed = make_password(PASSWORD)
    return User.objects.bulk_create(
        User(phone=f"+8613809{first + n:06d}", name="王小明", phone_verified=True, password=hashed)
        for n in range(count)
    )


def make_stock(share: int, station: str, each: int) -> list[str]:
    drafts = [
        ParcelDraft(
            carrier="zto", carrier_number=f"78{share:02d}{n:08d}", destination_station=station,
            recipient_name="王小明", recipient_phone=f"137{share:02d}{n // 2:06d}",
        )
        for n in range(each)
    ]  # fmt: skip
    waybills = []
    for start in range(0, each, PIECE):
        moment = now()
        made = create_parcels(drafts=drafts[start : start + PIECE], actor=system_actor("outage"), now=moment)
        parcels = [outcome.parcel for outcome in made]
        Consent.objects.bulk_create(
            Consent(parcel=parcel, channel="phone", given_at=moment, recorded_by="system:outage") for parcel in parcels
        )
        waybills += [parcel.waybill for parcel in parcels]
    return waybills


def main(each: int, people: int) -> dict:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for command in ("sync_roles", "sync_schedules", "seed_timer_rules", "seed_workdays"):
        call_command(command, stdout=sys.stderr)
    world = make_world()
    village, next_door = world.village, world.village_next_door
    stations = (world.hub, village, village, next_door)
    phones = []
    for n, (keeper, station) in enumerate(zip(make_people(len(stations), 900_000), stations, strict=True)):
        hold(keeper, Role.KEEPER, station)
        task, bound = ("hub-inbound", village) if station == world.hub else ("inbound", station)
        phones.append(
            {"login": keeper.phone, "station": station.code, "task": task, "stock": make_stock(n, bound.code, each)}
        )
    terminals = []
    for n, station in enumerate((village, next_door)):
        device = make_device(f"SCAN-OUTAGE-{n}", profile=Profile.SCANNER, station=station)
        stock = make_stock(20 + n, station.code, each)
        terminals.append({"credentials": device.authorization, "station": station.code, "stock": stock})
    carrier = make_device("SYS-OUTAGE-1", profile=Profile.CARRIER, enterprise=world.carrier)
    return {
        "phones": phones, "terminals": terminals, "carrier": carrier.authorization, "station": village.code,
        "villagers": [person.phone for person in make_people(people, 100_000)],
    }  # fmt: skip


print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))

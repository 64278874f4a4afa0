"""Run inside a portal's environment: makes the small county, a scanner and a carrier's system, prints their
credentials and the waybills."""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from logistics.parcels.services.parcels import ParcelDraft, create_parcels  # noqa: E402
from members.devices.states import Profile  # noqa: E402
from portal.core.actor import system_actor  # noqa: E402
from portal.core.clock import now  # noqa: E402
from tests.personas import make_device  # noqa: E402
from tests.world import make_world  # noqa: E402

call_command("migrate", verbosity=0)
world = make_world()
drafts = [
    ParcelDraft(carrier="zto", carrier_number=f"78{n:010d}", destination_station="zl-hema")
    for n in range(int(sys.argv[1]))
]
made = create_parcels(drafts=drafts, actor=system_actor("outage"), now=now())
scanner = make_device("SCAN-OUTAGE-1", profile=Profile.SCANNER, station=world.village)
carrier = make_device("SYS-OUTAGE-1", profile=Profile.CARRIER, enterprise=world.carrier)
print(
    json.dumps(
        {
            "credentials": scanner.authorization,
            "carrier": carrier.authorization,
            "waybills": [o.parcel.waybill for o in made],
            "numbers": [d.carrier_number for d in drafts],
        }
    )
)

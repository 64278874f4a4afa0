"""Run inside a portal's environment: what the database holds after the outage."""

import json

import django

django.setup()

from logistics.parcels.models import Event, EventKey, Parcel  # noqa: E402
from logistics.parcels.services.rebuild import differences  # noqa: E402

print(
    json.dumps(
        {
            "events": Event.objects.count(),
            "keys": EventKey.objects.count(),
            "damaged": Parcel.objects.filter(issues=["DAMAGED"]).count(),
            "differences": len(list(differences())),
        }
    )
)

"""Parcels that stand at a counter because nobody has said yet whether they may stay there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from logistics.desk.models import Scan
from logistics.desk.states import Result, Task
from logistics.parcels.models import Parcel, ParcelContact
from logistics.parcels.selectors_consent import consented_parcels, declined
from logistics.parcels.states import ContactRole, Stage
from logistics.registry.models import Station
from portal.core.masking import mask_name

KEPT_FOR = dt.timedelta(days=7)
MOST = 200
ASKED = "consent_needed"  # code of the answer to the scan


@dataclass(frozen=True, slots=True)
class Waiting:
    """A scan whose question is open. `agreed`: they said yes since; `declined_at`: they said no."""

    scan: Scan
    parcel: Parcel
    recipient: str
    call: str  # phone, relay, or "" when there is no number
    shelf: str
    agreed: bool
    declined_at: dt.datetime | None


def questions_open(*, station: Station, now: dt.datetime) -> QuerySet[Scan]:
    """The last scan of each parcel taken in at `station` that asked for consent and was not answered."""
    asked = Scan.objects.filter(
        station=station, task=Task.INBOUND, result=Result.ASK, code=ASKED, recorded_at__gt=now - KEPT_FOR
    )
    lying = asked.filter(parcel__closed_at=None).exclude(parcel__stage=Stage.READY_FOR_PICKUP)
    return lying.order_by("parcel", "-recorded_at").distinct("parcel")


def waiting_for_consent(*, station: Station, now: dt.datetime) -> list[Waiting]:
    """Who is still to be asked at `station`, those who agreed first, then the oldest. Four statements.

    Not cut to an actor: whoever calls holds the station against their scope.
    """
    scans = list(questions_open(station=station, now=now).select_related("parcel__carrier")[:MOST])
    ids = [scan.parcel_id for scan in scans]
    agreed, said_no = consented_parcels(ids), declined(ids)
    people = ParcelContact.objects.filter(parcel__in=ids, role=ContactRole.RECIPIENT)
    contacts = {contact.parcel_id: contact for contact in people}
    rows = [_row(scan, contacts.get(scan.parcel_id), agreed, said_no) for scan in scans if scan.parcel is not None]
    return sorted(rows, key=lambda row: (not row.agreed, row.scan.recorded_at))


def numbers_to_ask(*, station: Station, now: dt.datetime) -> list[str]:
    """The waybills of those parcels."""
    rows = questions_open(station=station, now=now).values_list("parcel__waybill", flat=True)
    return list(rows[:MOST])


def _row(scan: Scan, contact: ParcelContact | None, agreed: set[int], said_no: dict[int, dt.datetime]) -> Waiting:
    parcel = scan.parcel
    if parcel is None:
        raise ValueError("a question about consent has its parcel")
    return Waiting(
        scan=scan,
        parcel=parcel,
        recipient=mask_name(contact.name) if contact else "",
        call=("relay" if contact.relay else "phone" if contact.phone else "") if contact else "",
        shelf=(scan.answer.get("fields") or {}).get("shelf", ""),
        agreed=parcel.pk in agreed,
        declined_at=None if parcel.pk in agreed else said_no.get(parcel.pk),
    )

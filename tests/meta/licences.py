"""Vehicles, couriers and applications of the street: here of the carrier, next door of the keeper themselves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from logistics.licensing.models import Application, Check, Document, Remark, Step
from logistics.licensing.states import ApplicationState, Purpose, ScanState
from logistics.registry.models import Courier, Station, Vehicle
from logistics.registry.rules import id_hash
from logistics.registry.states import CourierKind, PlateKind, VehicleType

if TYPE_CHECKING:
    from tests.meta.street import Street

ID_NUMBERS = ("620825199003070014", "620825199003070022")
PERSONS_PLATE = "甘L54321"


def fill(street: Street, now: dt.datetime) -> None:
    firm, keeper = street.world.carrier, street.cast["keeper_next_door"].user
    here, next_door = street.here, street.next_door
    here[Vehicle] = _vehicle("甘L12345", here[Station].division, now, operator=firm)
    next_door[Vehicle] = _vehicle(PERSONS_PLATE, next_door[Station].division, now, owner=keeper)
    here[Courier] = _courier(street.cast["courier"].user, "K000001", ID_NUMBERS[0], here[Station].division, firm)
    next_door[Courier] = _courier(keeper, "K000002", ID_NUMBERS[1], next_door[Station].division, None)
    _application(here, street.cast["villager"].user, firm, now)
    _application(next_door, keeper, None, now)


def _vehicle(plate: str, division, now: dt.datetime, **holder) -> Vehicle:
    last = now.date() + dt.timedelta(days=100)
    return Vehicle.objects.create(
        plate=plate, plate_kind=PlateKind.SMALL, type=VehicleType.VAN, division=division, load_kg=700, volume_l=3500,
        insurance_until=last, inspection_until=last, **holder,
    )  # fmt: skip


def _courier(user, code: str, number: str, division, firm) -> Courier:
    return Courier.objects.create(
        user=user, code=code, name=user.name, id_number=number, id_hash=id_hash(number), kind=CourierKind.COURIER,
        enterprise=firm, division=division,
    )  # fmt: skip


def _application(rows: dict, user, firm, now: dt.datetime) -> None:
    """A vehicle's, returned to its applicant: with everything that hangs on an application."""
    row = Application.objects.create(
        number=f"SQ{rows[Vehicle].pk}", kind="vehicle", purpose=Purpose.NEW, state=ApplicationState.RETURNED,
        applicant=user, enterprise=firm, division=rows[Vehicle].division, data={"plate": "甘L00001"}, revision=1,
        submitted_at=now, due_on=now.date(), created_at=now, updated_at=now,
    )  # fmt: skip
    made = (
        row,
        Remark.objects.create(application=row, field="plate", text="与行驶证不符", revision=1, made_at=now),
        Step.objects.create(application=row, at=now, state=row.state, by_official=True),
        Check.objects.create(application=row, item="plate_free", revision=1, passed=True, checked_at=now),
        Document.objects.create(
            application=row, kind="photo", file=f"street/{row.pk}", name="车.jpg", content_type="image/jpeg", bytes=9,
            sha256="0" * 64, scan=ScanState.UNSCANNED, added_at=now, added_by=user,
        ),
    )  # fmt: skip
    rows.update({type(one): one for one in made})

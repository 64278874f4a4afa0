"""Certificates of the street: here of the carrier's courier, next door of the keeper as a courier of nobody."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from logistics.certificates.models import Certificate, Measure, Reminder
from logistics.certificates.states import Act, MeasureState
from logistics.registry.models import Courier

if TYPE_CHECKING:
    from tests.meta.street import Street


def fill(street: Street, now: dt.datetime) -> None:
    numbers = ("C10000000001G", "C20000000002C")
    sides = ((street.here, street.world.carrier), (street.next_door, None))
    for (rows, enterprise), number in zip(sides, numbers, strict=True):
        courier = rows[Courier]
        row = Certificate.objects.create(
            number=number, kind="courier", holder=courier.pk, holder_name=courier.name, division=courier.division,
            enterprise=enterprise, user=courier.user, valid_from=now.date(),
            valid_until=now.date() + dt.timedelta(days=90), issued_at=now, issued_by="system:tests",
        )  # fmt: skip
        measure = Measure.objects.create(
            certificate=row, act=Act.REVOKE, state=MeasureState.PROPOSED, why="x", proposed_at=now,
            proposed_by=street.cast["county_official"].user,
        )  # fmt: skip
        reminder = Reminder.objects.create(certificate=row, days=60, sent_at=now)
        rows.update({type(made): made for made in (row, measure, reminder)})

"""Invitations, bindings and station photos of the street: here of the carrier, next door of the other carrier."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from logistics.registry.models import (
    Courier,
    DriverBinding,
    Enterprise,
    EnterpriseUserObjectPermission,
    Invitation,
    Station,
    StationPhoto,
    Vehicle,
)
from logistics.registry.states import BindingSide
from members.access.states import Role

if TYPE_CHECKING:
    from tests.meta.street import Street


def fill(street: Street, now: dt.datetime) -> None:
    for name, rows in (("here", street.here), ("door", street.next_door)):
        rows[Invitation] = Invitation.objects.create(
            enterprise=rows[Enterprise], role=Role.ENTERPRISE_STAFF, name="王新人", phone="+8613809339001",
            token_hash=name, invited_by=rows[EnterpriseUserObjectPermission].user, invited_at=now,
            expires_at=now + dt.timedelta(days=7),
        )  # fmt: skip
        rows[DriverBinding] = DriverBinding.objects.create(
            vehicle=rows[Vehicle], driver=rows[Courier], asked_by=BindingSide.VEHICLE, asked_at=now
        )
        path = f"stations/street-{name}.jpg"
        if not storages["default"].exists(path):
            storages["default"].save(path, ContentFile(b"a picture"))
        rows[StationPhoto] = StationPhoto.objects.create(
            station=rows[Station], file=path, width=1, height=1, added_at=now, added_by="system:tests"
        )

"""What becomes of parcels when a station, an enterprise or a courier is stopped: for the official who is about to."""

from __future__ import annotations

from django.utils.translation import gettext

from logistics.certificates.consequences import stations_stopped
from logistics.certificates.models import Certificate
from logistics.parcels.models import Parcel
from logistics.parcels.states import RANKS, Custodian, Direction, Stage

_SHELVED = RANKS[Direction.DOWN][Stage.READY_FOR_PICKUP]
_IN_COUNTY = RANKS[Direction.DOWN][Stage.AT_COUNTY]


def parcels_stopped(certificate: Certificate) -> list[str]:
    """What lies at the stopped stations, what is on its way to them, and what the person has in their hands."""
    lines = []
    if stations := [station.pk for station in stations_stopped(certificate)]:
        lies = Parcel.objects.filter(station__in=stations, stage=Stage.READY_FOR_PICKUP, closed_at=None).count()
        comes = Parcel.objects.filter(
            destination_station__in=stations, direction=Direction.DOWN, closed_at=None,
            stage_rank__gte=_IN_COUNTY, stage_rank__lt=_SHELVED,
        ).exclude(stage=Stage.RETURNING).count()  # fmt: skip
        lines.append(gettext("货架上 %(n)d 件照常取。") % {"n": lies})
        if comes:
            told = gettext("路上 %(n)d 件要改送别的站点。")
            lines.append(told % {"n": comes})
    if certificate.kind == "courier" and certificate.user_id is not None:
        held = Parcel.objects.filter(
            custody_kind=Custodian.PERSON, custody_ref=f"user:{certificate.user_id}", closed_at=None
        ).count()
        if held:
            told = gettext("手里 %(n)d 件可以送完或交回。")
            lines.append(told % {"n": held})
    return lines

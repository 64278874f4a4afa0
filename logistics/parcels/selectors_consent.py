"""Whose recipient agreed to a station drop."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from logistics.parcels.models import Consent, ParcelContact
from logistics.parcels.states import ContactRole


def consented_parcels(parcel_ids: Iterable[int]) -> set[int]:
    """Of `parcel_ids`, those with a live consent: for the parcel itself or standing for the recipient's phone."""
    ids = list(parcel_ids)
    live = Consent.objects.filter(withdrawn_at__isnull=True)
    direct = set(live.filter(parcel_id__in=ids).values_list("parcel_id", flat=True))
    standing = live.filter(parcel__isnull=True).values("phone")
    by_phone = ParcelContact.objects.filter(
        ~Q(phone=""), parcel_id__in=ids, role=ContactRole.RECIPIENT, phone__in=standing
    ).values_list("parcel_id", flat=True)
    return direct | set(by_phone)

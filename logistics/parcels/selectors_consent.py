"""Whose recipient agreed to a station drop."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from logistics.parcels.models import Consent, ParcelContact
from logistics.parcels.states import ContactRole


def consented_parcels(parcel_ids: Iterable[int]) -> set[int]:
    """Of `parcel_ids`, those with a live consent: for the parcel itself or standing for the recipient's phone.

    A standing consent does not count for a parcel for which the recipient said no afterwards.
    """
    ids = list(parcel_ids)
    live = Consent.objects.filter(withdrawn_at__isnull=True)
    direct = set(live.filter(parcel_id__in=ids).values_list("parcel_id", flat=True))
    said_no_since = Consent.objects.filter(parcel=OuterRef(OuterRef("parcel")), withdrawn_at__gte=OuterRef("given_at"))
    standing = live.filter(~Exists(said_no_since), parcel__isnull=True, phone=OuterRef("phone"))
    by_phone = ParcelContact.objects.filter(
        ~Q(phone=""), Exists(standing), parcel_id__in=ids, role=ContactRole.RECIPIENT
    ).values_list("parcel_id", flat=True)
    return direct | set(by_phone)

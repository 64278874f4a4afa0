"""A parcel that is announced again: what it says otherwise than the first time is told, and changes nothing.

A sender who mended a phone and sends the row again must not take "known already" for "changed".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from logistics.parcels.models import Parcel, ParcelContact
from logistics.parcels.warnings import RowWarning

_NAMES = {
    "destination": gettext_lazy("目的地"),
    "recipient_name": gettext_lazy("收件人姓名"),
    "recipient_phone": gettext_lazy("收件人电话"),
    "recipient_address": gettext_lazy("收件人地址"),
    "sender_name": gettext_lazy("寄件人姓名"),
    "sender_phone": gettext_lazy("寄件人电话"),
    "sender_address": gettext_lazy("寄件人地址"),
}
Facts = Mapping[str, str]  # by the names of _NAMES; "" where nothing is said


def facts_of(parcel: Parcel, contacts: Iterable[ParcelContact]) -> Facts:
    """What an announcement says of the place and of people."""
    facts = {"destination": parcel.destination_id or ""}
    for contact in contacts:
        number = f"{contact.relay}-{contact.extension}" if contact.relay else contact.phone
        facts |= {
            f"{contact.role}_name": contact.name,
            f"{contact.role}_phone": number,
            f"{contact.role}_address": contact.address,
        }
    return facts


def facts_of_known(parcels: Iterable[Parcel]) -> dict[int, Facts]:
    """The same of registered parcels, by id, in one statement."""
    rows = {parcel.pk: parcel for parcel in parcels}
    contacts: dict[int, list[ParcelContact]] = defaultdict(list)
    for contact in ParcelContact.objects.filter(parcel__in=rows) if rows else ():
        contacts[contact.parcel_id].append(contact)
    return {pk: facts_of(parcel, contacts[pk]) for pk, parcel in rows.items()}


def told_of_difference(known: Facts, said: Facts) -> list[RowWarning]:
    """One warning for all that differs; what one of both does not say (any more) is no difference."""
    differing = [name for name in _NAMES if known.get(name) and said.get(name) and known[name] != said[name]]
    if not differing:
        return []
    names = "、".join(str(_NAMES[name]) for name in differing)
    message = _("这个单号已登记，这次写的%(names)s不同，没有改动。要改请联系收件的站点或县级中心。") % {"names": names}
    return [RowWarning(code="repeat_differs", message=message, field=differing[0])]

"""The signed link in the arrival message: opens one parcel until it is picked up.

`<parcel>-<issued at>~<signature>` in base 36, signed under a salt of its own, so that no other signature of the
portal can be used in its place. Short enough for a text message; holds nothing personal.
"""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Parcel, Pickup
from portal.core.errors import NotFound

VALID_FOR = dt.timedelta(days=60)
_SALT = "logistics.parcels.pickup-link"
_SEPARATOR = "~"


class LinkInvalid(NotFound):
    code = "link_invalid"
    message = _("链接不完整或已失效。")
    hint = _("请从短信中重新打开；也可以用单号和手机尾号查询。")


class LinkUsed(NotFound):
    code = "link_used"
    message = _("这个包裹已经取走或结束，链接不再有效。")
    hint = _("仍可用单号和手机尾号查询；如您没有取件，请立即联系站点。")


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT, sep=_SEPARATOR)


def make_link_token(*, parcel: Parcel, now: dt.datetime) -> str:
    """A token that proves, until pickup, that its bearer got the message about this parcel."""
    return _signer().sign(f"{int_to_base36(parcel.pk)}-{int_to_base36(int(now.timestamp()))}")


def read_link_token(*, token: str, now: dt.datetime) -> Parcel:
    """The parcel behind a token. Raises LinkInvalid (forged, cut off, too old) or LinkUsed (picked up, ended)."""
    try:
        parcel_id, issued = map(base36_to_int, _signer().unsign(token).split("-"))
    except (signing.BadSignature, ValueError):
        raise LinkInvalid() from None
    if not dt.timedelta(0) <= now - dt.datetime.fromtimestamp(issued, dt.UTC) <= VALID_FOR:
        raise LinkInvalid()
    parcel = Parcel.objects.select_related("destination_station", "station", "carrier").filter(pk=parcel_id).first()
    if parcel is None:
        raise LinkInvalid()
    if parcel.is_closed or Pickup.objects.filter(parcel=parcel, undone_at=None).exists():
        raise LinkUsed()
    return parcel

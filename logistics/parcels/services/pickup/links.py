"""The signed link in the arrival message: opens the parcels told in that message until they are picked up.

`<parcel>-<issued at>~<signature>` in base 36, signed under a salt of its own, so that no other signature of the
portal can be used in its place. Short enough for a text message; holds nothing personal.
"""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.db.models import QuerySet
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Parcel, Pickup
from portal.core.errors import NotFound
from portal.notify.selectors import told_together

VALID_FOR = dt.timedelta(days=60)
_SALT = "logistics.parcels.pickup-link"
_SEPARATOR = "~"
_SUBJECT = "parcel:"


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


def subject_of(parcel: Parcel) -> str:
    """How messages name what a line is about."""
    return f"{_SUBJECT}{parcel.pk}"


def parcel_of_subject(subject: str) -> int:
    """The id behind subject_of."""
    return int(subject.removeprefix(_SUBJECT))


def read_link_token(*, token: str, now: dt.datetime) -> Parcel:
    """The parcel behind a token, or the next one of the same message that still waits.

    Raises LinkInvalid (forged, cut off, too old) or LinkUsed (all picked up or ended).
    """
    return read_link_parcels(token=token, now=now)[0]


def read_link_parcels(*, token: str, now: dt.datetime) -> list[Parcel]:
    """The parcels told in one message with the token's own, itself first, without those picked up or ended.

    A link goes on from hand to hand: it opens what its message told, never what came later. Raises as read_link_token.
    """
    own = _parcel_of(token, now)
    told = [parcel_of_subject(name) for name in told_together(subject_of(own)) if name != subject_of(own)]
    parcels = [own, *_with_places().filter(pk__in=told).order_by("pk")]
    given = set(
        Pickup.objects.filter(parcel__in=parcels, undone_at=None, partial=False).values_list("parcel_id", flat=True)
    )
    left = [parcel for parcel in parcels if not parcel.is_closed and parcel.pk not in given]
    if not left:
        raise LinkUsed()
    return left


def _with_places() -> QuerySet[Parcel]:
    return Parcel.objects.select_related("destination_station", "station", "carrier")


def _parcel_of(token: str, now: dt.datetime) -> Parcel:
    try:
        parcel_id, issued = map(base36_to_int, _signer().unsign(token).split("-"))
    except (signing.BadSignature, ValueError):
        raise LinkInvalid() from None
    if not dt.timedelta(0) <= now - dt.datetime.fromtimestamp(issued, dt.UTC) <= VALID_FOR:
        raise LinkInvalid()
    parcel = _with_places().filter(pk=parcel_id).first()
    if parcel is None:
        raise LinkInvalid()
    return parcel

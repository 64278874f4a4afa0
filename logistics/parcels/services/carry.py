"""Handing over between two phones: the badge a driver shows, and offering what one carries."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.core import signing
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Bag, Handover, Parcel
from logistics.parcels.selectors_carry import carried_parcels
from logistics.parcels.services.contents import clean
from logistics.parcels.services.handovers import offer_handover
from logistics.parcels.services.parties import Party
from logistics.parcels.states import BagState
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, SignInNeeded

BADGE_LASTS = dt.timedelta(minutes=10)
_SALT = "logistics.parcels.badge"
_IN_ADDRESS = re.compile(r"/work/me/([^/?#\s]+)")


class BadgeInvalid(BadInput):
    code = "badge_invalid"
    message = _("这不是有效的工牌二维码，或已经过期。")
    hint = _("请对方打开“工作台 → 我的工牌”，重新出示二维码。")


class TakerMissing(BadInput):
    code = "taker_missing"
    message = _("没有说明交给谁。")
    hint = _("请选择接收的站点，或扫描对方的工牌二维码。")


class NotCarried(BadInput):
    code = "not_carried"
    message = _("有包裹或邮袋不在您手中。")
    hint = _("请刷新“我手里的货”，按最新的清单交出。")


def make_badge(*, actor: Actor, now: dt.datetime) -> str:
    """A token that says who its bearer is for BADGE_LASTS: a number and a time, signed; nothing personal.

    For those who take goods over (HANDOVER_TAKE). Raises SignInNeeded, Forbidden.
    """
    demand(actor).require(Permission.HANDOVER_TAKE)
    if actor.user_id is None:
        raise SignInNeeded()
    return _signer().sign(f"{int_to_base36(actor.user_id)}-{int_to_base36(int(now.timestamp()))}")


def read_badge(*, text: str, now: dt.datetime) -> Party:
    """The person behind a badge: its token, or the address that its QR holds. Raises BadgeInvalid."""
    found = _IN_ADDRESS.search(text or "")
    token = found.group(1) if found else (text or "").strip()
    try:
        user_id, shown = map(base36_to_int, _signer().unsign(token).split("-"))
    except (signing.BadSignature, ValueError):
        raise BadgeInvalid() from None
    if not dt.timedelta(0) <= now - dt.datetime.fromtimestamp(shown, dt.UTC) <= BADGE_LASTS:
        raise BadgeInvalid()
    return Party.person(user_id)


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT, sep="~")


def offer_carried(
    *, numbers: Iterable[str], taker: Party | None, station: Station, actor: Actor, now: dt.datetime
) -> Handover:
    """Offers some of what the actor carries, by waybills and bag numbers, to `taker`.

    Raises TakerMissing, NotCarried for a number that is not among what the actor carries, and as `offer_handover`.
    """
    if taker is None:
        raise TakerMissing()
    wanted = clean(numbers)
    mine = carried_parcels(actor=actor)
    parcels = list(mine.filter(waybill__in=wanted))
    rest = wanted - {parcel.waybill for parcel in parcels}
    bags = list(Bag.objects.filter(number__in=rest, state=BagState.SEALED))
    if rest - {bag.number for bag in bags} or not _all_carried(bags, mine):
        raise NotCarried()
    giver = Party.person(actor.user_id) if actor.user_id is not None else Party("", "")
    return offer_handover(giver=giver, taker=taker, station=station, actor=actor, now=now, parcels=parcels, bags=bags)


def _all_carried(bags: Sequence[Bag], mine) -> bool:
    inside = set(
        Parcel.objects.filter(bag_items__bag__in=bags, bag_items__removed_at=None).values_list("pk", flat=True)
    )
    return inside <= set(mine.values_list("pk", flat=True))

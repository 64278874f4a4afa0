"""Handing over between two phones: the badge a driver shows, and offering what one carries."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from django.core import signing
from django.db import transaction
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Bag, Handover, Parcel
from logistics.parcels.selectors_carry import carried_parcels
from logistics.parcels.services.contents import Comparison, clean
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.parties import Party
from logistics.parcels.services.photos import add_photo
from logistics.parcels.states import BagState, PhotoKind
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, Conflict, SignInNeeded

BADGE_LASTS = dt.timedelta(minutes=10)
SHORTEST_DISPUTE = 4
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


class NothingScanned(BadInput):
    code = "nothing_scanned"
    message = _("还没有清点。")
    hint = _("请逐件扫描，或核对后勾选“清单上的全部都在”。")


class CountsDiffer(Conflict):
    """Missing or extra parcels without a word about it. Nothing was recorded."""

    code = "counts_differ"
    hint = _("请再找一遍；确实不符的，写明争议说明再提交，缺少的仍算在交出方。")

    def __init__(self, counted: Comparison):
        facts = {"missing": len(counted.missing), "extra": len(counted.extra)}
        numbers = "、".join(p.waybill for p in [*counted.missing, *counted.extra])
        super().__init__(
            gettext("清点与清单不符：少 %(missing)s 件，多 %(extra)s 件。") % facts, fields={"numbers": numbers}
        )


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


@transaction.atomic
def _answer(
    handover: Handover, scanned: set[str], dispute: str, photo: str, actor: Actor, now: dt.datetime
) -> tuple[Handover, Comparison]:
    handover, counted = take_over(
        handover=handover, scanned=scanned, actor=actor, now=now, dispute=dispute, photo=photo
    )
    if not counted.agrees and len(dispute.strip()) < SHORTEST_DISPUTE:
        raise CountsDiffer(counted)
    return handover, counted


def answer_handover(
    *,
    handover: Handover,
    scanned: Iterable[str],
    actor: Actor,
    now: dt.datetime,
    dispute: str = "",
    file: BinaryIO | None = None,
) -> tuple[Handover, Comparison]:
    """Takes over with a word about every difference: `take_over`, and CountsDiffer when counts differ unexplained.

    `file` is a picture that goes with the answer. Raises NothingScanned, CountsDiffer (nothing is recorded then), the
    refusals of `add_photo`, and as `take_over`.
    """
    numbers = clean(scanned)
    if not numbers:
        raise NothingScanned()
    photo = ""
    if file is not None:
        photo = str(add_photo(kind=PhotoKind.HANDOVER, file=file, handover=handover, actor=actor, now=now).pk)
    return _answer(handover, numbers, dispute, photo, actor, now)


def _all_carried(bags: Sequence[Bag], mine) -> bool:
    inside = set(
        Parcel.objects.filter(bag_items__bag__in=bags, bag_items__removed_at=None).values_list("pk", flat=True)
    )
    return inside <= set(mine.values_list("pk", flat=True))

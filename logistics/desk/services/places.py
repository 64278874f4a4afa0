"""Bags, handovers and stock-takes as the scan pages name them: by number or id, at the station where one works."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk.models import StockTake
from logistics.desk.selectors_scan import bag_with_ends
from logistics.desk.states import StockTakeState
from logistics.parcels.events import normalise_number
from logistics.parcels.models import Bag, Handover, Parcel
from logistics.parcels.services.bags import BagNotHere
from logistics.parcels.services.guards import covers_station
from logistics.parcels.services.parties import HandoverNotFound
from logistics.parcels.states import Custodian
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict, NotFound


class BagMissing(BadInput):
    code = "bag_missing"
    message = _("还没有选邮袋。")
    hint = _("请先扫描袋牌，或在页面上选择邮袋。")


class BagUnknown(NotFound):
    """Also for a bag of stations where the actor does not work."""

    code = "bag_unknown"
    message = _("没有这个邮袋。")
    hint = _("请核对袋牌上的号码。")


class BagInYourHands(Conflict):
    code = "bag_in_your_hands"
    message = _("这个袋在您手里，请从“我手里的货”交出。")
    hint = _("打开“工作台 → 我手里的货”，勾选这个袋；也可以在“交出”页面扫袋牌。")


class HandoverMissing(BadInput):
    code = "handover_missing"
    message = _("还没有选交接单。")
    hint = _("请先扫描交出方手机上的二维码，或在页面上选择交接单。")


class StockTakeGone(Conflict):
    code = "stock_take_gone"
    message = _("没有正在进行的盘点。")
    hint = _("请先开始盘点，再扫描。")


def bag_of_actor(*, number: str, actor: Actor) -> Bag:
    """A bag that leaves or reaches a station where the actor manages bags. Raises BagUnknown, and BagInYourHands for
    somebody who only carries it."""
    bag = _bag(number)
    scope = actor.scope(Permission.BAG_MANAGE)
    if bag is not None and (covers_station(scope, bag.origin) or covers_station(scope, bag.destination)):
        return bag
    raise BagInYourHands() if bag is not None and in_hands(bag, actor) else BagUnknown()


def bag_to_hand(*, number: str, actor: Actor) -> Bag:
    """As bag_of_actor, and a bag that the actor carries: who holds it may pass it on. Raises BagUnknown."""
    bag = _bag(number)
    return bag if bag is not None and in_hands(bag, actor) else bag_of_actor(number=number, actor=actor)


def _bag(number: str) -> Bag | None:
    return bag_with_ends(normalise_number(number)[:20]) if number.isprintable() else None


def in_hands(bag: Bag, actor: Actor) -> bool:
    """Whether the actor carries everything that is in the bag."""
    inside = Parcel.objects.filter(bag_items__bag=bag, bag_items__removed_at=None)
    held = {(p.custody_kind, p.custody_ref) for p in inside.only("custody_kind", "custody_ref")}
    return held == {(Custodian.PERSON.value, actor.id)}


def bag_from(*, number: str, station: Station, actor: Actor) -> Bag:
    """A bag that is packed at `station`. Raises BagMissing, BagUnknown, BagNotHere."""
    if not number:
        raise BagMissing()
    bag = bag_of_actor(number=number, actor=actor)
    if bag.origin_id != station.pk:
        raise BagNotHere(
            gettext("这个袋是%(station)s装的。") % {"station": bag.origin.name}, hint=gettext("请换一个本站的袋。")
        )
    return bag


def bag_for(*, number: str, station: Station, actor: Actor) -> Bag:
    """A bag that is bound for `station`. Raises BagMissing, BagUnknown, BagNotHere."""
    if not number:
        raise BagMissing()
    bag = bag_of_actor(number=number, actor=actor)
    if bag.destination_id != station.pk:
        raise BagNotHere(
            gettext("这个袋应在%(station)s拆封。") % {"station": bag.destination.name},
            hint=gettext("请不要拆封，交下一班车带到目的站点。"),
        )
    return bag


def handover_by_id(text: str | uuid.UUID) -> Handover:
    """Raises HandoverMissing, HandoverNotFound. Which side the actor is on is for the caller to ask."""
    if not text:
        raise HandoverMissing()
    try:
        wanted = text if isinstance(text, uuid.UUID) else uuid.UUID(text)
    except ValueError:
        raise HandoverNotFound() from None
    handover = Handover.objects.select_related("station").filter(pk=wanted).first()
    if handover is None:
        raise HandoverNotFound()
    return handover


def open_stock_take(*, text: str | uuid.UUID, station: Station) -> StockTake:
    """The stock-take that is being counted at `station`. Raises StockTakeGone for any other."""
    try:
        wanted = text if isinstance(text, uuid.UUID) else uuid.UUID(text)
    except ValueError:
        raise StockTakeGone() from None
    row = StockTake.objects.filter(pk=wanted, station=station, state=StockTakeState.OPEN).first()
    if row is None:
        raise StockTakeGone()
    return row

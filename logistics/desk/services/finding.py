"""From what was read to the one parcel that is meant, or to words that say what was read instead."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk import words
from logistics.desk.answers import Answer, option, question
from logistics.desk.barcodes import Barcode, Kind, without_codabar_signs
from logistics.desk.selectors_scan import parcels_of_number
from logistics.desk.services.call import Asked, Call, Outcome
from logistics.desk.services.facts import facts_of, goes_down, path_to
from logistics.desk.states import Result
from logistics.parcels.models import Bag, Parcel
from logistics.parcels.selectors import within_reach
from logistics.registry.models import Station
from portal.core.errors import BadInput, Conflict, DomainError, NotFound


class Unreadable(BadInput):
    code = "unreadable"
    message = _("没有读清条码。")
    hint = _("请擦净条码再扫一次，或手工输入面单上的单号。")


class Empty(BadInput):
    code = "empty"
    message = _("没有读到内容。")
    hint = _("请再扫一次。")


class IsBag(BadInput):
    code = "is_bag"
    message = _("这是邮袋号，不是包裹。")
    hint = _("请到“拆袋清点”扫描，袋内包裹再逐件扫描。")


class IsSeal(BadInput):
    code = "is_seal"
    message = _("这是封签号，不是包裹。")
    hint = _("请扫描包裹面单；封袋或拆袋时再扫封签。")


class IsShelf(BadInput):
    code = "is_shelf"
    message = _("这是货架标签，不是包裹。")
    hint = _("请扫描包裹面单；货架标签在“到站入库”和“盘点货架”时用。")


class IsCode(BadInput):
    code = "is_code"
    message = _("这像取件码，不是单号。")
    hint = _("取件请到“取件出库”；单号请对照面单完整输入。")


class IsLink(BadInput):
    code = "is_link"
    message = _("这是收件人的取件链接。")
    hint = _("取件请到“取件出库”扫描；这里请扫描包裹面单。")


class IsHandover(BadInput):
    code = "is_handover"
    message = _("这是交接单，不是包裹。")
    hint = _("接收货物请到“接收”扫描。")


class IsBadge(BadInput):
    code = "is_badge"
    message = _("这是接收人的工牌，不是包裹。")
    hint = _("工牌在“交出”里扫描；这里请扫描包裹面单。")


class IsCarrierCode(BadInput):
    code = "is_carrier_qr"
    message = _("这是快递公司的二维码，请扫条形码。")
    hint = _("请扫面单上的条形码，或手工输入面单上的单号。")


class UnknownNumber(NotFound):
    code = "unknown_number"
    message = _("没有登记过这个单号。")
    hint = _("请核对单号；新到的包裹请在“中心到件”或“到站入库”扫描登记。")


class NoParcelNumber(BadInput):
    code = "no_parcel_number"
    message = _("这不像快递单号。")
    hint = _("请扫面单上的条形码，或完整输入面单上的单号。")


class ForeignParcel(Conflict):
    code = "wrong_station"


_NOT_A_PARCEL: dict[Kind, type[DomainError]] = {
    Kind.UNREADABLE: Unreadable,
    Kind.EMPTY: Empty,
    Kind.BAG: IsBag,
    Kind.SHELF: IsShelf,
    Kind.LINK: IsLink,
    Kind.HANDOVER: IsHandover,
    Kind.BADGE: IsBadge,
    Kind.CARRIER_QR: IsCarrierCode,
}


def find_parcel(call: Call) -> Parcel:
    """The parcel of this number that the actor may work on, with carrier, station and the way to its destination.

    Raises what was read instead of a parcel, UnknownNumber, ForeignParcel for one of elsewhere; Asked when two carriers
    use the number.
    """
    found = look_up(call)
    mine = [parcel for parcel in found if parcel.mine]  # type: ignore[attr-defined]
    if not mine:
        raise foreign(found[0])
    if len(mine) > 1:
        raise Asked(_which(call, mine))
    return mine[0]


def look_up(call: Call) -> list[Parcel]:
    """Every parcel of this number; `mine` says whether it is within the actor's reach. Newest first, never empty."""
    refuse_others(call.barcode)
    found = parcels_of_number(call.number)
    if not found and (bare := without_codabar_signs(call.number)):
        found = parcels_of_number(bare)
    if not found:
        raise _unknown(call.barcode)
    for parcel in found:
        parcel.mine = within_reach(  # type: ignore[attr-defined]
            actor=call.actor, permission=call.permission, parcel=parcel
        )
    return found


def refuse_others(barcode: Barcode) -> None:
    """Raises the words for whatever can't be the number of a parcel."""
    if error := _NOT_A_PARCEL.get(barcode.kind):
        raise error()


def _unknown(barcode: Barcode) -> DomainError:
    if barcode.kind == Kind.CODE:
        return IsCode()
    if barcode.quoted:  # never registered from an address of somebody else
        return IsCarrierCode()
    if Bag.objects.filter(Q(seal_number=barcode.value) | Q(number=barcode.value)).exists():
        return IsSeal()
    return UnknownNumber()


def foreign(parcel: Parcel) -> ForeignParcel:
    """The station a parcel belongs to is no secret: everybody may look it up by its number."""
    to = parcel.destination_station
    if to is not None and goes_down(parcel):
        return ForeignParcel(
            gettext("这个包裹应送到%(station)s。") % {"station": to.name},
            hint=gettext("请登记“到错站点”，并交下一班车带回。"),
        )
    return ForeignParcel(gettext("这个包裹不归本站办理。"), hint=gettext("请放到一边，联系县级中心。"))


def require_on_its_way_through(parcel: Parcel, station: Station) -> None:
    """Raises ForeignParcel unless `station` is the destination of a parcel going down, or lies above it."""
    to = parcel.destination_station
    if to is not None and goes_down(parcel) and station.pk not in {s.pk for s in path_to(to)}:
        raise foreign(parcel)


def _which(call: Call, parcels: list[Parcel]) -> Outcome:
    options = [option(p.waybill, p.carrier.short_name if p.carrier else p.waybill) for p in parcels]
    return asks(call, "which", options, gettext("有几家企业的包裹用了这个单号。"), gettext("请看面单，选择快递企业。"))


def asks(
    call: Call,
    kind: str,
    options: list[dict[str, str]],
    message: str,
    hint: str,
    *,
    parcel: Parcel | None = None,
    code: str = "",
    facts: dict[str, Any] | None = None,
    **more: Any,
) -> Outcome:
    """A question to the person who scanned; the scan goes on with the answer. `parcel` is one within their reach."""
    answer = Answer(
        result=Result.ASK.value,
        code=code or kind,
        word=str(words.ASKS[kind]),
        message=message,
        hint=hint,
        number=parcel.waybill if parcel else call.barcode.kept,
        facts=facts_of(parcel, call.station) if parcel else facts or {},
        ask=question(kind, options, **more),
    )
    return Outcome(answer, parcel)

"""Finding what somebody came to collect: by the parcel, the pickup code or the link of the message."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from logistics.desk import words
from logistics.desk.answers import option
from logistics.desk.barcodes import Kind
from logistics.desk.selectors_scan import parcel_to_give
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.facts import recipient_contact, tail_of
from logistics.desk.services.finding import asks, find_parcel, look_up
from logistics.parcels.errors import ParcelClosed, clock
from logistics.parcels.models import Parcel, ParcelContact, PickupCode, PickupProxy
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.selectors_counter import at_counter
from logistics.parcels.selectors_pieces import PiecesHere, none_left, pieces_here, pieces_of
from logistics.parcels.services.pickup.codes import WrongCode, code_hash
from logistics.parcels.services.pickup.giving import AlreadyGivenOut, NotWaitingHere, already_given, require_some_here
from logistics.parcels.services.pickup.links import LinkInvalid, read_link_parcels
from logistics.parcels.states import ContactRole, PickupMethod, Rest, Stage
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.errors import DomainError
from portal.core.limits import Limit
from portal.core.masking import mask_name

# Looking parcels up by a code alone is guessing among all codes of the station: after 10 wrong ones a person
# has one a minute, after 30 a station one in twenty seconds. With some hundred live codes among a million, a hit
# takes months.
MOST_OFFERED = 20  # other parcels of one person: what is left is offered at the next scan
BY_PERSON = Limit("code-lookup-person", tries=10, every=60)
BY_STATION = Limit("code-lookup-station", tries=30, every=20)


def give_out(call: Call) -> Outcome:
    """The waiting parcel, its shelf, and the question which proof there is. Changes nothing."""
    parcel = _find(call)
    require_waiting(parcel, call.station)
    pieces = pieces_of(parcel)
    require_some_here(parcel, pieces)
    return _ask_proof(call, parcel, pieces)


def _find(call: Call) -> Parcel:
    if call.barcode.kind == Kind.LINK:
        return _by_link(call)
    if call.barcode.kind == Kind.CODE:
        return _by_code(call)
    return find_parcel(call)


def _by_link(call: Call) -> Parcel:
    """A link opens what its message told: the first that waits here, else the first there is to speak of."""
    told = read_link_parcels(token=call.number, now=call.now)
    reach = visible_parcels(actor=call.actor, permission=Permission.STATION_GIVE_OUT).filter(
        pk__in=[p.pk for p in told]
    )
    found = (waiting_at(call.station).filter(pk__in=reach.values("pk")).order_by("pk").first()) or reach.first()
    if found is None:
        raise LinkInvalid(gettext("这个链接的包裹不在本站。"), hint=gettext("请看短信中的站名，到那个站取件。"))
    return parcel_to_give(found.pk)


def _by_code(call: Call) -> Parcel:
    """Counted before it is looked up; a right code takes back its own try and no other."""
    for limit, who in ((BY_PERSON, call.actor.id), (BY_STATION, call.station.pk)):
        limit.take(who)
    live = PickupCode.objects.filter(station=call.station, used_at=None, voided_at=None)
    known = live.filter(code_hash=code_hash(call.number)).values_list("parcel_id", flat=True).first()
    parcel = parcel_to_give(known) if known is not None else _short_number(call)
    if parcel is None:
        raise _used_before(call) or WrongCode()
    BY_PERSON.give_back(call.actor.id)
    BY_STATION.give_back(call.station.pk)
    return parcel


def _used_before(call: Call) -> AlreadyGivenOut | None:
    """What to say of a code that opened something here already; it stays counted as a wrong one."""
    rows = PickupCode.objects.filter(station=call.station, code_hash=code_hash(call.number), used_at__isnull=False)
    last = rows.order_by("-used_at").first()
    if last is None:
        return None
    return AlreadyGivenOut(
        gettext("这个码已于 %(when)s 用过。") % {"when": clock(last.used_at)},
        hint=gettext("没有取到的，请查这件的签收记录；还有别的包裹的，请收件人看最新的短信。"),
    )


def _short_number(call: Call) -> Parcel | None:
    """Six digits may also be all of a carrier's number."""
    try:
        mine = [parcel for parcel in look_up(call) if parcel.mine]  # type: ignore[attr-defined]
    except DomainError:
        return None
    return mine[0] if len(mine) == 1 else None


def require_waiting(parcel: Parcel, station: Station) -> None:
    """Raises AlreadyGivenOut, ParcelClosed, NotWaitingHere."""
    known = at_counter(parcel)
    code = known.live_code
    if code is not None and code.station_id == station.pk and parcel.stage == Stage.READY_FOR_PICKUP:
        return
    if known.given is not None:
        raise already_given(known.given)
    if parcel.is_closed:
        raise ParcelClosed()
    raise NotWaitingHere()


def waiting_at(station: Station):
    codes = PickupCode.objects.filter(station=station, used_at=None, voided_at=None).values("parcel")
    return Parcel.objects.filter(pk__in=codes, stage=Stage.READY_FOR_PICKUP).exclude(none_left())


def _ask_proof(call: Call, parcel: Parcel, pieces: PiecesHere | None) -> Outcome:
    known = {Kind.CODE: PickupMethod.CODE, Kind.LINK: PickupMethod.LINK}.get(call.barcode.kind)
    methods = [known] if known else list(PickupMethod)
    options = [option(method.value, method.label) for method in methods]
    shelf = pieces.shelf if pieces is not None else parcel.shelf
    message = gettext("在货架 %(shelf)s。") % {"shelf": shelf} if shelf else gettext("没有登记货架位。")
    hint, rest = gettext("核验后交付。"), []
    if pieces is not None:
        message = pieces.whole
    if pieces is not None and pieces.missing:
        hint = gettext("还有 %(missing)s 件没到，请先告诉收件人。核验后选一种交付。") % {"missing": pieces.missing}
        rest = _rest_options(pieces)
    outcome = asks(
        call, "proof", options, message, hint, parcel=parcel, rest=rest,
        proxies=_proxies(parcel), together=together_with(parcel, call.station), by=known.value if known else "",
    )  # fmt: skip
    outcome.answer.word = shelf or str(words.DONE[call.task])
    outcome.answer.facts["shelf"] = shelf
    return outcome


def _rest_options(pieces: PiecesHere) -> list[dict[str, str]]:
    """The two ways to give out while some are missing, as buttons."""
    told = {"here": len(pieces.shelves), "all": pieces.of - pieces.given}
    return [
        option(Rest.WAIT, gettext("先交付 %(here)s 件，其余再等") % told),
        option(Rest.ALL, gettext("%(all)s 件已全部交付") % told),
    ]


def _proxies(parcel: Parcel) -> list[dict[str, Any]]:
    rows = PickupProxy.objects.filter(parcel=parcel, withdrawn_at=None)
    return [{"id": row.pk, "name": mask_name(row.name)} for row in rows]


def together_with(parcel: Parcel, station: Station) -> list[dict[str, str]]:
    """The recipient's other parcels on this shelf: same phone. Each is opened by its own proof."""
    contact = recipient_contact(parcel)
    phone = contact.phone if contact else ""
    if not phone:
        return []
    same = ParcelContact.objects.filter(phone=phone, role=ContactRole.RECIPIENT).values("parcel")
    others = waiting_at(station).filter(pk__in=same).exclude(pk=parcel.pk).select_related("carrier").order_by("pk")
    rows = list(others[:MOST_OFFERED])
    counted = pieces_here(rows)
    return [
        {
            "number": row.waybill,
            "printed": row.printed_number,
            "shelf": counted[row.pk].shelf if row.pk in counted else row.shelf,
            "tail": tail_of(row),
            "carrier": row.carrier.short_name if row.carrier else "",
            "pieces": counted[row.pk].told if row.pk in counted else "",
        }
        for row in rows
    ]

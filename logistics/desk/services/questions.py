"""Scans that need a decision: what is asked, and what each answer does."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk import words
from logistics.desk.answers import Answer, option, refused
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.facts import facts_of, label_facts, recipient_contact
from logistics.desk.services.finding import ForeignParcel, NoParcelNumber, asks, look_up
from logistics.desk.states import Result
from logistics.desk.words import word_of
from logistics.parcels.errors import ParcelClosed
from logistics.parcels.models import Parcel
from logistics.parcels.services.consent import decline_consent, give_consent, give_standing_consent
from logistics.parcels.services.guards import append, event, lock_one
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.redirect import redirect
from logistics.parcels.states import ConsentChannel, Direction, Issue
from logistics.registry import standing
from logistics.registry.selectors import public_carriers, working_stations
from logistics.registry.states import StationKind
from members.access.states import Permission
from portal.core.clock import county_day
from portal.core.errors import BadInput, Conflict, DomainError

AGREED = "agreed"  # they said so themselves since: goes on, and asks again if that is not so
ASIDE, REFUSE, RECORD, LEAVE, REDIRECT, SAME, ANOTHER, STANDING = (
    "aside", "refuse", "record", "leave", "redirect", "same", "another", "standing",
)  # fmt: skip


class BadAnswer(BadInput):
    code = "bad_answer"
    message = _("这不是可选的答复。")
    hint = _("请点页面上的按钮。")


class DestinationMissing(BadInput):
    code = "destination_missing"
    message = _("请选择包裹应送到的站点。")
    hint = _("看面单上的地址；看不出来的请先放一边。")


class ConsentRefused(Conflict):
    code = "consent_refused"
    message = _("收件人不同意放到站点。")
    hint = _("请安排上门投递，不要入库。")


# -- the number is unknown ------------------------------------------------------------------------------


def ask_to_register(call: Call) -> Outcome:
    """Which carrier's parcel this is; at a hub or township station also where it goes."""
    standing.require_station(call.station, now=call.now)
    if not may_be_printed(call.number):
        raise NoParcelNumber()
    may = call.actor.may(Permission.PARCEL_CREATE)
    options = [option(c.code, c.short_name) for c in public_carriers()] if may else []
    options.append(option(ASIDE, _("先放一边")))
    message = gettext("没有登记过这个单号。")
    hint = gettext("请看面单：是哪家快递企业的？登记后继续办理；看不清的先放一边。")
    more: dict[str, Any] = {} if call.station.kind in _ENDS else {"destinations": _destinations(call)}
    return asks(call, "register", options, message, hint, code="unknown_number", **more)


LEAST, LEAST_DIGITS = 8, 5  # characters of the shortest numbers that carriers print


def may_be_printed(number: str) -> bool:
    """Whether what was read can stand on a label: a word, a price or a house number is never registered."""
    return len(number) >= LEAST and sum(c.isdigit() for c in number) >= LEAST_DIGITS


_ENDS = (StationKind.VILLAGE, StationKind.LOCKER)


def _destinations(call: Call) -> list[dict[str, str]]:
    """This station and those below it that may take in new parcels."""
    station = call.station
    below = working_stations(today=county_day(call.now)).order_by("kind", "code")
    children = below.filter(parent=station) | below.filter(parent__parent=station)
    return [option(station.code, station.name), *(option(s.code, s.name) for s in children)]


def register(call: Call, carrier: str, destination: str) -> None:
    """The least that can be said of a parcel nobody announced: whose it is and where it goes. Never a person."""
    if call.station.kind in _ENDS:
        destination = call.station.code
    elif destination not in {row["value"] for row in _destinations(call)}:
        raise DestinationMissing()
    draft = ParcelDraft(
        direction=Direction.DOWN.value,
        carrier=carrier,
        carrier_number=call.number,
        destination_station=destination,
    )
    create_parcel(draft=draft, actor=call.actor, now=call.now)


def put_aside(call: Call) -> Outcome:
    answer = Answer(
        result=Result.REFUSED.value,
        code="put_aside",
        word=str(words.ASIDE),
        message=gettext("已记下，请把这件放到待查区。"),
        hint=gettext("核对单号和快递企业后再扫一次。"),
        number=call.barcode.kept,
    )
    return Outcome(answer)


# -- the parcel belongs elsewhere -----------------------------------------------------------------------


def ask_misrouted(call: Call, error: ForeignParcel) -> Outcome:
    """A parcel that lies here and should not: record it, so that whoever looks for it knows where it is."""
    parcel = look_up(call)[0]
    if parcel.is_closed:
        raise ParcelClosed()
    options = [option(RECORD, _("登记到错站点")), option(LEAVE, _("不登记"))]
    facts = label_facts(parcel, call.station)
    return asks(call, "wrong_station", options, str(error.message), str(error.hint), code="wrong_station", facts=facts)


def note_misrouted(call: Call) -> Outcome:
    parcel = lock_one(look_up(call)[0])
    if parcel.is_closed:
        raise ParcelClosed()
    misrouted = event(parcel, Issue.WRONG_STATION, station=call.station, now=call.now)
    ids = append(events=[misrouted], actor=call.actor, now=call.now, stations=[call.station])
    answer = Answer(
        code="wrong_station_recorded",
        word=str(words.NOTED),
        message=gettext("已登记：这件到错了站点。"),
        hint=gettext("请放到一边，交下一班车带回。"),
        number=call.barcode.kept,
        facts=label_facts(parcel, call.station),
        undo=True,
    )
    return Outcome(answer, parcel, ids)


def leave(call: Call) -> Outcome:
    answer = Answer(
        result=Result.REFUSED.value,
        code="left",
        word=str(words.ASIDE),
        message=gettext("没有登记。"),
        hint=gettext("请把这件放到一边。"),
        number=call.barcode.kept,
    )
    return Outcome(answer)


# -- the station it is bound for takes in nothing new ----------------------------------------------------


def ask_other_station(call: Call, parcel: Parcel, *, may_go_on: bool = False) -> Outcome:
    """Where a parcel goes whose station was stopped. `may_go_on`: it may also pass as it is, to somebody's door."""
    options = [option(REDIRECT, _("改送所选站点")), *([option(LEAVE, _("照原样交出"))] if may_go_on else [])]
    options.append(option(ASIDE, _("先放一边")))
    to = parcel.destination_station.name if parcel.destination_station else ""
    message = gettext("投递站点%(station)s现在不能收件。") % {"station": to}
    hint = gettext("请选择改送的站点；收件人要另取的，新站点入库时会再征得同意。")
    destinations = _destinations(call)
    return asks(
        call, "redirect", options, message, hint, parcel=parcel, code="destination_stopped", destinations=destinations
    )


def redirect_parcel(call: Call, parcel: Parcel, destination: str) -> None:
    """Raises DestinationMissing for a station that was not offered."""
    if destination not in {row["value"] for row in _destinations(call)}:
        raise DestinationMissing()
    station = working_stations(today=county_day(call.now)).select_related("operator").get(code=destination)
    redirect(parcel=parcel, station=station, permission=call.permission, actor=call.actor, now=call.now)


# -- a number of several pieces, read twice in a row ------------------------------------------------------


def ask_piece(call: Call, parcel: Parcel, error: DomainError) -> Outcome:
    """Whether the scanner read one piece twice or two pieces once: only who holds it knows."""
    options = [option(ANOTHER, _("是另一件")), option(SAME, _("还是同一件"))]
    return asks(call, "piece", options, str(error.message), str(error.hint), parcel=parcel, code="piece_unclear")


# -- the recipient has not agreed yet -------------------------------------------------------------------


CONSENT_ANSWERS = {
    ConsentChannel.IN_PERSON.value: _("当面同意"),
    ConsentChannel.PHONE.value: _("电话同意"),
    STANDING: _("当面同意，以后都放本站"),
    REFUSE: _("不同意"),
}


def ask_consent(call: Call, parcel: Parcel, message: str) -> Outcome:
    offered = [value for value in CONSENT_ANSWERS if value != STANDING or _has_own_phone(parcel)]
    options = [option(value, CONSENT_ANSWERS[value]) for value in offered]
    hint = gettext("请问收件人：同意放到本站的，点同意的方式；不同意的，上门投递。")
    return asks(call, "consent", options, message, hint, parcel=parcel, code="consent_needed")


def _has_own_phone(parcel: Parcel) -> bool:
    """Whether a standing consent can be kept: it is kept for a phone."""
    contact = recipient_contact(parcel)
    return contact is not None and contact.takes_texts


def note_consent(call: Call, parcel: Parcel, value: str) -> None:
    """Records how the recipient agreed: for this parcel, or (STANDING) for all that come to their phone."""
    if value == STANDING:
        give_standing_consent(parcel=parcel, channel=ConsentChannel.IN_PERSON, actor=call.actor, now=call.now)
        return
    if value not in (ConsentChannel.IN_PERSON, ConsentChannel.PHONE):
        raise BadAnswer()
    give_consent(parcel=parcel, channel=value, actor=call.actor, now=call.now)


def note_refusal(call: Call, parcel: Parcel) -> Outcome:
    """Records that the recipient wants it at the door; whoever scans it next is told."""
    decline_consent(parcel=parcel, channel=ConsentChannel.PHONE, actor=call.actor, now=call.now)
    error = ConsentRefused()
    answer = refused(error, number=parcel.waybill, facts=facts_of(parcel, call.station), word=word_of(error.code))
    return Outcome(answer, parcel)

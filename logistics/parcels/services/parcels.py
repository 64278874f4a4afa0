"""Registering parcels: announced by a carrier, taken in at a station, or made for a return."""

from __future__ import annotations

import datetime as dt
import re
from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.described import between, most, one_of
from logistics.parcels.events import normalise_number
from logistics.parcels.lookup import tail_hash
from logistics.parcels.models import Parcel, ParcelContact, ParcelNumber
from logistics.parcels.selectors import stations_and_below
from logistics.parcels.services.generations import give_out_anew, given_anew
from logistics.parcels.services.repeats import Facts, facts_of, facts_of_known, told_of_difference
from logistics.parcels.services.side_fields import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_PHONE,
    MOST_GRAMS,
    MOST_PIECES,
    shortened,
)
from logistics.parcels.services.waiting import take_waiting_events
from logistics.parcels.states import ContactRole, Direction, NumberKind, RowResult, Stage
from logistics.parcels.warnings import RowWarning
from logistics.registry import standing
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import public_serving_stations
from members.access.states import Permission
from portal.core.actor import Actor, Scope, demand
from portal.core.checkdigits import random_number
from portal.core.clock import county_day
from portal.core.errors import BadInput, Conflict, DomainError, Forbidden
from portal.core.phones import Phone, PhoneKind, read_phone
from portal.regions.models import Division

MAX_DRAFTS = 20_000
WAYBILL_PREFIX = "XN"  # 县内; with 11 random characters and a check character
_NUMBER = re.compile(r"[0-9A-Z-]{6,40}")


class ParcelDraft(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A parcel to be registered.

    `carrier` is an enterprise code (programs and files may send a known name instead), `destination` and `origin` are
    12-digit division codes, stations station codes, `weight_grams` grams. DOWN parcels need a destination, UP parcels
    an origin, within the county's divisions.
    """

    direction: Annotated[str, one_of(Direction)] = Direction.DOWN.value
    carrier: Annotated[str, most(24)] = ""
    carrier_number: Annotated[
        str, most(40, description="6 to 40 letters, digits and hyphens; spaces and case do no harm.")
    ] = ""
    destination: Annotated[str, most(12)] = ""
    origin: Annotated[str, most(12)] = ""
    destination_station: Annotated[str, most(24)] = ""
    origin_station: Annotated[str, most(24)] = ""
    recipient_name: Annotated[str, most(LONGEST_NAME)] = ""
    recipient_phone: Annotated[str, most(LONGEST_PHONE)] = ""
    recipient_address: Annotated[str, most(LONGEST_ADDRESS)] = ""
    sender_name: Annotated[str, most(LONGEST_NAME)] = ""
    sender_phone: Annotated[str, most(LONGEST_PHONE)] = ""
    sender_address: Annotated[str, most(LONGEST_ADDRESS)] = ""
    pieces: Annotated[int, between(1, MOST_PIECES)] = 1
    weight_grams: Annotated[int, between(1, MOST_GRAMS)] | None = None


@dataclass(slots=True)
class Outcome:
    """What became of one draft. A duplicate gives the parcel that already has the number, and a warning when it says
    something else now; a draft that was taken may carry warnings about side matters. `facts`: see repeats.facts_of."""

    result: RowResult
    parcel: Parcel | None = None
    error: DomainError | None = None
    contacts: list[ParcelContact] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    before: int = 0  # the ended parcel that had the number until now
    facts: Facts = field(default_factory=dict)


Known = tuple[Parcel | None, Facts]  # of a number that is registered; None: by an earlier piece of a dry run


@dataclass(slots=True)
class _References:
    enterprises: dict[str, Enterprise]
    stations: dict[str, Station]
    divisions: dict[str, Division]
    known: MutableMapping[tuple[int | None, str], Known]
    serving: dict[str, Station]  # by division code


def create_parcel(*, draft: ParcelDraft, actor: Actor, now: dt.datetime, **extra: Any) -> Parcel:
    """Register one parcel. Raises the draft's BadInput, Forbidden, or Conflict when the number is taken."""
    (outcome,) = create_parcels(drafts=[draft], actor=actor, now=now, **extra)
    if outcome.error:
        raise outcome.error
    if outcome.result == RowResult.DUPLICATE:
        raise Conflict(_("这个单号已经登记过。"), code="number_taken", hint=_("请直接查询该单号。"))
    assert outcome.parcel is not None  # noqa: S101  accepted rows carry their parcel
    return outcome.parcel


def create_parcels(
    *,
    drafts: Sequence[ParcelDraft],
    actor: Actor,
    now: dt.datetime,
    dry_run: bool = False,
    return_of: Parcel | None = None,
    demo: bool = False,
    already: MutableMapping[tuple[int | None, str], Known] | None = None,
) -> list[Outcome]:
    """Register up to 20,000 parcels; each draft has its own outcome and a bad one stops no other.

    Idempotent on (carrier, carrier_number): a repeat is a duplicate and changes nothing, unless the journey is over and
    the number was given out anew (generations.py). With `dry_run` all checks are
    made and nothing is written. Needs PARCEL_CREATE; the new parcel must lie inside the actor's scope.
    `already` are (carrier id, number) pairs that count as registered though no row says so (pieces of a dry run).
    Without a station code the parcel gets the station that serves its place in the county, if there is just one.
    """
    demand(actor).require(Permission.PARCEL_CREATE)
    if not drafts or len(drafts) > MAX_DRAFTS:
        raise BadInput(_("一次可登记 1 至 20000 件。"), code="bad_batch_size")
    scope = _with_those_below(actor.scope(Permission.PARCEL_CREATE))
    try:
        return _create(drafts, scope, now, dry_run, return_of, demo, already)
    except IntegrityError:
        # Somebody registered one of the numbers between our look and our insert: now it shows as a duplicate.
        return _create(drafts, scope, now, dry_run, return_of, demo, already)


def _create(
    drafts: Sequence[ParcelDraft],
    scope: Scope,
    now: dt.datetime,
    dry_run: bool,
    return_of: Parcel | None,
    demo: bool,
    already: MutableMapping[tuple[int | None, str], Known] | None,
) -> list[Outcome]:
    with transaction.atomic():
        references = _references(drafts, county_day(now))
        if already:
            references.known = ChainMap(references.known, already)  # written to the first only
        outcomes = [_judge(draft, references, scope, now, return_of, demo) for draft in drafts]
        fresh = [outcome for outcome in outcomes if outcome.result == RowResult.ACCEPTED]
        if fresh and not dry_run:
            _store(fresh, now)
            take_waiting_events(parcels=[outcome.parcel for outcome in fresh if outcome.parcel], now=now)
    return outcomes


def _references(drafts: Sequence[ParcelDraft], today: dt.date) -> _References:
    """Everything the drafts name, in a handful of queries."""
    for draft in drafts:
        draft.carrier_number = normalise_number(draft.carrier_number)
    enterprises = Enterprise.objects.in_bulk({d.carrier for d in drafts if d.carrier}, field_name="code")
    stations = Station.objects.select_related("operator").in_bulk(
        {c for d in drafts for c in (d.destination_station, d.origin_station) if c}, field_name="code"
    )
    divisions = Division.objects.in_bulk(
        {c for d in drafts for c in (d.destination, d.origin) if c} | {s.division_id for s in stations.values()}
    )
    numbers = {d.carrier_number for d in drafts if d.carrier_number}
    current = ParcelNumber.objects.filter(~Q(kind=NumberKind.OWN), number__in=numbers, generation=0)
    rows = list(current.select_related("parcel"))
    facts = facts_of_known(row.parcel for row in rows)
    known: dict[tuple[int | None, str], Known] = {
        (row.carrier_id, row.number): (row.parcel, facts[row.parcel_id]) for row in rows
    }
    without = {place for d in drafts for place, station in (_county_end(d),) if place and not station}
    return _References(enterprises, stations, divisions, known, public_serving_stations(divisions=without, today=today))


def _county_end(draft: ParcelDraft) -> tuple[str, str]:
    """Division and station code of the end that lies in the county."""
    if draft.direction == Direction.DOWN:
        return draft.destination, draft.destination_station
    return draft.origin, draft.origin_station


def _judge(
    draft: ParcelDraft,
    refs: _References,
    scope: Scope,
    now: dt.datetime,
    return_of: Parcel | None,
    demo: bool,
) -> Outcome:
    try:
        parcel = _build(draft, refs, now)
        parcel.return_of = return_of
        parcel.demo = demo or (parcel.carrier is not None and parcel.carrier.demo)  # demo firms carry nothing real
        _assert_in_scope(parcel, scope)
        if return_of is None:  # what comes back must be able to travel
            _assert_working(parcel, refs, now)
        contacts, warnings = _contacts(draft, parcel)
    except DomainError as error:
        return Outcome(RowResult.REFUSED, error=error)
    said = facts_of(parcel, contacts)
    outcome = Outcome(RowResult.ACCEPTED, parcel, contacts=contacts, warnings=warnings, facts=said)
    return _numbered(outcome, draft, refs, now) if draft.carrier_number else outcome


def _numbered(outcome: Outcome, draft: ParcelDraft, refs: _References, now: dt.datetime) -> Outcome:
    """The outcome, or the duplicate that it is, of a draft with a carrier's number."""
    parcel, said = outcome.parcel, outcome.facts
    key = (parcel.carrier_id if parcel else None, draft.carrier_number)
    if key in refs.known:
        known, before = refs.known[key]
        if known is None or not given_anew(known, before, said, now):
            return Outcome(RowResult.DUPLICATE, known, warnings=told_of_difference(before, said))
        outcome.before = known.pk
    refs.known[key] = (parcel, said)
    return outcome


def _build(draft: ParcelDraft, refs: _References, now: dt.datetime) -> Parcel:
    if draft.direction not in Direction.values:
        raise _bad("direction", _("方向应为 DOWN（下行）或 UP（上行）。"))
    carrier = _named(draft.carrier, refs.enterprises, "carrier", _("没有这个承运企业代码。"), _CHECK_CARRIER)
    if draft.carrier_number and not _NUMBER.fullmatch(draft.carrier_number):
        raise _bad("carrier_number", _("快递单号应为 6 至 40 位数字、字母或短横线。"))
    if bool(carrier) != bool(draft.carrier_number):
        raise _bad("carrier_number", _("承运企业和快递单号要一起填写。"))
    if not 1 <= draft.pieces <= MOST_PIECES:
        raise _bad("pieces", _("件数应为 1 至 999 的整数。"))
    if draft.weight_grams is not None and not 0 < draft.weight_grams <= MOST_GRAMS:
        message = _("重量应大于 0、不超过 10 吨。请核对单位。")
        raise BadInput(message, code="bad_weight", fields={"weight_grams": message})
    to, at = (
        _named(c, refs.stations, f, _("没有这个站点代码。"), _CHECK_STATION)
        for c, f in (
            (draft.destination_station, "destination_station"),
            (draft.origin_station, "origin_station"),
        )
    )
    named = _named(draft.destination, refs.divisions, "destination", _("没有这个目的地区划代码。"), _CHECK_DIVISION)
    destination = named or (to and refs.divisions[to.division_id])
    named = _named(draft.origin, refs.divisions, "origin", _("没有这个寄件地区划代码。"), _CHECK_DIVISION)
    origin = named or (at and refs.divisions[at.division_id])
    area = destination if draft.direction == Direction.DOWN else origin
    if area is None:
        field = "destination" if draft.direction == Direction.DOWN else "origin"
        raise _bad(field, _("请填写县内所在地的 12 位区划代码或站点代码。"))
    if draft.direction == Direction.DOWN:
        to = to or refs.serving.get(area.code)
    else:
        at = at or refs.serving.get(area.code)
    return Parcel(
        waybill=random_number(WAYBILL_PREFIX, 11),
        direction=draft.direction,
        carrier=carrier,
        carrier_number=draft.carrier_number,
        destination=destination,
        origin=origin,
        area=area.code,
        destination_station=to,
        origin_station=at,
        pieces=draft.pieces,
        weight_grams=draft.weight_grams,
        created_at=now,
        stage=Stage.CREATED,
    )


_CHECK_CARRIER = _("请核对企业代码，或请县级中心先登记该企业。")
_CHECK_STATION = _("请核对站点代码，或请县级中心先登记该站点。")
_CHECK_DIVISION = _("请核对 12 位区划代码，末尾的 0 不要省略；也可以改填站点代码。")


def _named(code: str, known: dict[str, Any], field: str, message, hint) -> Any:
    if not code:
        return None
    if code not in known:
        raise _bad(field, message, hint)
    return known[code]


def _bad(field: str, message, hint=None) -> BadInput:
    return BadInput(message, code=f"bad_{field}", hint=hint, fields={field: message})


def _with_those_below(scope: Scope) -> Scope:
    """Who works at a hub registers what is bound for its townships and villages, as they also see it."""
    return replace(scope, stations=frozenset(stations_and_below(scope.stations))) if scope.stations else scope


def _assert_in_scope(parcel: Parcel, scope: Scope) -> None:
    stations = {parcel.destination_station_id, parcel.origin_station_id}
    if not (scope.covers_division(parcel.area) or parcel.carrier_id in scope.enterprises or stations & scope.stations):
        raise Forbidden(
            _("这个包裹不在您的范围内。"), code="out_of_scope", hint=_("只能登记本企业、本站或本辖区的包裹。")
        )


def _assert_working(parcel: Parcel, refs: _References, now: dt.datetime) -> None:
    """Raises Stopped when the carrier, or the station at the county's end, may take on no new parcels. A parcel that
    the carrier has announced already is a duplicate and stays one."""
    if (parcel.carrier_id, parcel.carrier_number) in refs.known:
        return
    standing.require_good(parcel.carrier, now=now)
    station = parcel.destination_station if parcel.direction == Direction.DOWN else parcel.origin_station
    if station is not None:
        standing.require_station(station, now=now)


def _store(fresh: list[Outcome], now: dt.datetime) -> None:
    parcels = [outcome.parcel for outcome in fresh if outcome.parcel]
    Parcel.objects.bulk_create(parcels, batch_size=1000)  # PostgreSQL takes 65,535 parameters a statement
    numbers = [ParcelNumber(number=p.waybill, kind=NumberKind.OWN, parcel=p, added_at=now) for p in parcels]
    give_out_anew((o.before, o.parcel.carrier_number) for o in fresh if o.parcel and o.before)
    numbers += [
        ParcelNumber(number=p.carrier_number, kind=NumberKind.CARRIER, carrier=p.carrier, parcel=p, added_at=now)
        for p in parcels
        if p.carrier_number
    ]
    ParcelNumber.objects.bulk_create(numbers, batch_size=5000)
    ParcelContact.objects.bulk_create([c for outcome in fresh for c in outcome.contacts], batch_size=5000)


def _contacts(draft: ParcelDraft, parcel: Parcel) -> tuple[list[ParcelContact], list[RowWarning]]:
    made: list[ParcelContact] = []
    warnings: list[RowWarning] = []
    for role, name, phone, address in (
        (ContactRole.RECIPIENT, draft.recipient_name, draft.recipient_phone, draft.recipient_address),
        (ContactRole.SENDER, draft.sender_name, draft.sender_phone, draft.sender_address),
    ):
        if name or phone or address:
            found = _phone(phone, f"{role}_phone", warnings)
            relayed = found.kind is PhoneKind.RELAY
            made.append(
                ParcelContact(
                    parcel=parcel,
                    role=role,
                    name=shortened(name.strip(), LONGEST_NAME, f"{role}_name", warnings),
                    phone="" if relayed else found.number,
                    relay=found.number if relayed else "",
                    extension=found.extension,
                    tail_hash=tail_hash(found.tail),
                    address=shortened(address.strip(), LONGEST_ADDRESS, f"{role}_address", warnings),
                )
            )
    return made, warnings


_PHONE_WARNINGS = {
    PhoneKind.UNREADABLE: ("phone_unreadable", _("电话号码无法识别：包裹照收，不记电话。")),
    PhoneKind.MASKED: ("phone_masked", _("电话号码有隐去的数字：包裹照收，不记电话，收件人收不到短信。")),
}
_SEVERAL = ("phone_several", _("一格里有几个电话号码，只记下第一个能拨打的。"))


def _phone(text: str, field: str, warnings: list[RowWarning]) -> Phone:
    """What the text says; a phone that can't be used is told and never keeps a parcel out."""
    if not text.strip():
        return Phone(PhoneKind.UNREADABLE)
    found = read_phone(text)
    told = _PHONE_WARNINGS.get(found.kind) or (_SEVERAL if found.several else None)
    if told is not None:
        warnings.append(RowWarning(code=told[0], message=str(told[1]), field=field))
    return found

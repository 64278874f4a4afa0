"""The way out of the village: a parcel taken in at the counter, and handed to its carrier at the hub."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.events import normalise_number
from logistics.parcels.models import Event, EventKey, EventSource, Handover, HandoverItem, Parcel
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.services.guards import append, event, lock, require_open, require_station
from logistics.parcels.services.numbers import NotACarrier, add_successor_number
from logistics.parcels.services.parcels import ParcelDraft, create_parcel
from logistics.parcels.services.parties import Party
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import Act, Custodian, Direction, HandoverState, Stage
from logistics.registry import standing
from logistics.registry.models import Enterprise, Station
from logistics.registry.states import EnterpriseKind
from members.access.states import Permission
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.core.phones import read_phone

MAX_ROWS = 500
FORM_LASTS = dt.timedelta(days=31)


class NotChecked(BadInput):
    code = "collection_not_checked"
    message = _("收寄前要核对寄件人证件，并当面查看物品。")
    hint = _("请核对后勾选两项，再收寄。")


class KeyMissing(BadInput):
    code = "form_key_missing"
    message = _("表单不完整。")
    hint = _("请重新打开“收寄包裹”页面填写。")


class PersonMissing(BadInput):
    code = "person_missing"
    message = _("寄件人和收件人都要写明姓名和电话，收件人还要写明地址。")
    hint = _("请补全后再收寄。")


class NothingToGive(BadInput):
    code = "nothing_to_give"
    message = _("没有要交给快递企业的包裹。")
    hint = _("请扫描或输入单号，一行一件。")


class PhoneUnusable(BadInput):
    """At the counter the person stands there and can say the number: nothing is guessed and nothing left out."""

    code = "bad_phone"
    message = _("电话号码有误。")
    hint = _("手机号为 11 位数字；座机请带区号，转接电话请写“号码-分机号”。")


class RowsNotTaken(Conflict):
    """`rows` says of each number what is wrong; nothing was handed over."""

    code = "rows_not_taken"
    message = _("有几件不能交出，全部都还没有办理。")
    hint = _("请按下面的说明改正或去掉这几行，再提交。")

    def __init__(self, rows: dict[str, str]):
        super().__init__(fields=rows)


class _Taken(Exception):
    """The same form came in at the same time and was first."""


@transaction.atomic
def _collect(
    draft: ParcelDraft, station: Station, source: EventSource, event_id: str, actor: Actor, now: dt.datetime
) -> Parcel:
    parcel = create_parcel(draft=draft, actor=actor, now=now)
    collected = event(parcel, Stage.COLLECTED, station=station, now=now)
    collected.id = event_id
    kept = event(
        parcel, Act.CUSTODY, station=station, now=now, custody_kind=Custodian.STATION, custody_ref=station.code
    )
    result = record_events(events=[collected, kept], source=source, actor=actor, now=now, vouched=True, keep=False)
    if result.duplicates:
        raise _Taken()
    record(
        actor=actor, now=now, action="parcel.collected", target=parcel,
        after={"station": station.code, "identity_checked": True, "goods_checked": True}, area=parcel.area,
    )  # fmt: skip
    return parcel


def collect_parcel(
    *,
    draft: ParcelDraft,
    station: Station,
    form_key: uuid.UUID | None,
    identity_checked: bool,
    goods_checked: bool,
    actor: Actor,
    now: dt.datetime,
) -> Parcel:
    """Takes a parcel in from a villager at `station`: registered, COLLECTED, in the station's custody, all or nothing.

    The keeper states that they compared the sender's identity card (快递暂行条例 第22条: real name; the number is not
    kept) and looked at the goods (第30条: prohibited goods). `form_key` is made with the empty form: the same form sent
    twice, also at the same moment, is one parcel. Needs PARCEL_CREATE and STATION_RECEIVE at the station. Raises
    NotChecked, KeyMissing, PersonMissing, PhoneUnusable, Stopped, the draft's BadInput, Conflict for a carrier's number
    that is taken.
    """
    require_station(actor=actor, permission=Permission.STATION_RECEIVE, station=station)
    actor.require(Permission.PARCEL_CREATE)
    if form_key is None:
        raise KeyMissing()
    source, event_id = source_for(actor=actor, now=now), f"collect:{form_key}"
    if EventKey.objects.filter(source_id=source.pk, source_event_id=event_id).exists():
        return _taken_before(source, event_id, station, now)
    standing.require_station(station, now=now)
    if not (identity_checked and goods_checked):
        raise NotChecked()
    needed = (draft.sender_name, draft.sender_phone, draft.recipient_name, draft.recipient_phone)
    if not all(text.strip() for text in (*needed, draft.recipient_address)):
        raise PersonMissing()
    for field in ("sender_phone", "recipient_phone"):
        found = read_phone(getattr(draft, field))
        if not found.usable or found.several:
            raise PhoneUnusable(fields={field: PhoneUnusable.message})
    draft.direction, draft.origin_station = Direction.UP.value, station.code
    try:
        parcel = _collect(draft, station, source, event_id, actor, now)
    except _Taken:
        return _taken_before(source, event_id, station, now)
    parcel.refresh_from_db()
    return parcel


def _taken_before(source: EventSource, event_id: str, station: Station, now: dt.datetime) -> Parcel:
    """The parcel that this form made. The log has no index by key, so the search keeps to the station and to weeks."""
    since = now - FORM_LASTS
    young = Parcel.objects.filter(origin_station=station, created_at__gte=since).values("pk")
    events = Event.objects.filter(parcel__in=young, occurred_at__gte=since, source=source, source_event_id=event_id)
    found = events.select_related("parcel").first()
    if found is None:  # used long ago, or at another station
        raise KeyMissing()
    return found.parcel


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One line at the hub: any number of the parcel, and the carrier's own number when it has one ("" if not)."""

    number: str
    new_number: str = ""


@transaction.atomic
def hand_to_carrier(
    *, station: Station, carrier: Enterprise, rows: Sequence[Outgoing], actor: Actor, now: dt.datetime
) -> Handover:
    """The hub hands parcels on their way out, or back, to a carrier: HANDED_TO_CARRIER, custody with the carrier.

    The carrier's driver has no account here and signs the printed manifest: so the handover is confirmed by the hub's
    word, with that sheet as its paper. New numbers find the parcels from now on. All rows or none. Needs HANDOVER_GIVE
    at the station. Raises NotACarrier, NothingToGive, RowsNotTaken with a sentence for each bad row.
    """
    require_station(actor=actor, permission=Permission.HANDOVER_GIVE, station=station)
    if carrier.kind != EnterpriseKind.CARRIER:
        raise NotACarrier()
    wanted = {normalise_number(row.number): row for row in rows if row.number.strip()}
    if not wanted or len(wanted) > MAX_ROWS:
        raise NothingToGive()
    found = _found(wanted, actor)
    locked = {parcel.pk: parcel for parcel in lock(found.values())}
    problems = {n: text for n, p in found.items() if (text := _problem(locked[p.pk], station))}
    problems |= {n: gettext("没有找到这个包裹。") for n in wanted if n not in found}
    if problems:
        raise RowsNotTaken(problems)
    require_open(locked.values())
    for number, row in wanted.items():
        if row.new_number.strip():
            add_successor_number(parcel=found[number], carrier=carrier, number=row.new_number, actor=actor, now=now)
    return _handed(station, carrier, list(locked.values()), actor, now)


def _found(wanted: dict[str, Outgoing], actor: Actor) -> dict[str, Parcel]:
    rows = visible_parcels(actor=actor, permission=Permission.HANDOVER_GIVE).filter(
        numbers__number__in=list(wanted), numbers__generation=0
    )
    named = rows.values_list("numbers__number", "pk").distinct()
    parcels = {parcel.pk: parcel for parcel in rows.distinct()}
    return {number: parcels[pk] for number, pk in named if number in wanted}


def _problem(parcel: Parcel, station: Station) -> str:
    if parcel.is_closed:
        return gettext("行程已经结束。")
    if parcel.direction != Direction.UP and parcel.stage != Stage.RETURNING:
        return gettext("这是到村的包裹，没有在退回，不交给快递企业。")
    if parcel.stage == Stage.HANDED_TO_CARRIER or parcel.custody_kind == Custodian.CARRIER:
        return gettext("已经交给快递企业。")
    here = (Custodian.STATION, station.code)
    if parcel.custody_kind and (parcel.custody_kind, parcel.custody_ref) != here:
        return gettext("还不在本站手中，请先办理接收。")
    if HandoverItem.objects.filter(parcel=parcel, open=True, expected=True).exists():
        return gettext("还在一张未确认的交接单上。")
    return ""


def _handed(station: Station, carrier: Enterprise, parcels: list[Parcel], actor: Actor, now: dt.datetime) -> Handover:
    giver, taker = Party.station(station), Party.carrier(carrier)
    handover = Handover.objects.create(
        from_kind=giver.kind, from_ref=giver.ref, to_kind=taker.kind, to_ref=taker.ref, station=station,
        state=HandoverState.CONFIRMED, expected=len(parcels), scanned=len(parcels), offered_at=now,
        offered_by=actor.id, answered_at=now, answered_by=actor.id,
    )  # fmt: skip
    HandoverItem.objects.bulk_create(
        [HandoverItem(handover=handover, parcel=p, scanned=True, open=False) for p in parcels]
    )
    events = []
    for parcel in parcels:
        if parcel.direction == Direction.UP and parcel.stage != Stage.RETURNING:
            events.append(event(parcel, Stage.HANDED_TO_CARRIER, station=station, now=now, reason=carrier.code))
        events.append(
            event(parcel, Act.CUSTODY, station=station, now=now, custody_kind=taker.kind, custody_ref=taker.ref)
        )
    append(events=events, actor=actor, now=now)
    after = {"carrier": carrier.code, "parcels": len(parcels)}
    record(actor=actor, now=now, action="handover.to_carrier", target=handover, after=after)
    return handover

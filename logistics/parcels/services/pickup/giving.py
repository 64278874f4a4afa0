"""Giving a parcel out at the station, against a proof, exactly once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.parcels.errors import ParcelClosed, clock, spoken
from logistics.parcels.models import Event, Parcel, ParcelPiece, Pickup, PickupCode, PickupProxy
from logistics.parcels.selectors_counter import AtCounter, at_counter
from logistics.parcels.services.guards import append, event, lock_one, require_reach, require_station
from logistics.parcels.services.pickup.codes import try_code
from logistics.parcels.services.pickup.links import LinkInvalid, LinkUsed, read_link_parcels, subject_of
from logistics.parcels.states import Act, Issue, PickupMethod, Stage, Variant
from logistics.registry.models import Station
from members.access.states import Permission
from members.accounts.services import check_work_pin
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict, DomainError
from portal.core.rows import insert_row
from portal.notify.services import withdraw

# A delivery after one of these is "signed after trouble" (kuaidi100 302), even when the trouble is over.
_TROUBLE = (
    Issue.ATTEMPT_FAILED, Issue.UNREACHABLE, Issue.REFUSED, Issue.BAD_ADDRESS, Issue.OUT_OF_AREA, Issue.PICKUP_OVERDUE,
    Issue.OVERDUE_UNSIGNED, Issue.DAMAGED,
)  # fmt: skip

_ONCE = "(parcel_id) WHERE undone_at IS NULL"  # index pickup_once


class AlreadyGivenOut(Conflict):
    code = "already_given_out"


class NotWaitingHere(Conflict):
    code = "not_waiting_here"
    message = _("这个包裹不在本站待取。")
    hint = _("请先办理到站入库；若实物不在本站，请核对单号。")


class OtherParcel(BadInput):
    code = "link_of_other_parcel"
    message = _("这个链接是另一个包裹的。")
    hint = _("请收件人打开这个包裹的取件短信。")


class NotTheProxy(Conflict):
    code = "not_the_proxy"
    message = _("收件人没有指定这位代收人。")
    hint = _("请收件人先在“我的包裹”里指定代收人，或打电话向收件人核实后登记。")


class ProofMissing(BadInput):
    code = "pickup_proof_missing"
    message = _("没有说明凭什么取件。")
    hint = _("请输入取件码、扫描短信链接，或核对证件并输入工作密码。")


@dataclass(frozen=True, slots=True)
class GivenOut:
    """`events` are the ids, at the actor's source, of what was recorded."""

    pickup: Pickup
    events: Sequence[str]


def give_out(
    *,
    parcel: Parcel,
    station: Station,
    actor: Actor,
    now: dt.datetime,
    method: str,
    code: str = "",
    token: str = "",
    pin: str = "",
    proxy: PickupProxy | None = None,
) -> Pickup:
    """As `hand_out`, for those who only want the pickup."""
    given = hand_out(
        parcel=parcel,
        station=station,
        actor=actor,
        now=now,
        method=method,
        code=code,
        token=token,
        pin=pin,
        proxy=proxy,
    )
    return given.pickup


def hand_out(
    *,
    parcel: Parcel,
    station: Station,
    actor: Actor,
    now: dt.datetime,
    method: str,
    code: str = "",
    token: str = "",
    pin: str = "",
    proxy: PickupProxy | None = None,
    pin_checked: bool = False,
) -> GivenOut:
    """Gives a waiting parcel to its recipient, or to the proxy they named, and records the delivery.

    `method` says which proof is given: CODE with `code`, LINK with `token`, IDENTITY with the keeper's own work
    `pin` after looking at the person's identity card (`pin_checked`: it was right for another parcel of this act). Of
    two keepers at once exactly one succeeds; the other gets AlreadyGivenOut. A wrong code is counted even though the
    call fails. Raises WrongCode, CodeLocked, LinkInvalid, LinkUsed, OtherParcel, NotTheProxy, NotWaitingHere,
    ParcelClosed, ProofMissing, and what check_work_pin raises.
    """
    require_station(actor=actor, permission=Permission.STATION_GIVE_OUT, station=station)
    require_reach(actor=actor, permission=Permission.STATION_GIVE_OUT, parcel=parcel)
    if method == PickupMethod.IDENTITY:
        if actor.user_id is None:
            raise ProofMissing()  # only a person can look at an identity card
        if not pin_checked:  # before our transaction: nobody waits for the lock while the PIN is hashed
            check_work_pin(user_id=actor.user_id, pin=pin, now=now)
    with transaction.atomic():
        parcel = lock_one(parcel)
        known = at_counter(parcel)
        _require_not_given(parcel, known)
        waiting = _waiting_code(parcel, station, known)
        wrong = _wrong_proof(parcel, waiting, method, code, token, now)
        if wrong is None:
            _require_named(parcel, proxy)
            return _deliver(parcel, station, waiting, actor=actor, now=now, method=method, proxy=proxy)
    raise wrong


def _require_not_given(parcel: Parcel, known: AtCounter) -> None:
    if known.given is not None:
        raise already_given(known.given)
    if parcel.is_closed:
        raise ParcelClosed()


def already_given(given: Pickup) -> AlreadyGivenOut:
    """Who gave it out and when, without a name: enough for the two keepers to sort it out."""
    facts = {"when": clock(given.at), "station": given.station.name, "who": spoken(given.given_by)}
    return AlreadyGivenOut(
        gettext("这个包裹已于 %(when)s 在%(station)s由%(who)s交出。") % facts,
        hint=gettext("请与经手人核对；确属误点，请联系县级中心更正签收记录。"),
    )


def _waiting_code(parcel: Parcel, station: Station, known: AtCounter) -> PickupCode:
    code = known.live_code
    if code is None or code.station_id != station.pk or parcel.stage != Stage.READY_FOR_PICKUP:
        raise NotWaitingHere()
    return code


def _wrong_proof(
    parcel: Parcel, waiting: PickupCode, method: str, code: str, token: str, now: dt.datetime
) -> DomainError | None:
    if method == PickupMethod.CODE:
        return try_code(row=waiting, code=code, now=now)
    if method == PickupMethod.LINK:
        try:
            return None if parcel in read_link_parcels(token=token, now=now) else OtherParcel()
        except (LinkInvalid, LinkUsed) as error:
            return error
    return None if method == PickupMethod.IDENTITY else ProofMissing()


def _require_named(parcel: Parcel, proxy: PickupProxy | None) -> None:
    if proxy is None:
        return
    if not PickupProxy.objects.filter(pk=proxy.pk, parcel=parcel, withdrawn_at=None).exists():
        raise NotTheProxy()


def _deliver(
    parcel: Parcel,
    station: Station,
    waiting: PickupCode,
    *,
    actor: Actor,
    now: dt.datetime,
    method: str,
    proxy: PickupProxy | None,
) -> GivenOut:
    pickup = Pickup(parcel=parcel, station=station, method=method, at=now, given_by=actor.id, proxy=proxy)
    if not insert_row(pickup, unless=_ONCE):  # the index is the referee, should the lock ever be missed
        raise already_given(Pickup.objects.select_related("station").get(parcel=parcel, undone_at=None))
    PickupCode.objects.filter(pk=waiting.pk).update(used_at=now, wrong_tries=0, locked_until=None)
    if parcel.pieces > 1:
        ParcelPiece.objects.filter(parcel=parcel, given_at=None).update(given_at=now)
    withdraw(subject=subject_of(parcel), now=now)  # collected before the message went out
    delivered = event(parcel, Stage.DELIVERED, station=station, now=now, variant=delivered_variant(parcel, proxy))
    ids = append(events=[delivered], actor=actor, now=now, stations=[station])
    if method == PickupMethod.IDENTITY:
        after = {"method": method, "proxy": proxy.pk if proxy else None}
        record(actor=actor, now=now, action="pickup.by_identity", target=parcel, after=after)
    return GivenOut(pickup, ids)


def delivered_variant(parcel: Parcel, proxy: PickupProxy | None) -> Variant:
    """How a parcel counts as received, at the counter or at the door."""
    if proxy is not None:
        return Variant.PROXY
    since = parcel.first_event_at or parcel.created_at
    events = Event.objects.filter(parcel=parcel, occurred_at__gte=since, code__in=[*_TROUBLE, Act.VOID])
    rows = list(events.values_list("code", "source_id", "source_event_id", "corrects_source", "corrects_event"))
    taken_back = {(source, corrected) for code, _s, _e, source, corrected in rows if code == Act.VOID}
    trouble = {(source, event) for code, source, event, _s, _e in rows if code != Act.VOID}
    return Variant.AFTER_ISSUE if trouble - taken_back else Variant.SELF

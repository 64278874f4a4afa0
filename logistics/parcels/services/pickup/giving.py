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
from logistics.parcels.selectors_pieces import PiecesHere, pieces_of
from logistics.parcels.services.guards import append, event, lock_one, phone_of, require_reach, require_station
from logistics.parcels.services.pickup.codes import try_code
from logistics.parcels.services.pickup.links import LinkInvalid, LinkUsed, read_link_parcels, subject_of
from logistics.parcels.states import Act, ContactRole, Issue, PickupMethod, Rest, Stage, Variant
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

ONE_VISIT = dt.timedelta(minutes=10)  # in which parcels of one person are given out on one proof
_ONCE = "(parcel_id) WHERE undone_at IS NULL AND NOT partial"  # index pickup_once


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


class OtherPerson(BadInput):
    code = "other_person"
    message = _("这件不是同一位收件人的。")
    hint = _("请用它自己的取件码，或核对证件。")


class NotTheProxy(Conflict):
    code = "not_the_proxy"
    message = _("收件人没有指定这位代收人。")
    hint = _("请收件人先在“我的包裹”里指定代收人，或打电话向收件人核实后登记。")


class ProofMissing(BadInput):
    code = "pickup_proof_missing"
    message = _("没有说明凭什么取件。")
    hint = _("请输入取件码、扫描短信链接，或核对证件并输入工作密码。")


class RestUnclear(Conflict):
    code = "rest_unclear"
    hint = _("请问清收件人，再选：只交已到的，还是都已交给收件人。")


@dataclass(frozen=True, slots=True)
class GivenOut:
    """`events` are the ids, at the actor's source, of what was recorded.

    `pieces` are the numbers of the pieces of a parcel of several, `left` how many are still to come: the parcel
    waits on for them, and no event was recorded.
    """

    pickup: Pickup
    events: Sequence[str]
    pieces: Sequence[int] = ()
    left: int = 0


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
    along_with: Pickup | None = None,
    rest: str = "",
) -> GivenOut:
    """Gives a waiting parcel to its recipient, or to the proxy they named, and records the delivery.

    `method` says which proof is given: CODE with `code`, LINK with `token`, IDENTITY with the keeper's own work
    `pin` after looking at the person's identity card. `along_with` is the pickup of another parcel of the same phone,
    just made here by the same person: its proof opens this one as well. Of two keepers at once exactly one succeeds;
    the other gets AlreadyGivenOut. A wrong code is counted even though the call fails.

    While pieces of the parcel are missing, `rest` says what becomes of them: with WAIT those that are here are given
    out and the parcel waits on under its code, with ALL it is delivered. Raises RestUnclear without it, WrongCode,
    CodeLocked, LinkInvalid, LinkUsed, OtherParcel, OtherPerson, NotTheProxy, NotWaitingHere, ParcelClosed,
    ProofMissing, and what check_work_pin raises.
    """
    require_station(actor=actor, permission=Permission.STATION_GIVE_OUT, station=station)
    require_reach(actor=actor, permission=Permission.STATION_GIVE_OUT, parcel=parcel)
    if method == PickupMethod.IDENTITY:
        if actor.user_id is None:
            raise ProofMissing()  # only a person can look at an identity card
        if along_with is None:  # before our transaction: nobody waits for the lock while the PIN is hashed
            check_work_pin(user_id=actor.user_id, pin=pin, now=now)
    with transaction.atomic():
        parcel = lock_one(parcel)
        known = at_counter(parcel)
        _require_not_given(parcel, known)
        waiting = _waiting_code(parcel, station, known)
        pieces = pieces_of(parcel)
        require_some_here(parcel, pieces)
        if pieces is not None and pieces.missing and rest not in Rest.values:
            raise RestUnclear(gettext("还有 %(missing)s 件没到。") % {"missing": pieces.missing})
        wrong: DomainError | None
        if along_with is not None:
            wrong = None if _same_person(parcel, along_with, station, actor, method, now) else OtherPerson()
        else:
            wrong = _wrong_proof(parcel, waiting, method, code, token, now)
        if wrong is None:
            _require_named(parcel, proxy)
            pickup = Pickup(parcel=parcel, station=station, method=method, at=now, given_by=actor.id, proxy=proxy)
            if pieces is not None and pieces.missing and rest == Rest.WAIT:
                return _give_some(pickup, waiting, pieces, actor=actor, now=now)
            return _deliver(pickup, waiting, pieces, actor=actor, now=now)
    raise wrong


def require_some_here(parcel: Parcel, pieces: PiecesHere | None) -> None:
    """Raises AlreadyGivenOut when all pieces that arrived were given out: one may not give out what nobody has seen."""
    if pieces is None or pieces.shelves or not pieces.given:
        return
    last = Pickup.objects.select_related("station").filter(parcel=parcel, undone_at=None).latest("at")
    facts = {"when": clock(last.at), "station": last.station.name, "who": spoken(last.given_by)}
    facts |= {"given": str(pieces.given), "missing": str(pieces.missing)}
    raise AlreadyGivenOut(
        gettext("已到的 %(given)s 件已于 %(when)s 在%(station)s由%(who)s交出，还有 %(missing)s 件没到。") % facts,
        hint=gettext("新到的件请先扫码入库再交付；确定不会再到的，在包裹页办理“其余的不会到了”。"),
    )


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


def _same_person(parcel: Parcel, given: Pickup, station: Station, actor: Actor, method: str, now: dt.datetime) -> bool:
    """Whether the proof of another pickup may open this parcel: one visit, one counter, one phone."""
    if given.undone_at is not None or now - given.at > ONE_VISIT or given.method != method:
        return False
    if given.station_id != station.pk or given.given_by != actor.id:
        return False
    phone = phone_of(parcel, ContactRole.RECIPIENT)
    return phone != "" and phone == phone_of(given.parcel, ContactRole.RECIPIENT)


def _require_named(parcel: Parcel, proxy: PickupProxy | None) -> None:
    if proxy is None:
        return
    if not PickupProxy.objects.filter(pk=proxy.pk, parcel=parcel, withdrawn_at=None).exists():
        raise NotTheProxy()


def _deliver(
    pickup: Pickup, waiting: PickupCode, pieces: PiecesHere | None, *, actor: Actor, now: dt.datetime
) -> GivenOut:
    ids = deliver(pickup, waiting, actor=actor, now=now)
    numbers = _mark(pickup, pieces, now)
    _record_identity(pickup, numbers, actor, now)
    return GivenOut(pickup, ids, numbers)


def deliver(pickup: Pickup, waiting: PickupCode, *, actor: Actor, now: dt.datetime) -> list[str]:
    """The parcel is in its recipient's hands: `pickup` is kept, the code used, DELIVERED recorded; the ids of events.

    For services that hold the parcel's lock. Raises AlreadyGivenOut.
    """
    parcel, station = pickup.parcel, pickup.station
    if not insert_row(pickup, unless=_ONCE):  # the index is the referee, should the lock ever be missed
        whole = Pickup.objects.select_related("station").get(parcel=parcel, undone_at=None, partial=False)
        raise already_given(whole)
    PickupCode.objects.filter(pk=waiting.pk).update(used_at=now, wrong_tries=0, locked_until=None)
    withdraw(subject=subject_of(parcel), now=now)  # collected before the message went out
    delivered = event(
        parcel, Stage.DELIVERED, station=station, now=now, variant=delivered_variant(parcel, pickup.proxy)
    )
    return append(events=[delivered], actor=actor, now=now, stations=[station])


def _give_some(pickup: Pickup, waiting: PickupCode, pieces: PiecesHere, *, actor: Actor, now: dt.datetime) -> GivenOut:
    """What is here, and the parcel waits on: its code, its link and its proxies serve for the rest as well."""
    pickup.partial = True
    pickup.save()
    PickupCode.objects.filter(pk=waiting.pk).update(wrong_tries=0, locked_until=None)
    numbers = _mark(pickup, pieces, now)
    Parcel.objects.filter(pk=pickup.parcel.pk).update(shelf="")  # nothing lies here until the next piece comes
    withdraw(subject=subject_of(pickup.parcel), now=now)
    _record_identity(pickup, numbers, actor, now)
    after = {"pieces": list(numbers), "missing": pieces.missing}
    record(actor=actor, now=now, action="pickup.partial", target=pickup.parcel, after=after)
    return GivenOut(pickup, (), numbers, pieces.missing)


def _mark(pickup: Pickup, pieces: PiecesHere | None, now: dt.datetime) -> list[int]:
    """The pieces that are here belong to this pickup now; their numbers. Each is given out once, by its row."""
    if pieces is None:
        return []
    numbers = sorted(pieces.shelves)
    rows = ParcelPiece.objects.filter(parcel=pickup.parcel, number__in=numbers, given_at=None)
    if rows.update(given_at=now, pickup=pickup) != len(numbers):
        raise AlreadyGivenOut(gettext("有件刚刚被交出。"), hint=gettext("请重新扫码，看还有哪几件在。"))
    return numbers


def _record_identity(pickup: Pickup, numbers: Sequence[int], actor: Actor, now: dt.datetime) -> None:
    if pickup.method != PickupMethod.IDENTITY:
        return
    after: dict[str, object] = {"method": pickup.method, "proxy": pickup.proxy_id}
    if numbers:
        after["pieces"] = list(numbers)
    record(actor=actor, now=now, action="pickup.by_identity", target=pickup.parcel, after=after)


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

"""Giving out over the counter: one parcel against its proof, or several of one recipient at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.desk import words
from logistics.desk.answers import Answer, refused
from logistics.desk.barcodes import read_barcode
from logistics.desk.services.call import Call, Outcome
from logistics.desk.services.facts import facts_of
from logistics.desk.services.finding import find_parcel
from logistics.desk.services.handlers.giving import MOST_OFFERED, together_with
from logistics.desk.services.repeats import repeated
from logistics.desk.services.scans import once, turned_down
from logistics.desk.states import Result, Task
from logistics.desk.words import word_of
from logistics.parcels.models import Parcel, Pickup, PickupProxy
from logistics.parcels.services.guards import require_station
from logistics.parcels.services.pickup.giving import AlreadyGivenOut, GivenOut, NotTheProxy, hand_out
from logistics.parcels.states import Rest
from logistics.registry.models import Station
from members.access.states import Permission
from portal.core.actor import Actor
from portal.core.errors import BadInput, DomainError
from portal.core.ids import new_id

MOST_TOGETHER = MOST_OFFERED


class NotTogether(BadInput):
    code = "not_together"
    message = _("有包裹不是同一位收件人的。")
    hint = _("请刷新后重新选择，一起交付的只能是同一手机号的包裹。")


def give(
    *,
    waybill: str,
    station: Station,
    method: str,
    actor: Actor,
    now: dt.datetime,
    id: uuid.UUID | None = None,
    code: str = "",
    token: str = "",
    pin: str = "",
    proxy: int | None = None,
    also: Sequence[str] = (),
    rest: str = "",
) -> Answer:
    """Delivers a waiting parcel against one proof; a scan of its own, which may be undone.

    `also` names the same recipient's other parcels that wait here: one proof opens all that one phone has to collect
    (docs/decisions/one-visit-one-code.md); a proxy takes those for which they are named. `rest` says what becomes of
    pieces that are missing (Rest); those of the other parcels wait. A wrong proof is an answer, and counted. The same
    `id` again gets the stored answer. Raises StationNotFound, Forbidden, ScanNotFound.
    """
    require_station(actor=actor, permission=Permission.STATION_GIVE_OUT, station=station)
    call = Call(id or new_id(), Task.GIVE_OUT, station, read_barcode(waybill), actor, now)
    proof = {"method": method, "code": code, "token": token, "pin": pin, "rest": rest}
    return once(call, lambda: _give(call, proof, proxy, also))


def _give(call: Call, proof: dict[str, str], proxy: int | None, also: Sequence[str]) -> Outcome:
    """Not within a savepoint: a wrong code stays counted when the answer is a refusal."""
    try:
        parcel = find_parcel(call)
        others = _others(call, parcel, also)
        named = _proxy(parcel, proxy)
    except DomainError as error:
        return turned_down(error, call.barcode)
    outcome = _give_one(call, parcel, proof, named)
    if outcome.answer.result == Result.OK and others:
        first = Pickup.objects.select_related("parcel").filter(parcel=parcel, undone_at=None).latest("at")
        wait = proof | {"rest": Rest.WAIT.value}
        _tell_of_others(outcome.answer, [_also(call, other, wait, first) for other in others])
    return outcome


def _give_one(
    call: Call, parcel: Parcel, proof: dict[str, str], proxy: PickupProxy | None, *, along_with: Pickup | None = None
) -> Outcome:
    try:
        given = hand_out(
            parcel=parcel, station=call.station, actor=call.actor, now=call.now, proxy=proxy, along_with=along_with,
            **proof,
        )  # fmt: skip
    except AlreadyGivenOut as error:
        return _given_before(call, parcel, error)
    except DomainError as error:
        outcome = turned_down(error, call.barcode)
        outcome.parcel = parcel
        return outcome
    answer = Answer(
        word=str(words.GIVEN),
        message=_given_words(given),
        hint=gettext("其余的到站入库后会再通知收件人，取件码不变。") if given.left else "",
        number=parcel.waybill,
        facts=facts_of(parcel, call.station) | {"shelf": parcel.shelf} | _given_facts(given),
        undo=True,
    )
    return Outcome(answer, parcel, given.events)


def _given_facts(given: GivenOut) -> dict[str, list[int]]:
    """Which pieces, for undoing the scan."""
    return {"given_pieces": list(given.pieces)} if given.pieces else {}


def _given_words(given: GivenOut) -> str:
    if not given.left:
        return gettext("已交付。")
    return gettext("已交付 %(pieces)s 件，还有 %(missing)s 件没到。") % {
        "pieces": len(given.pieces),
        "missing": given.left,
    }


def _others(call: Call, parcel: Parcel, also: Sequence[str]) -> list[Parcel]:
    wanted = set(also) - {parcel.waybill}
    if not wanted:
        return []
    allowed = {row["number"] for row in together_with(parcel, call.station)}
    if len(wanted) > MOST_TOGETHER or not wanted <= allowed:
        raise NotTogether()
    return list(Parcel.objects.filter(waybill__in=wanted).order_by("pk"))


def _proxy(parcel: Parcel, proxy: int | None) -> PickupProxy | None:
    if proxy is None:
        return None
    row = PickupProxy.objects.filter(pk=proxy, parcel=parcel, withdrawn_at=None).first()
    if row is None:
        raise NotTheProxy()
    return row


def _also(call: Call, parcel: Parcel, proof: dict[str, str], first: Pickup) -> dict[str, str]:
    """What became of one of the others: a delivery and a scan of its own, so that it can be undone alone."""
    own = Call(new_id(), call.task, call.station, read_barcode(parcel.waybill), call.actor, call.now)

    def give_it() -> Outcome:
        try:
            named = _same_proxy(parcel, first.proxy)
        except DomainError as error:
            return turned_down(error, own.barcode)
        return _give_one(own, parcel, proof, named, along_with=first)

    answer = once(own, give_it)
    return {
        "id": answer.id,
        "number": parcel.waybill,
        "printed": parcel.printed_number,
        "shelf": parcel.shelf,
        "result": answer.result,
        "message": answer.message,
    }


def _same_proxy(parcel: Parcel, proxy: PickupProxy | None) -> PickupProxy | None:
    """The same person as proxy of another parcel. Raises NotTheProxy where they are not named for it."""
    if proxy is None:
        return None
    row = PickupProxy.objects.filter(parcel=parcel, phone=proxy.phone, withdrawn_at=None).first()
    if row is None:
        raise NotTheProxy()
    return row


def _tell_of_others(answer: Answer, others: list[dict[str, str]]) -> None:
    failed = sum(row["result"] != Result.OK for row in others)
    answer.facts["also"] = others
    answer.message = gettext("已交付 %(pieces)s 件。") % {"pieces": 1 + len(others) - failed}
    if failed:
        answer.hint = gettext("有 %(pieces)s 件没有交付，请看下面的说明。") % {"pieces": failed}


def _given_before(call: Call, parcel: Parcel, error: AlreadyGivenOut) -> Outcome:
    given = Pickup.objects.filter(parcel=parcel, undone_at=None).order_by("partial", "-at").first()
    if given is not None and given.given_by == call.actor.id and given.station_id == call.station.pk:
        outcome = repeated(call, parcel, given.at, call.actor.id)
        outcome.answer.message = str(error.message)
        return outcome
    answer = refused(error, number=parcel.waybill, facts=facts_of(parcel, call.station), word=word_of(error.code))
    return Outcome(answer, parcel)

"""Taking what a feed pushes in kuaidi100's format."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import F

from logistics.parcels.events import BatchResult, NewEvent, normalise_number
from logistics.parcels.kuaidi100.push import BadPush, Push, PushedRow, read_push
from logistics.parcels.kuaidi100.signature import is_signed
from logistics.parcels.models import CarrierFeed, EventSource, Parcel, ParcelNumber
from logistics.parcels.services.record import record_events
from logistics.parcels.services.sources import feed_source
from logistics.parcels.states import Act, Direction, NumberKind
from logistics.registry.models import Enterprise
from members.access.states import Permission
from portal.core.actor import Actor, ActorKind, Grant, Scope

_NO_SALT = "no feed has this key"


class BadSignature(Exception):
    """Wrong signature, unknown key, or a feed that is switched off: the same answer, so that keys can't be tried."""


class UnreadablePush(Exception):
    """Signed, but not a push."""


def take_push(*, key: str, param: str, signature: str, now: dt.datetime) -> BatchResult:
    """Record the rows of a push. Raises BadSignature (counted on the feed) and UnreadablePush.

    Idempotent: kuaidi100 sends the whole list each time. Rows of a parcel nobody registered wait for it; rows with
    an unknown state or time are kept as refused.
    """
    feed = CarrierFeed.objects.select_related("enterprise", "source").filter(key=key).first()
    signed = is_signed(param, feed.salt if feed else _NO_SALT, signature)
    if feed is None or not signed or not feed.enabled:
        if feed is not None and not signed:
            CarrierFeed.objects.filter(pk=feed.pk).update(bad_signatures=F("bad_signatures") + 1)
        raise BadSignature
    try:
        push = read_push(param)
    except BadPush as problem:
        raise UnreadablePush(str(problem)) from None
    with transaction.atomic():
        CarrierFeed.objects.filter(pk=feed.pk).update(pushes=F("pushes") + 1, last_push_at=now)
        return _record(feed, push, now)


def _record(feed: CarrierFeed, push: Push, now: dt.datetime) -> BatchResult:
    carrier = Enterprise.objects.filter(kuaidi100_code=push.com).first() if push.com else None
    source, actor = _source(feed, carrier, now), _actor(feed)
    rows = push.rows(_direction(push.number, carrier))
    if not rows:
        return BatchResult()
    by_code: dict[bool, list[PushedRow]] = defaultdict(list)
    for row in rows:
        by_code[row.code == Act.FORWARDED and _vouches(feed, carrier)].append(row)
    total = BatchResult()
    for vouched, some in by_code.items():
        events = [_event(row, push, carrier) for row in some]
        result = record_events(events=events, source=source, actor=actor, now=now, vouched=vouched)
        total.accepted += result.accepted
        total.duplicates += result.duplicates
        total.refused += result.refused
    for row in by_code[True]:
        _adopt(row, push, carrier, now)
    return total


def _source(feed: CarrierFeed, carrier: Enterprise | None, now: dt.datetime) -> EventSource:
    """Rows of a known carrier count as that carrier's, so that they wait for its announcement of the parcel."""
    if feed.enterprise_id is None and carrier is not None:
        return feed_source(enterprise=carrier, now=now)
    return feed.source


def _actor(feed: CarrierFeed) -> Actor:
    """A carrier's own feed reaches its own parcels; one for several carriers those of the pushed carrier."""
    scope = Scope(enterprises=frozenset({feed.enterprise_id})) if feed.enterprise_id else Scope(everything=True)
    grants = (Grant(frozenset({Permission.EVENT_RECORD.value}), scope),)
    return Actor(ActorKind.FEED, f"feed:{feed.pk}", label="feed", grants=grants)


def _vouches(feed: CarrierFeed, carrier: Enterprise | None) -> bool:
    """Only the parcel's own carrier can say that it handed the parcel on."""
    return carrier is not None and feed.enterprise_id in (None, carrier.pk)


def _direction(number: str, carrier: Enterprise | None) -> str:
    found = Parcel.objects.filter(
        numbers__number=normalise_number(number), numbers__carrier=carrier, numbers__generation=0
    )
    return found.values_list("direction", flat=True).first() or Direction.DOWN


def _event(row: PushedRow, push: Push, carrier: Enterprise | None) -> NewEvent:
    return NewEvent(
        id=row.id,
        number=push.number[:60],
        carrier=carrier.code if carrier else "",
        code=row.code,
        at=row.at,
        reason=row.reason,
        text=row.text,
        variant=row.variant,
    )


def _adopt(row: PushedRow, push: Push, carrier: Enterprise | None, now: dt.datetime) -> None:
    """The number under which the next carrier goes on finds the parcel too. A number taken by another stays theirs."""
    if not row.successor:
        return
    number = ParcelNumber.objects.filter(number=normalise_number(push.number), carrier=carrier, generation=0).first()
    if number is None:
        return
    successor = Enterprise.objects.filter(kuaidi100_code=row.successor_com).first() if row.successor_com else None
    ParcelNumber.objects.get_or_create(
        number=normalise_number(row.successor),
        carrier=successor,
        generation=0,
        defaults={"kind": NumberKind.SUCCESSOR, "parcel_id": number.parcel_id, "added_at": now},
    )

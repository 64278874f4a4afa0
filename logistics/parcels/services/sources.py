"""Who sends events: one EventSource a terminal, person, carrier's system, feed, file sender or part of the portal."""

from __future__ import annotations

import datetime as dt

from logistics.parcels.models import EventSource
from logistics.parcels.states import SourceKind
from logistics.registry.models import Enterprise
from members.access.states import Permission
from portal.core.actor import Actor, ActorKind, demand
from portal.core.rows import Columns, read_rows

_KINDS = {
    ActorKind.DEVICE: SourceKind.DEVICE,
    ActorKind.USER: SourceKind.USER,
    ActorKind.FEED: SourceKind.FEED,
    ActorKind.SYSTEM: SourceKind.SYSTEM,
}


def source_for(*, actor: Actor, now: dt.datetime) -> EventSource:
    """The source that stands for `actor`; made at its first event. The code is the actor's id.

    A carrier's system signs in as a device of its enterprise and pushes as a feed does: it is no terminal at a counter.
    All systems of an enterprise are one source, so that what a second or replaced one sends again is known already.
    """
    actor = demand(actor)
    bound = actor.scope(Permission.EVENT_RECORD).enterprises if actor.kind == ActorKind.DEVICE else ()
    enterprise = Enterprise.objects.filter(pk__in=bound).first() if bound else None
    if enterprise is not None:
        return _get(f"firm:{enterprise.code}", SourceKind.FEED, now, enterprise)
    return _get(actor.id, _KINDS[actor.kind], now)


def file_source(*, enterprise: Enterprise, now: dt.datetime) -> EventSource:
    """The source of an enterprise's files: whoever uploads, a line sent twice is one event."""
    return _get(f"file:{enterprise.code}", SourceKind.FILE, now, enterprise)


def feed_source(*, enterprise: Enterprise | None, now: dt.datetime) -> EventSource:
    """The source of a carrier's pushes (None: an aggregator that pushes for several carriers)."""
    return _get(f"feed:{enterprise.code if enterprise else 'kuaidi100'}", SourceKind.FEED, now, enterprise)


_SOURCE = Columns(EventSource, "s")


def _get(code: str, kind: str, now: dt.datetime, enterprise: Enterprise | None = None) -> EventSource:
    sql = f"SELECT {_SOURCE.sql} FROM parcels_eventsource s WHERE s.code = %s"  # noqa: S608  names only
    if found := read_rows(sql, [code], _SOURCE):
        return found[0][0]
    source, _made = EventSource.objects.get_or_create(
        code=code,
        defaults={
            "kind": kind,
            "enterprise": enterprise,
            "created_at": now,
            "name": enterprise.short_name if enterprise else "",
        },
    )
    return source

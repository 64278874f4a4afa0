"""record_events: the one way by which anything that happens to a parcel enters the log.

    parse → lock parcels → judge each row → claim keys → COPY the accepted → fold the touched parcels

Set-based: the number of statements does not depend on the size of the batch. Safe to send again: the key
(source, id) is claimed by a unique index. Safe side by side: parcels are locked in the order of their ids.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction

from logistics.parcels.events import MAX_BATCH, BatchResult, NewEvent, RefusedLine, content_digest
from logistics.parcels.models import EventSource
from logistics.parcels.refusals import SENTENCES
from logistics.parcels.services import log
from logistics.parcels.services.judge import Judge, Row
from logistics.parcels.services.project import project
from logistics.parcels.services.refused import RefusedRow, keep_refused, settle_refused
from logistics.parcels.states import Refusal
from logistics.registry.models import Station
from portal.core.actor import Actor, demand
from portal.core.errors import BadInput, TooLarge


def record_events(
    *,
    events: Sequence[NewEvent],
    source: EventSource,
    actor: Actor,
    now: dt.datetime,
    sent_at: dt.datetime | None = None,
    batch: uuid.UUID | None = None,
    vouched: bool = False,
    keep: bool = True,
    stations: Sequence[Station] = (),
    ids_of_sender: bool = False,
) -> BatchResult:
    """Append 1 to 10,000 events, fold them into their parcels, and say row by row what became of each.

    A row is accepted, a duplicate (same source and id: nothing changes), or refused with a reason and kept.
    `sent_at` is the sender's clock at the moment of sending: a clock more than five minutes off is corrected by
    that skew, and the claimed time is kept. `vouched` is for services that have checked pickup, handover or
    correction themselves; without it such events are refused. `keep=False` is for services that make the ids
    themselves: none was refused before, and a refusal is theirs to tell. `stations` are rows that were read already.
    `ids_of_sender` says that ids, where given, are the sender's own and not derived from content: the same id with
    other content is then refused (duplicate_differs), the one refusal that depends on what came before.

    Raises BadInput for an empty batch, TooLarge for more than 10,000 events, and passes database errors on:
    nothing of the batch is then stored and it may be sent again as it is.
    """
    demand(actor)
    if not events:
        raise BadInput(code="empty_batch")
    if len(events) > MAX_BATCH:
        raise TooLarge(code="too_many_events")
    # No savepoint: what fails here takes the caller's transaction, or its last savepoint, with it.
    with transaction.atomic(savepoint=False):
        judge = Judge(source=source, actor=actor, now=now, sent_at=sent_at, vouched=vouched, stations=stations)
        rows = judge.rows(events)
        if ids_of_sender:
            _digest(rows)
        fresh = _claim(rows, source)
        log.append(rows=fresh, source=source, actor=actor, now=now)
        project(fresh)
        result = _result(rows)
        if keep and fresh and log.has_open_refusals(source):
            settle_refused(source=source, event_ids=[row.key for row in fresh], now=now)
        if keep:
            keep_refused(rows=_refused(rows, events), source=source, now=now, batch=batch)
    return result


def _digest(rows: list[Row]) -> None:
    for row in rows:
        if row.refusal is None and row.event.id:
            row.digest = content_digest(row.event, row.claimed_at or row.occurred_at)


def _claim(rows: list[Row], source: EventSource) -> list[Row]:
    """The rows whose key was free: the first of several rows with one key gets it. The others repeat it or differ."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.refusal is None:
            first.setdefault(row.key, row)
    taken = log.claim(list(first.values()), source) if first else set()
    fresh = [row for key, row in first.items() if key in taken]
    repeated = [row for row in rows if row.refusal is None and (row.key not in taken or first[row.key] is not row)]
    known = {row.key: row.digest for row in fresh} | _claimed_before(repeated, taken, source)
    for row in repeated:
        before = known.get(row.key)
        if before is None or row.digest is None or row.digest == before:
            row.duplicate = True
        else:
            row.refusal = Refusal.DUPLICATE_DIFFERS
    return fresh


def _claimed_before(repeated: list[Row], taken: set[str], source: EventSource) -> dict[str, int | None]:
    """Digests of the keys that earlier batches claimed; asked only where there is something to compare."""
    keys = {row.key for row in repeated if row.key not in taken and row.digest is not None}
    return log.digests(list(keys), source) if keys else {}


def _result(rows: list[Row]) -> BatchResult:
    result = BatchResult()
    for index, row in enumerate(rows):
        stored = row.refusal is None and not row.duplicate
        result.event_ids.append(row.id if stored else None)
        if row.refusal is not None:
            message, hint = SENTENCES[row.refusal]
            result.refused.append(RefusedLine(index, row.refusal.value, str(message), str(hint), row.wrong))
        elif row.duplicate:
            result.duplicates.append(index)
        else:
            result.accepted += 1
            if row.after_end:
                result.no_effect.append(index)
    return result


def _refused(rows: list[Row], events: Sequence[NewEvent]) -> list[RefusedRow]:
    return [
        RefusedRow(row.key, Refusal(row.refusal).value, event, index)
        for index, (row, event) in enumerate(zip(rows, events, strict=True))
        if row.refusal is not None
    ]

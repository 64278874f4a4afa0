"""Rebuilding projections from the log, and proving that nothing differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from django.db import transaction

from logistics.parcels.fold import Fact, Projection, fold
from logistics.parcels.models import Event, Parcel
from logistics.parcels.services.project import refold

CHUNK = 2000
COLUMNS = tuple(Projection.__dataclass_fields__)


def facts_of(events) -> list[Fact]:
    """Log rows as the fold reads them."""
    return [
        Fact(
            occurred_at=e.occurred_at,
            rank=e.rank,
            code=e.code,
            source_id=e.source_id,
            source_event_id=e.source_event_id,
            station_id=e.station_id,
            issue=e.issue,
            variant=e.variant,
            custody_kind=e.custody_kind,
            custody_ref=e.custody_ref,
            corrects=(e.corrects_source, e.corrects_event) if e.corrects_event else None,
        )
        for e in events
    ]


def _chunks() -> Iterator[list[Parcel]]:
    last = 0
    while chunk := list(Parcel.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        yield chunk


def differences() -> Iterator[tuple[int, str, object, object]]:
    """(parcel id, column, stored, folded) wherever the stored projection is not what the log adds up to."""
    for chunk in _chunks():
        events: dict[int, list[Event]] = {parcel.pk: [] for parcel in chunk}
        for event in Event.objects.filter(parcel_id__in=list(events)):
            events[event.parcel_id].append(event)
        for parcel in chunk:
            expected = asdict(fold(parcel.direction, facts_of(events[parcel.pk])))
            for column in COLUMNS:
                if getattr(parcel, column) != expected[column]:
                    yield parcel.pk, column, getattr(parcel, column), expected[column]


def rebuild() -> int:
    """Fold every parcel again from the log. Returns how many parcels there are."""
    count = 0
    for chunk in _chunks():
        with transaction.atomic():
            ids = list(
                Parcel.objects.filter(pk__in=[p.pk for p in chunk])
                .order_by("pk")
                .select_for_update()
                .values_list("pk", flat=True)
            )
            count += refold(ids)
    return count

"""record_events with all projections, against COPY of the same rows into the same table and indexes."""

from __future__ import annotations

import datetime as dt
import itertools
from functools import partial

from django.db import connection

from bench.data import SMALL, Size
from bench.measure import line, paired, seconds
from logistics.parcels.events import NewEvent
from logistics.parcels.models import EventSource
from logistics.parcels.services.record import record_events
from portal.core.actor import system_actor
from portal.core.ids import new_id

ACTOR = system_actor("bench")
ROUNDS = 3
STEPS = (
    "COLLECTED",
    "LINEHAUL",
    "AT_COUNTY",
    "BAGGED",
    "TO_TOWN",
    "AT_TOWN",
    "TO_VILLAGE",
    "READY_FOR_PICKUP",
    "DELIVERED",
    "NOTE",
)
COPY = """COPY parcels_event (id, occurred_at, offset_minutes, recorded_at, parcel_id, source_id, source_event_id, code, rank, station_id, issue,
          reason, variant, text, custody_kind, custody_ref, corrects_event, actor) FROM STDIN"""


class Stream:
    """An endless day of scans: fresh parcels, each going through its ten events in rounds, one event a batch row."""

    def __init__(self, prefix: str, parcels: int):
        self.source = EventSource.objects.get(code="system:bench")
        self.now = dt.datetime.now(dt.UTC)
        self.start = self.now - dt.timedelta(days=2)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO parcels_parcel (waybill, direction, carrier_id, carrier_number, destination_id, area, destination_station_id, pieces, shelf,"
                " created_at, demo, stage, stage_rank, variant, issues, custody_kind, custody_ref, corrected, version)"
                " SELECT %s || n, 'DOWN', 1, '', division_id, division_id, id, 1, '', %s, false, 'CREATED', 0, '', '{}', '', '', false, 0"
                " FROM generate_series(1, %s) n JOIN registry_station ON code = 'V100201' RETURNING id, waybill",
                [prefix, self.start, parcels],
            )
            rows = cursor.fetchall()
            cursor.execute(
                "INSERT INTO parcels_parcelnumber (number, kind, parcel_id, added_at, generation) SELECT waybill, 'own', id, created_at, 0 FROM parcels_parcel"
                " WHERE waybill LIKE %s",
                [prefix + "%"],
            )
            cursor.execute("SELECT id FROM registry_station WHERE code = 'V100201'")
            self.station_id = cursor.fetchone()[0]
        self.prefix = prefix
        self.scans = self._scans(rows)

    def _scans(self, rows):
        for step, code in enumerate(STEPS):
            for pk, waybill in rows:
                yield (
                    pk,
                    waybill,
                    code,
                    self.start + dt.timedelta(hours=step * 4, seconds=pk % 3000),
                    f"{self.prefix}{pk}-{step}",
                )

    def events(self, count: int) -> list[NewEvent]:
        return [
            NewEvent(number=waybill, code=code, at=at.isoformat(), id=key, station="V100201")
            for _pk, waybill, code, at, key in itertools.islice(self.scans, count)
        ]

    def rows(self, count: int) -> list[tuple]:
        return [
            (
                new_id(),
                at,
                480,
                self.now,
                pk,
                self.source.pk,
                key,
                code,
                20,
                self.station_id,
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                ACTOR.id,
            )
            for pk, _waybill, code, at, key in itertools.islice(self.scans, count)
        ]


def run(size: Size) -> list[str]:
    lines = []
    small = size.parcels <= SMALL.parcels
    for batch, total in (
        ((1, 100), (100, 4_000), (1000, 20_000)) if small else ((1, 300), (100, 10_000), (1000, 50_000))
    ):
        ours, limit = _stream(f"I{batch}X", total * ROUNDS), _stream(f"L{batch}X", total * ROUNDS)
        rate, ceiling, ratio = paired(partial(_record, ours, batch, total), partial(_copy, limit, batch, total), ROUNDS)
        lines.append(line(f"ingest.{batch}", ratio, events_per_s=rate, copy_per_s=ceiling))
    lines.append(_replay())
    return lines


def _stream(prefix: str, events: int) -> Stream:
    stamp = dt.datetime.now(dt.UTC).strftime("%H%M%S")
    return Stream(f"{prefix}{stamp}N", events // len(STEPS) + 1)


def _record(stream: Stream, batch: int, total: int) -> float:
    batches = [stream.events(batch) for _ in range(total // batch)]

    def send():
        for events in batches:
            result = record_events(
                events=events, source=stream.source, actor=ACTOR, now=stream.now, vouched=True, ids_of_sender=True
            )
            assert result.accepted == len(events), result

    return total / seconds(send)


def _copy(stream: Stream, batch: int, total: int) -> float:
    batches = [stream.rows(batch) for _ in range(total // batch)]

    def send():
        for rows in batches:
            with connection.cursor() as cursor, cursor.copy(COPY) as copy:
                for row in rows:
                    copy.write_row(row)

    return total / seconds(send)


def _replay() -> str:
    """A device sends a whole batch again: against sending it the first time."""
    stream = _stream("R", 50_000)
    batches = [stream.events(1000) for _ in range(20)]

    def send():
        for events in batches:
            record_events(
                events=events, source=stream.source, actor=ACTOR, now=stream.now, vouched=True, ids_of_sender=True
            )

    first = 20_000 / seconds(send)
    again = 20_000 / seconds(send)
    return line("ingest.replay", again / first, events_per_s=again, first_per_s=first)

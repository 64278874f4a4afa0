"""Questions about a file: put down with the lines that wait for them, one a distinct value."""

from __future__ import annotations

import datetime as dt

from logistics.parcels.models import ImportBatch, ImportRow, SenderAnswer
from logistics.parcels.selectors_imports import may_read_lines
from logistics.parcels.states import RowResult
from portal.core.actor import Actor


def keep_rows(*, batch: ImportBatch, rows: list[ImportRow], now: dt.datetime) -> None:
    """Store the results of lines, and with those that wait the questions they wait for, one a distinct value."""
    asking = [row for row in rows if row.questions]
    wanted = {(q.kind, q.key): q for row in asking for q in row.questions}
    if wanted:
        SenderAnswer.objects.bulk_create(
            [
                SenderAnswer(enterprise=batch.enterprise, kind=q.kind, key=q.key, value=q.value, asked_at=now)
                for _key, q in sorted(wanted.items())
            ],
            ignore_conflicts=True,
        )
        keys = {key for _kind, key in wanted}
        ids = {
            (kind, key): pk
            for pk, kind, key in SenderAnswer.objects.filter(enterprise=batch.enterprise, key__in=keys).values_list(
                "pk", "kind", "key"
            )
        }
        for row in asking:
            row.asks = sorted(ids[q.kind, q.key] for q in row.questions)
    ImportRow.objects.bulk_create(rows, ignore_conflicts=batch.dry_run)  # another worker may have been at it


def open_questions(*, actor: Actor, batch: ImportBatch) -> list[tuple[SenderAnswer, int]]:
    """The questions that lines of this file wait for, with how many lines; most lines first. Fixed statements."""
    if not may_read_lines(actor=actor, batch=batch) or not batch.asked:
        return []
    counts: dict[int, int] = {}
    for asks in batch.rows.filter(result=RowResult.ASKED).values_list("asks", flat=True):
        for pk in asks:
            counts[pk] = counts.get(pk, 0) + 1
    rows = SenderAnswer.objects.filter(pk__in=counts, meaning="")
    return sorted(((row, counts[row.pk]) for row in rows), key=lambda pair: (-pair[1], pair[0].pk))

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


# The waiting lines of a file may name tens of thousands of questions: counted where they are, and cut there.
_MOST_ASKED = """
SELECT s.*, w.lines
FROM (
    SELECT question, count(*) AS lines
    FROM parcels_importrow r CROSS JOIN LATERAL unnest(r.asks) AS question
    WHERE r.batch_id = %s AND r.result = %s
    GROUP BY question
) w JOIN parcels_senderanswer s ON s.id = w.question AND s.meaning = ''
ORDER BY w.lines DESC, s.id
LIMIT %s
"""


def open_questions(*, actor: Actor, batch: ImportBatch, most: int) -> list[tuple[SenderAnswer, int]]:
    """Up to `most` questions that lines of this file wait for, with how many lines; most lines first. One statement."""
    if not may_read_lines(actor=actor, batch=batch) or not batch.asked:
        return []
    return [
        (row, row.lines)  # type: ignore[attr-defined]  # named in the statement
        for row in SenderAnswer.objects.raw(_MOST_ASKED, [batch.pk, RowResult.ASKED, most])
    ]

"""One piece of a file: lines in, results out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from logistics.parcels.events import BatchResult, NewEvent, RefusedLine, content_digest, derived_id, parse_time
from logistics.parcels.models import ImportBatch, ImportRow
from logistics.parcels.refusals import SENTENCES
from logistics.parcels.services.imports.build import events_of, number_of, parcel_of
from logistics.parcels.services.imports.cells import Formula, SheetRow, has_lost_its_end, is_rounded
from logistics.parcels.services.imports.columns import Header
from logistics.parcels.services.imports.names import Names, Question
from logistics.parcels.services.imports.problems import RowProblem
from logistics.parcels.services.parcels import Known, ParcelDraft, create_parcels
from logistics.parcels.services.record import record_events
from logistics.parcels.states import ImportKind, QuestionKind, Refusal, RowResult
from logistics.parcels.warnings import RowWarning, as_rows
from portal.core.actor import Actor


@dataclass(slots=True)
class Earlier:
    """What the earlier pieces of a dry run would have made: numbers by carrier with what was said, events by id."""

    parcels: dict[tuple[int | None, str], Known] = field(default_factory=dict)
    events: dict[str, int | None] = field(default_factory=dict)


@dataclass(slots=True)
class Piece:
    """Lines that could be read, with what was made of them, and the results so far."""

    batch: ImportBatch
    header: Header
    results: list[ImportRow] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    made: list = field(default_factory=list)
    earlier: Earlier | None = None
    warned: list[list[RowWarning]] = field(default_factory=list)  # one list for each of `rows`

    def refuse(self, row: SheetRow, code: str, message, number: str = "") -> None:
        cells = [_shown(cell) for cell in row.cells[: len(self.header.headings)]]
        self.results.append(
            ImportRow(
                batch=self.batch,
                line=row.line,
                result=RowResult.REFUSED,
                code=code[:24],
                message=str(message)[:300],
                number=(number or number_of(row, self.header))[:40],
                raw={"headings": self.header.headings, "cells": cells},
            )
        )

    def ask(self, row: SheetRow, questions: list[Question]) -> None:
        """The line waits, whole, until its sender has said what these words mean."""
        kinds = "、".join(str(QuestionKind(question.kind).label) for question in questions)
        self.refuse(row, "question", _("等待回答：%(kinds)s。") % {"kinds": kinds})
        self.results[-1].result = RowResult.ASKED
        self.results[-1].questions = questions

    def settle(self, row: SheetRow, result: RowResult, number: str, warnings: list[RowWarning]) -> None:
        self.results.append(
            ImportRow(batch=self.batch, line=row.line, result=result, number=number[:40], warnings=as_rows(warnings))
        )


def take(
    *,
    batch: ImportBatch,
    header: Header,
    rows: list[SheetRow],
    names: Names,
    actor: Actor,
    now: dt.datetime,
    earlier: Earlier | None = None,
) -> list[ImportRow]:
    """Register or record what the lines say, in the caller's transaction. Returns one unsaved ImportRow a line.

    In a dry run `earlier` stands for the pieces before, which were taken back; this piece adds to it.
    """
    piece = Piece(batch, header, earlier=earlier)
    build = parcel_of if batch.kind == ImportKind.PARCELS else events_of
    for row in rows:
        if row.fault is not None:
            piece.refuse(row, row.fault.code, row.fault.message)
            continue
        try:
            warnings: list[RowWarning] = []
            made = build(row, header, names, warnings)
        except RowProblem as problem:
            names.take_questions()
            piece.refuse(row, problem.code, problem.message)
            continue
        if questions := names.take_questions():
            piece.ask(row, questions)
        else:
            piece.made.append(made)
            piece.rows.append(row)
            piece.warned.append(warnings)
    if piece.made:
        (_take_parcels if batch.kind == ImportKind.PARCELS else _take_events)(piece, actor, now)
    return sorted(piece.results, key=lambda result: result.line)


def _take_parcels(piece: Piece, actor: Actor, now: dt.datetime) -> None:
    drafts: list[ParcelDraft] = piece.made
    already = piece.earlier.parcels if piece.earlier else None
    outcomes = create_parcels(drafts=drafts, actor=actor, now=now, already=already)
    for row, draft, warned, outcome in zip(piece.rows, drafts, piece.warned, outcomes, strict=True):
        if outcome.error is not None:
            piece.refuse(row, outcome.error.code, f"{outcome.error.message}{outcome.error.hint}", draft.carrier_number)
        else:
            taken = outcome.result == RowResult.ACCEPTED
            told = [*warned, *outcome.warnings] if taken else outcome.warnings
            piece.settle(row, outcome.result, draft.carrier_number, told)
            if already is not None and outcome.parcel and taken:
                already[outcome.parcel.carrier_id, outcome.parcel.carrier_number] = (None, outcome.facts)


def _take_events(piece: Piece, actor: Actor, now: dt.datetime) -> None:
    lines: list[list[NewEvent]] = piece.made
    events = [event for made in lines for event in made]
    # Refused lines are kept as lines of this file; events of parcels not announced yet also wait for their parcel.
    result: BatchResult = record_events(
        events=events, source=piece.batch.source, actor=actor, now=now, batch=piece.batch.pk, ids_of_sender=True
    )
    refused = {line.index: line for line in result.refused}
    duplicates = set(result.duplicates)
    places = iter(range(len(events)))
    for row, made, warned in zip(piece.rows, lines, piece.warned, strict=True):
        mine = [next(places) for _event in made]
        told_of = (
            _refused_beside_earlier(piece, event, refused.get(place), place)
            for place, event in zip(mine, made, strict=True)
        )
        line = next(filter(None, told_of), None)
        if line is not None:
            piece.refuse(row, line.code, f"{line.message}{line.hint}", made[0].number)
        else:
            fresh = [event for place, event in zip(mine, made, strict=True) if place not in duplicates]
            news = [event for event in fresh if not _came_earlier(piece, event)]
            told = [*warned, *(warning for place in mine for warning in result.warnings.get(place, ()))]
            result_of_row = RowResult.ACCEPTED if news else RowResult.DUPLICATE
            piece.settle(row, result_of_row, made[0].number, told if news else [])


def _refused_beside_earlier(piece: Piece, event: NewEvent, line: RefusedLine | None, index: int) -> RefusedLine | None:
    """`line`, unless an earlier piece of a dry run would have taken the id: then that piece's event is the measure."""
    before = piece.earlier.events.get(event.id) if piece.earlier and event.id else None
    if before is None or (line and line.code != Refusal.DUPLICATE_DIFFERS):
        return line
    if before == content_digest(event, parse_time(event.at)):
        return None
    message, hint = SENTENCES[Refusal.DUPLICATE_DIFFERS]
    return RefusedLine(index, Refusal.DUPLICATE_DIFFERS.value, str(message), str(hint))


def _came_earlier(piece: Piece, event: NewEvent) -> bool:
    """Whether an earlier piece of a dry run would have taken the same event; if not, this one is remembered.

    What an event is refused for depends on no other event but one of the same id, so ids and contents are enough.
    """
    if piece.earlier is None:
        return False
    moment = parse_time(event.at)
    key = event.id or derived_id(event.number, event.code, moment, event.station)
    known = key in piece.earlier.events
    piece.earlier.events.setdefault(key, content_digest(event, moment) if event.id else None)
    return known


def _shown(cell) -> str:
    """A cell as it goes into the kept line: text, so that it can be stored, shown and sent back."""
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        cell = cell.text
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _figure_shown(cell)
    return str(cell).replace("\x00", "")[:1000]


def _figure_shown(number: float | int) -> str:
    """Whole numbers without a point, as they are read; those that may have lost their end so that they still say so."""
    if isinstance(number, float) and not number.is_integer():
        return str(number)
    return f"{float(number):.15E}" if has_lost_its_end(number) or is_rounded(number) else str(int(number))

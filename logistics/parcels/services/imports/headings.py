"""Which of a file's columns is which, said by its sender and remembered for the next files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from django.db import transaction
from django.utils.translation import gettext as _

from logistics.parcels.models import ImportBatch, SenderAnswer
from logistics.parcels.services.imports import storage
from logistics.parcels.services.imports.again import read_again
from logistics.parcels.services.imports.columns import (
    COLUMNS,
    INSTEAD,
    NOT_READ,
    REQUIRED,
    column_keys,
    column_label,
    headings_of_row,
    known_headings,
    likely_headers,
    meanings_of_columns,
    suffices,
    takes_several,
)
from logistics.parcels.services.imports.names import headings_of
from logistics.parcels.services.imports.people import assert_senders_side
from logistics.parcels.services.imports.run import READING_SECONDS
from logistics.parcels.services.imports.sheet import top_rows
from logistics.parcels.services.vocabulary import Vocabulary
from members.devices.services import assert_device_live
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.errors import BadInput, Conflict
from portal.core.workbooks import SheetRow

SAMPLES = 3  # entries shown of each column
LONGEST_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of ours with the column it is read from: a place from 0, None for none, "" where it is to be said.

    `usual`: a file can't be read without it, or without what may stand in its place.
    """

    name: str
    label: str
    needed: bool
    usual: bool
    chosen: int | str | None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file as their sender may say which is which.

    `line` is that of the headings, `others` further lines that may be them. `kept`: the file can be read again.
    """

    line: int
    headings: list[str]
    samples: list[list[str]]
    choices: list[Choice]
    others: list[int] = field(default_factory=list)
    kept: bool = False

    def options(self) -> list[tuple[str, str]]:
        """Each column by its place, with its heading and what stands in it."""
        told = []
        for place, heading in enumerate(self.headings):
            seen = "、".join(dict.fromkeys(row[place] for row in self.samples if row[place].strip()))
            name = heading or _("第 %(place)s 列") % {"place": place + 1}
            told.append((str(place), f"{name}：{seen}" if seen else name))
        return told


def columns_to_say(*, batch: ImportBatch, actor: Actor, line: int | None = None) -> Columns | None:
    """What the page of a file's columns shows; `line` is another one of the headings. None when nothing is left to say.

    Raises Forbidden without IMPORT_RUN, NotFound for anyone but the sender's side, Conflict while it is worked on.
    """
    _assert_sender(batch, actor)
    words = headings_of(batch.enterprise, batch.kind)
    rows = _first_rows(batch, words)
    headers = likely_headers(rows)
    if not headers:
        headings = [heading for heading, _name in batch.columns]
        return _columns(0, headings, [], batch, words) if headings else None
    header = _best(headers, batch.kind, words, line)
    samples = [row for row in rows if row.line > header.line][:SAMPLES]
    others = [row.line for row in headers if row.line != header.line]
    return _columns(header.line, headings_of_row(header), samples, batch, words, others, kept=True)


def say_columns(
    *, batch: ImportBatch, columns: Columns, chosen: Mapping[str, int | None], actor: Actor, now: dt.datetime
) -> bool:
    """Remember which column of the file is which, and read it again. Returns False when the file is kept no more.

    `columns` are those of `columns_to_say`; `chosen` gives for each field the place of its column, None for none;
    fields left out stay as they are. Raises BadInput when a needed field has no column or one column has two meanings,
    and what `columns_to_say` and `read_again` raise.
    """
    _assert_sender(batch, actor)
    with transaction.atomic():
        assert_device_live(actor=actor, now=now)
        kept = SenderAnswer.objects.select_for_update().filter(enterprise=batch.enterprise, kind=batch.kind)
        before = {answer.key: answer.meaning for answer in kept if answer.meaning}
        county = Vocabulary().columns(batch.kind)
        said = _said(columns.headings, chosen, known_headings(batch.kind, county), before)
        _assert_serves(columns.headings, batch.kind, county | {k: v for k, v in (before | said).items() if v})
        news = {key: meaning for key, meaning in said.items() if before.get(key, "") != meaning}
        _remember(batch, dict(zip(column_keys(columns.headings), columns.headings, strict=True)), news, actor, now)
        record(
            actor=actor, now=now, action="import.columns_said", target=batch, area=batch.enterprise.division_id,
            after={"columns": len(news)},
        )  # fmt: skip
    if columns.kept:
        read_again(batch=batch, actor=actor, now=now)
    return columns.kept


def _said(
    headings: Sequence[str], chosen: Mapping[str, int | None], known: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """What is to be remembered of each column, "" for nothing: the column means what all know, or means nothing."""
    current, usual = meanings_of_columns(headings, {**known, **before}), meanings_of_columns(headings, known)
    taken: dict[int, str] = {}
    for name, place in chosen.items():
        if place is not None and taken.setdefault(place, name) != name:
            raise BadInput(
                _("“%(column)s”被选了两次。") % {"column": headings[place]}, code="column_twice",
                hint=_("每一列只能有一个含义。请改选其中一处。"),
            )  # fmt: skip
    said = {}
    for place, key in enumerate(column_keys(headings)):
        meaning = taken.get(place) or _left_over(current, place, chosen)
        if "/" in key[1:]:  # the heading stands here a second time: without an answer it would mean what the first does
            said[key] = meaning or NOT_READ
        else:
            said[key] = "" if meaning == usual[place] or (not usual[place] and meaning == NOT_READ) else meaning
    return said


def _left_over(current: Sequence[str], place: int, chosen: Mapping[str, int | None]) -> str:
    """What a column means that was chosen for nothing: what it meant, unless another column was chosen for that."""
    name = current[place]
    if name in ("", NOT_READ) or name not in chosen:
        return name
    beside = takes_several(name) and chosen[name] == current.index(name)
    return name if beside else NOT_READ


def _assert_serves(headings: Sequence[str], kind: str, words: Mapping[str, str]) -> None:
    meant = meanings_of_columns(headings, known_headings(kind, words))
    fields = {name for name in meant if name and name != NOT_READ}
    if not suffices(fields, kind):
        missing = [column_label(kind, name) for name in REQUIRED[kind] if name not in fields]
        raise BadInput(
            _("还没有指明这些列：%(columns)s。") % {"columns": "、".join(missing)}, code="no_header",
            hint=_("请在表里选出对应的列；文件里没有这一列的，请先补上再上传。"),
        )  # fmt: skip


def _remember(
    batch: ImportBatch, headings: Mapping[str, str], news: Mapping[str, str], actor: Actor, now: dt.datetime
) -> None:
    gone = [key for key, meaning in news.items() if not meaning]
    SenderAnswer.objects.filter(enterprise=batch.enterprise, kind=batch.kind, key__in=gone).delete()
    SenderAnswer.objects.bulk_create(
        [
            SenderAnswer(
                enterprise=batch.enterprise, kind=batch.kind, key=key, value=headings[key][:200], meaning=meaning,
                asked_at=now, answered_at=now, answered_by=actor.id,
            )
            for key, meaning in news.items()
            if meaning
        ],
        update_conflicts=True,
        unique_fields=["enterprise", "kind", "key"],
        update_fields=["value", "meaning", "answered_at", "answered_by"],
    )  # fmt: skip


def _first_rows(batch: ImportBatch, words: Mapping[str, str]) -> list[SheetRow]:
    """None of them when the file is kept no more, or takes too long to read while its sender waits."""
    try:
        with storage.opened(batch.pk) as stored:
            return top_rows(cast(BinaryIO, stored), batch.kind, READING_SECONDS, words)
    except storage.FileGone:
        return []


def _best(headers: Sequence[SheetRow], kind: str, words: Mapping[str, str], line: int | None) -> SheetRow:
    """The line asked for, or the one in which most columns are known, the first of several."""
    known = known_headings(kind, words)
    asked = [row for row in headers if row.line == line]
    return max(asked or headers, key=lambda row: sum(map(bool, meanings_of_columns(headings_of_row(row), known))))


def _columns(
    line: int,
    headings: list[str],
    samples: Sequence[SheetRow],
    batch: ImportBatch,
    words: Mapping[str, str],
    others: Sequence[int] = (),
    kept: bool = False,
) -> Columns:
    current = meanings_of_columns(headings, known_headings(batch.kind, words))
    usual = REQUIRED[batch.kind]
    needed = set(usual) - INSTEAD.get(batch.kind, (set(), set()))[0]
    choices = [
        Choice(
            name,
            column_label(batch.kind, name),
            name in needed,
            name in usual,
            _chosen(current, name, name in needed),
        )
        for name in sorted(COLUMNS[batch.kind], key=lambda name: name not in usual)
    ]
    return Columns(line, headings, [_texts(row, len(headings)) for row in samples], choices, list(others), kept)


def _chosen(current: Sequence[str], name: str, needed: bool) -> int | str | None:
    count = current.count(name)
    if count > 1 and not takes_several(name):
        return ""
    return current.index(name) if count else "" if needed else None


def _texts(row: SheetRow, width: int) -> list[str]:
    cells = [*row.cells[:width], *[None] * (width - len(row.cells))]
    return ["" if cell is None else str(getattr(cell, "text", cell))[:LONGEST_SAMPLE] for cell in cells]


def _assert_sender(batch: ImportBatch, actor: Actor) -> None:
    assert_senders_side(batch=batch, actor=actor)
    if not ImportBatch.objects.filter(storage.may_be_read_again(), pk=batch.pk).exists():
        raise Conflict(
            _("这个文件现在不能指明各列。"), code="not_readable_again", hint=_("请等处理完，或重新上传文件。")
        )

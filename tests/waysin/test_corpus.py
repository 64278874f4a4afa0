"""Every file of the corpus: its good lines are read whole, its bad ones refused, and nothing else is missing."""

import io
import time

import pytest

from logistics.parcels.services.imports.cells import code_of, moment_of
from logistics.parcels.services.imports.problems import FileProblem, RowProblem
from logistics.parcels.services.imports.run import READING_SECONDS
from logistics.parcels.services.imports.sheet import read_sheet
from portal.core.workbooks import sentences
from tests.waysin.corpus_made import FOLDER, KEPT, kept, made

CORPUS = {**made(), **kept()}
WEB_SECONDS = 2.0  # that a file may cost the process which answers its sender


def test_the_corpus_is_large_and_no_file_lies_unread():
    assert len(CORPUS) >= 60
    assert {path.name for path in FOLDER.iterdir()} == set(KEPT)


@pytest.mark.parametrize("name", CORPUS)
def test_every_file_is_read_whole(name):
    content, held = CORPUS[name]
    began = time.process_time()
    if held.code:
        with pytest.raises(FileProblem) as problem:
            read_sheet(io.BytesIO(content), held.kind, seconds=READING_SECONDS)
        assert problem.value.code == held.code
        assert all(sentences(held.code, problem.value.data))
        return
    sheet = read_sheet(io.BytesIO(content), held.kind, seconds=READING_SECONDS)
    assert time.process_time() - began < WEB_SECONDS
    good, bad = [], {}
    for row in sheet.rows:
        try:
            good.append(_number(sheet.header, row, held.kind))
        except RowProblem as problem:
            bad[row.line] = problem.code
    assert (tuple(good), bad) == (held.good, held.bad)
    sums = sheet.sums
    assert (sums.titles, sums.empty, sums.footers, sums.unread_sheets) == (
        held.titles, held.empty, held.footers, held.unread,
    )  # fmt: skip
    assert sums.held == held.titles + held.empty + held.footers + len(held.good) + len(held.bad)


def _number(header, row, kind: str) -> str:
    if row.fault:
        raise RowProblem(row.fault.code, row.fault.message)
    field = "number" if kind == "events" else "carrier_number"
    if kind == "events":
        moment_of(header.cell(row, "at"), header.heading("at"))
    return code_of(header.cell(row, field), header.heading(field))

"""Whatever a sheet looks like and says of itself, what it holds is read: values equal, sums add up."""

import io
import re
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.parcels.services.imports.sheet import read_sheet
from portal.core.workbooks import FileProblem, open_workbook
from tests.waysin.corpus_made import changed
from tests.waysin.files import PARCEL_HEADINGS, saved

NUMBERS = st.from_regex(r"[0-9A-Z]{6,14}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=8).map(str.strip)
FORMULA = re.compile(r"^[=\s]|^'|_x[0-9a-fA-F]{4}_")
LINES = st.lists(
    st.one_of(
        st.tuples(NUMBERS, TEXTS.filter(lambda text: not FORMULA.search(text))), st.none(),
        st.just(("合计", "")),
    ),
    min_size=1, max_size=30,
)  # fmt: skip
TITLES = st.lists(st.sampled_from([None, ("庄浪分拨;导出|测试,一", ""), ("清单\t二", "")]), max_size=6)
LIES = st.sampled_from(
    [None, b"", b'<dimension ref="A1"/>', b'<dimension ref="A1:B2"/>', b'<dimension ref="A1:XFD9"/>']
)


def expected(titles, lines):
    """Lines down to the last filled one, those that are entries, and the others by kind."""
    table = [*titles, ("heading", ""), *lines]
    while table[-1] is None:
        table.pop()
    below = table[len(titles) + 1 :]
    entries = [line for line in below if line and line[0] != "合计"]
    return (
        len(table),
        entries,
        sum(line is None for line in table),
        sum(bool(line) and line[0] == "合计" for line in below),
    )


def check(content, titles, lines):
    held, entries, empty, footers = expected(titles, lines)
    if not entries:
        with pytest.raises(FileProblem) as problem:
            read_sheet(io.BytesIO(content), "parcels")
        assert problem.value.code == "no_rows"
        return
    sheet = read_sheet(io.BytesIO(content), "parcels")
    assert [(row.cells[0], "".join(cell or "" for cell in row.cells[2:])) for row in sheet.rows] == entries
    assert not [row for row in sheet.rows if row.fault]
    sums = sheet.sums
    assert (sums.held, sums.empty, sums.footers, sums.lines) == (held, empty, footers, len(entries))
    assert sums.held == sums.titles + sums.empty + sums.footers + sums.lines


@settings(max_examples=25, deadline=None)
@given(TITLES, LINES, LIES, st.booleans())
def test_workbooks(titles, lines, lie, formatted):
    book = openpyxl.Workbook()
    sheet = book.active
    for place, line in enumerate([*titles, None, *lines], 1):
        row = PARCEL_HEADINGS if place == len(titles) + 1 else line and (line[0], "", line[1], "")
        for column, value in enumerate(row or (), 1):
            sheet.cell(place, column, value or None)
        if row is None and formatted:
            sheet.cell(place, 3).number_format = "@"
    content = saved(book)
    if lie is not None:
        content = changed(content, sheet1_xml=lambda data: re.sub(rb"<dimension[^>]*>", lie, data))
    check(content, titles, lines)


@settings(max_examples=60, deadline=None)
@given(TITLES, LINES, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), st.booleans())
def test_text_files(titles, lines, separator, encoding, quoted):
    def cell(text):
        needed = quoted or any(sign in text for sign in (separator, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if needed else text

    rows = [*(line and (line[0], "", line[1], "") for line in titles), tuple(PARCEL_HEADINGS)]
    rows += [line and (line[0], "", line[1], "") for line in lines]
    text = "\r\n".join(separator.join(map(cell, row)) if row else "" for row in rows)
    check(text.encode(encoding), titles, lines)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 5000))
def test_whatever_comes_is_read_or_refused_with_a_code(noise, cut):
    whole = saved(openpyxl.Workbook())
    for content in (noise, whole[:cut] + noise + whole[cut + len(noise) :], whole[:cut]):
        with suppress(FileProblem):
            list(open_workbook(io.BytesIO(content)).rows())
            read_sheet(io.BytesIO(content), "parcels")


@settings(max_examples=40, deadline=None)
@given(LINES.filter(lambda lines: all(line and line[0] != "合计" for line in lines)), st.data())
def test_a_stray_quote_costs_no_more_than_it_touches(lines, data):
    """Every line is an entry or refused; none is swallowed, and the others keep their values."""
    broken = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=3))
    plain = [(number, re.sub(r'[,"\r\n;\t，；|]', "", text)) for number, text in lines]
    rows = [f'"{n},,{t},x' if place in broken else f"{n},,{t},x" for place, (n, t) in enumerate(plain)]
    sheet = read_sheet(io.BytesIO("\n".join([",".join(PARCEL_HEADINGS), *rows]).encode()), "parcels")
    assert [row.line for row in sheet.rows] == list(range(2, len(lines) + 2))
    assert {row.line - 2 for row in sheet.rows if row.fault} == broken
    assert all(row.cells[0] == plain[row.line - 2][0] for row in sheet.rows if not row.fault)

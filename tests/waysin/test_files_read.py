"""Reading files: encodings, separators, workbooks, and everything a spreadsheet does to numbers and times."""

import datetime as dt
import io
import zipfile

import pytest

from logistics.parcels.services.imports.cells import Formula, code_of, moment_of, text_of
from logistics.parcels.services.imports.problems import FileProblem, RowProblem
from logistics.parcels.services.imports.sheet import read_sheet
from logistics.parcels.services.vocabulary import Vocabulary
from tests.waysin.files import EVENT_HEADINGS, PARCEL_HEADINGS, csv_bytes, saved, workbook, xlsx_bytes, zip_bomb

ROW = ["773000000001", "揽收", "2026-05-01 12:30:00", "zl-hub", "已揽收"]


def read(content, kind="events", **more):
    return read_sheet(io.BytesIO(content), kind, **more)


def refused(content, kind="events"):
    with pytest.raises(FileProblem) as problem:
        read(content, kind)
    assert str(problem.value.message)
    assert str(problem.value.hint)
    return problem.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_in_any_usual_encoding_and_separator(encoding, separator):
    sheet = read(csv_bytes([EVENT_HEADINGS, ROW], encoding, separator))
    assert [row.cells for row in sheet.rows] == [ROW]
    assert sheet.header.fields == {"number": 0, "code": 1, "at": 2, "station": 3, "text": 4}


def test_a_rare_name_in_gb18030_survives():
    sheet = read(
        csv_bytes([PARCEL_HEADINGS, ["773000000001", "620825100208", "𠮷小明", "13893300001"]], "gb18030"), "parcels"
    )
    assert sheet.rows[0].cells[2] == "𠮷小明"


def test_english_headings_any_case_order_and_extra_columns():
    sheet = read(
        csv_bytes([["Seq", "Event Time", "STATUS", "tracking_number"], [1, "2026-05-01 12:30", "DELIVERED", "7730000"]])
    )
    assert sheet.header.fields == {"at": 1, "code": 2, "number": 3}


def test_headings_with_marks_and_full_width():
    sheet = read(csv_bytes([["快递单号*（必填）", "收件人　电话"], ["1", "2"]]), "parcels")
    assert sheet.header.fields == {"carrier_number": 0, "recipient_phone": 1}


def test_line_numbers_are_those_a_person_sees():
    text = '单号,事件,时间,说明\n1,揽收,2026-05-01 12:30,"两\n行"\n\n2,揽收,2026-05-01 12:30,x\n'
    assert [row.line for row in read(text.encode()).rows] == [2, 5]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n\r\n", "empty_file"),
        (csv_bytes([EVENT_HEADINGS]), "no_rows"),
        (csv_bytes([["a", "b"], ["1", "2"]]), "no_header"),
        (csv_bytes([["单号", "运单号", "事件", "时间"], ["1", "2", "3", "4"]]), "column_twice"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "unknown_encoding"),
        (b"\xff\xfe\x00", "unknown_encoding"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"PK\x03\x04 and then nothing of a zip", "bad_workbook"),
        (csv_bytes([[*EVENT_HEADINGS, *["x"] * 300], ROW]), "too_many_columns"),
        (csv_bytes([EVENT_HEADINGS, *[ROW] * 20_001]), "too_many_rows"),
    ],
)
def test_files_that_cannot_be_read_say_why_and_what_to_do(content, code):
    assert refused(content) == code


@pytest.mark.parametrize(
    ("lines", "good", "bad"),
    [
        (['1,"揽收,2026-05-01 12:30', "2,揽收,2026-05-01 12:31"], [3], [2]),
        (['1,揽收,"2026-05-01" 12:30', '2,"揽收",2026-05-01 12:31'], [3], [2]),
        (['1,"揽收,2026-05-01 12:30', '2,"揽收",2026-05-01 12:31'], [3], [2]),
        (['1,揽收,2026-05-01,"x', "2,揽收,2026-05-01,x", '3,揽收,2026-05-01,"x'], [3], [2, 4]),
        (
            ['1,揽收,2026-05-01,"x', "2,揽收,2026-05-01,x", '3,揽收,2026-05-01,x"', "4,揽收,2026-05-01,x"],
            [3, 4, 5],
            [2],
        ),
        (['"1\n",揽收,2026-05-01,x', '2,"揽\n\n收",2026-05-01,x'], [2, 4], []),
        (['1,揽收,2026-05-01,"站\n长\n收"', "2,揽收,2026-05-01,x"], [2, 5], []),
    ],
)
def test_a_stray_quote_costs_its_line_and_a_cell_may_have_several_lines(lines, good, bad):
    sheet = read("\n".join(["单号,事件,时间,说明", *lines]).encode())
    assert [row.line for row in sheet.rows if row.fault is None] == good
    assert [row.line for row in sheet.rows if row.fault and row.fault.code == "bad_quotes"] == bad
    assert sheet.sums.held == 1 + len(good) + len(bad)


def test_missing_columns_are_named():
    with pytest.raises(FileProblem) as problem:
        read(csv_bytes([["单号", "时间"], ["1", "2"]]))
    assert "事件" in str(problem.value.message)
    assert "单号" not in str(problem.value.message)


def test_a_zip_bomb_is_refused_before_it_is_opened():
    bomb = zip_bomb()
    assert len(bomb) < 1024 * 1024
    assert refused(bomb) == "unpacks_too_large"


def test_an_archive_with_thousands_of_entries_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for index in range(1500):
            archive.writestr(f"xl/{index}.xml", "")
    assert refused(out.getvalue()) == "unpacks_too_large"


def test_a_zip_that_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "x")
    assert refused(out.getvalue()) == "bad_workbook"


def test_entities_in_a_sheet_are_not_expanded():
    out = io.BytesIO()
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData>&b;</sheetData></worksheet>'
    )
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([EVENT_HEADINGS, ROW]))) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, bomb if entry.filename.endswith("sheet1.xml") else old.read(entry))
    assert refused(out.getvalue()) == "bad_workbook"


def test_a_title_above_the_header_does_no_harm_even_merged():
    book = workbook([["五月发件清单"], EVENT_HEADINGS, ROW])
    book.active.merge_cells("A1:E1")
    sheet = read(saved(book))
    assert [(row.line, row.cells) for row in sheet.rows] == [(3, ROW)]


@pytest.mark.parametrize("cells", ["A2:A3", "B2:C2", "D2:D1000000"])
def test_merged_cells_cost_the_lines_they_touch(cells):
    book = workbook([EVENT_HEADINGS, ROW, ROW, ROW])
    book.active.merged_cells.add(cells)  # the range alone: merge_cells would make a million cells
    rows = read(saved(book)).rows
    faults = [row.fault and row.fault.code for row in rows]
    assert (
        faults
        == {
            "A2:A3": ["merged_cells", "merged_cells", None],
            "B2:C2": ["merged_cells", None, None],
            "D2:D1000000": ["merged_cells"] * 3,
        }[cells]
    )
    assert cells in rows[0].fault.message


def test_merged_cells_beside_our_columns_and_in_a_footer_cost_nothing():
    book = workbook([EVENT_HEADINGS, ROW, ["合计", "", "", "", "1 件"]])
    book.active.merge_cells("A3:D3")
    book.active.merge_cells("Z1:Z9")
    sheet = read(saved(book))
    assert [row.cells for row in sheet.rows] == [ROW]
    assert (sheet.sums.held, sheet.sums.titles, sheet.sums.footers) == (3, 1, 1)


def test_headings_merged_sideways_hide_which_column_is_which():
    book = workbook([["单号", "事件", "时间", "站点", "说明"], ROW])
    book.active.merge_cells("D1:E1")
    assert refused(saved(book)) == "merged_cells"


def test_headings_merged_downwards_take_their_second_line_along():
    book = workbook([EVENT_HEADINGS, ["", "", "", "", "（可不填）"], ROW])
    for letter in "ABCD":
        book.active.merge_cells(f"{letter}1:{letter}2")
    sheet = read(saved(book))
    assert [(row.line, row.cells) for row in sheet.rows] == [(3, ROW)]
    assert (sheet.sums.held, sheet.sums.titles) == (3, 2)


def test_a_formula_refuses_its_line_and_is_never_computed():
    sheet = read(xlsx_bytes([EVENT_HEADINGS, ['=HYPERLINK("http://x","773")', "揽收", "2026-05-01 12:30", "", ""]]))
    assert isinstance(sheet.rows[0].cells[0], Formula)
    with pytest.raises(RowProblem) as problem:
        code_of(sheet.rows[0].cells[0], "单号")
    assert problem.value.code == "formula"
    assert "单号" in str(problem.value.message)


def test_hidden_sheets_are_not_read():
    book = workbook([EVENT_HEADINGS, ROW])
    hidden = book.create_sheet("旧数据", 0)
    hidden.append(EVENT_HEADINGS)
    hidden.append(["999", *ROW[1:]])
    hidden.sheet_state = "hidden"
    assert read(saved(book)).rows[0].cells == ROW


def test_only_hidden_sheets():
    book = workbook([["只是说明"]])
    hidden = book.create_sheet("数据")
    hidden.append(EVENT_HEADINGS)
    hidden.append(ROW)
    hidden.sheet_state = "hidden"
    assert refused(saved(book)) == "no_header"


def test_a_sheet_of_notes_beside_the_data_does_no_harm_but_two_sheets_of_data_are_asked_about():
    book = workbook([EVENT_HEADINGS, ROW])
    book.create_sheet("填写说明").append(["每行一件"])
    assert read(saved(book)).rows[0].cells == ROW
    book.create_sheet("六月").append(EVENT_HEADINGS)
    assert refused(saved(book)) == "several_sheets"


def test_reading_can_stop_early():
    sheet = read(csv_bytes([EVENT_HEADINGS, *[ROW] * 50]), at_most=10)
    assert (len(sheet.rows), sheet.complete) == (10, False)


MAY = dt.datetime.fromisoformat("2026-05-01T12:30:00+08:00")


@pytest.mark.parametrize(
    "value",
    [
        "2026-05-01 12:30:00", "2026-05-01 12:30", "2026/5/1 12:30", "2026.5.1 12:30", "2026年5月1日 12时30分",
        "2026年5月1日12:30:00",
        "2026-05-01T12:30:00+08:00", "2026-05-01T04:30:00Z", "２０２６-０５-０１　１２：３０", "20260501123000",
        "202605011230",
        "2026/5/1 下午 12:30", "2026/5/1 12:30 PM", 20260501123000, dt.datetime.fromisoformat("2026-05-01T12:30"),
        46143.520833333336, "46143.520833333336",
    ],
)  # fmt: skip
def test_times_in_any_usual_writing(value):
    assert moment_of(value, "时间") == MAY


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "time_missing"), (None, "time_missing"), ("2026-05-01", "time_without_clock"), (dt.date(2026, 5, 1),
        "time_without_clock"),
        (46143, "time_without_clock"), ("20260501", "time_without_clock"), ("05/01/2026 12:30", "time_unreadable"),
        ("昨天", "time_unreadable"),
        ("2026-02-30 12:30", "time_unreadable"), ("2026-05-01 25:30", "time_unreadable"), (5, "time_unreadable"),
        ("1e400", "time_unreadable"),
        ("99999999999999", "time_unreadable"), (float("inf"), "time_unreadable"), (Formula("=NOW()"), "formula"),
    ],
)  # fmt: skip
def test_times_that_are_none(value, code):
    with pytest.raises(RowProblem) as problem:
        moment_of(value, "时间")
    assert problem.value.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (773000000001, "773000000001"), (773000000001.0, "773000000001"), ("773000000001.0", "773000000001"),
        ("'773000000001", "773000000001"),
        ('="0773000000001"', "0773000000001"), ("773000000001\t", "773000000001"), (" 7730 0000 0001 ",
        "773000000001"),
        ("７７３００００００００１ｚ", "773000000001z"), ("\ufeff773", "773"), (None, ""),
    ],
)  # fmt: skip
def test_numbers_keep_every_digit(value, text):
    assert code_of(value, "单号") == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("7.31E+14", "number_scientific"), ("7.31e14", "number_scientific"), (7.31e14, "number_cut_off"),
        (1234567890123456.0, "number_cut_off"),
        (75312345678901234, "number_cut_off"), ("=1+1", "formula"), ("x" * 1001, "cell_too_long"),
    ],
)  # fmt: skip
def test_numbers_a_spreadsheet_has_spoilt_are_refused_with_a_hint(value, code):
    with pytest.raises(RowProblem) as problem:
        code_of(value, "单号")
    assert problem.value.code == code
    assert "单号" in str(problem.value.message)


def test_text_with_a_zero_byte_loses_only_that():
    assert text_of("a\x00b", "说明") == "ab"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DELIVERED", "DELIVERED"), ("delivered", "DELIVERED"), ("已签收", "DELIVERED"), ("签收", "DELIVERED"),
        ("待取件", "READY_FOR_PICKUP"),
        ("飞天", "飞天"), ("", ""),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_event_words(text, code):
    assert (Vocabulary().event(text) or text) == code

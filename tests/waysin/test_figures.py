"""Figures are read as they say or not at all: nothing wrong is made valid."""

import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from logistics.parcels.models import ImportRow, Parcel
from logistics.parcels.services.imports.build import grams_of
from logistics.parcels.services.imports.problems import RowProblem
from logistics.parcels.services.imports.results import as_csv, as_xlsx, result_table, safe
from logistics.parcels.services.imports.sheet import read_sheet
from portal.core.figures import figure_of
from portal.core.sheets import RUNS
from tests.waysin.files import PARCEL_HEADINGS, csv_bytes, xlsx_bytes

API = "/api/v1/imports/"
HEADINGS = [*PARCEL_HEADINGS, "重量(公斤)", "件数"]


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, *rows, headings=HEADINGS):
    return client.post(
        API, {"file": SimpleUploadedFile("x.csv", csv_bytes([headings, *rows], separator=";")), "kind": "parcels"}
    ).json()


def row(*more):
    return ["773000000001", "620825100208", "王小明", "13893300001", *more]


@pytest.mark.parametrize(
    "text",
    ["14,5", "1,2", "1，5", "１，５", "1_000", "0,500", "1,2345", "1,23,456", "1,2,3", "14 5", "1 . 5", "1e3", "1E3",
     "١٢", "1.2.3", "--1", "1-2", "inf", "NaN", "", "1'000", "１＿０"],
)  # fmt: skip
def test_what_may_say_another_number_says_none(text):
    assert figure_of(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("14.5", "14.5"), ("1,200", "1200"), ("1，200", "1200"), ("１４．５", "14.5"), ("1 200", "1200"), (".5", ".5"),
     ("1,234,567.25", "1234567.25"), ("007", "7"), ("-3", "-3")],
)  # fmt: skip
def test_usual_writings_are_read(text, number):
    assert figure_of(text) == Decimal(number)


@given(st.text(alphabet="0123456789,，. _eE+-　１０", max_size=9))
def test_nothing_but_signs_between_thousands_is_ever_dropped(text):
    number = figure_of(text)
    if number is None:
        return
    plain = text.translate(str.maketrans("，１０　", ",10 ")).strip().lstrip("+-")
    whole = plain.partition(".")[0]
    if re.search("[, ]", whole):
        assert whole.replace(" ", ",") == f"{abs(int(number)):,}"
    assert abs(number) == Decimal(plain.replace(",", "").replace(" ", ""))


@pytest.mark.parametrize(("text", "grams"), [("14.47Kg", 14470), ("3 斤", 1500), ("500g", 500), ("1,200g", 1200)])
def test_a_unit_in_the_cell_goes_before_the_column(text, grams):
    assert grams_of(text, "重量", 1000) == grams


@pytest.mark.parametrize("text", ["14,5kg", "14 5kg", "1.2.3kg", "1_0kg", "5箱", "2公斤半"])
def test_a_weight_that_may_be_another_is_none(text):
    with pytest.raises(RowProblem):
        grams_of(text, "重量", 1000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("weight", "pieces", "kept", "told"),
    [
        ("14,5", "1", (None, 1), ["weight_unreadable"]),
        ("１，５", "1", (None, 1), ["weight_unreadable"]),
        ("1_000", "1_0", (None, 1), ["pieces_unreadable", "weight_unreadable"]),
        ("14.5", "1,2", (14500, 1), ["pieces_unreadable"]),
        ("14.5", "2件", (14500, 2), []),
        ("14.5", "３ 箱", (14500, 3), []),
        ("14.5", "2.5件", (14500, 1), ["pieces_unreadable"]),
        ("14.5", "1件2箱", (14500, 1), ["pieces_unreadable"]),
    ],
)
def test_wrong_figures_are_told_and_not_made_valid(carrier_system, weight, pieces, kept, told):
    upload(carrier_system.client, row(weight, pieces))
    assert Parcel.objects.values_list("weight_grams", "pieces").get() == kept
    assert sorted(w["code"] for w in ImportRow.objects.get().warnings) == told


# -- a separator within a cell -------------------------------------------------------------------------------
def comma(*rows, headings=HEADINGS):
    return csv_bytes([headings, *rows])


@pytest.mark.django_db
@pytest.mark.parametrize("headings", [HEADINGS, [*HEADINGS, "", ""]])
def test_a_line_with_more_cells_than_headings_is_refused(carrier_system, headings):
    content = comma(row("14,5", "1"), row("14.5", "1", "", " "), headings=headings)
    sheet = read_sheet(io.BytesIO(content), "parcels")
    assert [line.fault and line.fault.code for line in sheet.rows] == ["too_many_cells", None]
    answer = carrier_system.client.post(API, {"file": SimpleUploadedFile("x.csv", content), "kind": "parcels"}).json()
    assert (answer["accepted"], answer["refused"]) == (1, 1)
    assert "引号" in ImportRow.objects.get(line=2).message


@pytest.mark.django_db
@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_the_result_with_such_a_line_sent_back_takes_it_no_more(carrier_system, write):
    carrier_system.client.post(API, {"file": SimpleUploadedFile("x.csv", comma(row("14,5", "1"))), "kind": "parcels"})
    batch = ImportRow.objects.get().batch
    again = write(result_table(batch, batch.rows.all()))
    answer = carrier_system.client.post(API, {"file": SimpleUploadedFile("y", again), "kind": "parcels"}).json()
    assert (answer["accepted"], answer["refused"]) == (0, 1)


def test_a_note_beside_the_table_of_a_workbook_shifts_nothing():
    sheet = read_sheet(io.BytesIO(xlsx_bytes([PARCEL_HEADINGS, [*row(), "", "已联系"]])), "parcels")
    assert [line.fault for line in sheet.rows] == [None]


# -- what goes out is no formula ---------------------------------------------------------------------------------
@pytest.mark.parametrize("sign", RUNS)
@pytest.mark.parametrize("before", ["", " ", "　"])
def test_no_cell_of_a_result_runs(sign, before):
    """As a CSV is opened, where a full-width sign begins a formula too."""
    assert safe(f"{before}{sign}HYPERLINK(1)") == f"'{before}{sign}HYPERLINK(1)"
    assert set("=+-@＝＋－＠") <= set(RUNS)

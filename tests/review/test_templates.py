"""Files to fill in: drop-downs for what is a set, and a line of an example that would come in as it stands."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from logistics.licensing.kinds import KINDS, Type, kind_of
from logistics.licensing.services import registers
from logistics.licensing.services.registers.columns import columns_of
from logistics.parcels.models import ImportBatch
from logistics.parcels.states import ImportKind
from logistics.training.services.sheets import template_file
from portal.core.fill_in import Words, write_template
from portal.core.workbooks import LISTS
from tests.licensing.conftest import NOW

pytestmark = pytest.mark.django_db


def offered(content: bytes) -> dict[str, list[str]]:
    """Heading → the words of its drop-down, read as a spreadsheet would."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, hidden = book.worksheets[0], book[LISTS]
    assert hidden.sheet_state == "veryHidden"
    found = {}
    for rule in sheet.data_validations.dataValidation:
        first = next(iter(rule.sqref.ranges))
        assert (first.min_row, rule.type) == (2, "list")
        cells = hidden[rule.formula1.split("!")[1].replace("$", "")]
        cells = cells if isinstance(cells, tuple) else ((cells,),)
        found[str(sheet.cell(1, first.min_col).value)] = [row[0].value for row in cells]
    return found


@pytest.mark.parametrize("code", list(KINDS))
def test_a_register_offers_the_words_of_every_closed_set(county_official, world, code):
    kind = kind_of(code)
    lists = offered(registers.template_workbook(kind, actor=county_official.actor(), now=NOW).getvalue())
    for column in columns_of(kind):
        if column.field is not None and column.field.type == Type.CHOICE:
            assert lists[str(column.label)] == [str(label) for _code, label in column.field.choices]
        elif column.field is not None and column.field.type == Type.BOOL:
            assert lists[str(column.label)] == ["是", "否"]
        elif column.field is not None and column.field.type == Type.PLACE:
            assert world.township.name in lists[str(column.label)]
            assert all(not name.isdigit() for name in lists[str(column.label)])


@pytest.mark.parametrize("code", list(KINDS))
def test_the_example_of_a_register_would_be_added(county_official, world, code):
    file = registers.template_workbook(kind_of(code), actor=county_official.actor(), now=NOW)
    run = registers.start_import(kind=code, file=file, name="x.xlsx", why="试", actor=county_official.actor(), now=NOW)
    registers.judge_lines(id=str(run.pk), now=NOW)
    row = run.rows.get()
    assert row.result == "new", row.notes


@pytest.mark.parametrize("kind", list(ImportKind))
def test_the_example_of_a_carrier_s_file_comes_in(enterprise_admin, world, settings, tmp_path, kind):
    settings.MEDIA_ROOT = tmp_path
    client = enterprise_admin.client
    if kind == ImportKind.EVENTS:  # of the parcel that the other example registers
        send(client, ImportKind.PARCELS)
    content, batch = send(client, kind)
    lists = offered(content)
    if kind == ImportKind.PARCELS:
        assert lists["方向"] == ["下行", "上行"]
        assert world.carrier.short_name in lists["承运企业"]
        assert world.township.name in lists["目的地区划代码"]
    else:
        assert "到达县级中心" in lists["事件"]
        assert world.hub.name in lists["站点"]
    rows = list(batch.rows.values_list("result", "message"))
    assert [result for result, _why in rows] == ["accepted"], rows
    assert batch.unread_sheets == []


def send(client, kind: str) -> tuple[bytes, ImportBatch]:
    """A template, and the import that it becomes when it is sent back as it is."""
    content = client.get(reverse("work_import_template", args=[kind, "xlsx"])).content
    form = {"file": SimpleUploadedFile("x.xlsx", content), "kind": kind}
    assert client.post(reverse("work_imports"), form).status_code == 302
    return content, ImportBatch.objects.latest("pk")


def test_a_question_s_kind_is_chosen_from_a_list():
    assert offered(template_file())["题型"] == ["单选", "多选", "判断"]


def test_an_open_list_warns_and_a_closed_one_stops():
    out = io.BytesIO()
    write_template(
        out, title="表", header=["甲", "乙"], examples=[["1", "007"]],
        lists={0: Words(("一", "二")), 1: Words(tuple(f"第{n}" for n in range(90)), closed=False)},
    )  # fmt: skip
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [rule.errorStyle for rule in sheet.data_validations.dataValidation] == [None, "warning"]
    assert (sheet["B2"].value, sheet["B2"].number_format) == ("007", "@")

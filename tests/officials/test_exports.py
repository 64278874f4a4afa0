"""Exports: the rows of the list, masked, with who took them; nothing in them runs."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.contrib import admin
from openpyxl import load_workbook

from logistics.certificates.models import Certificate
from logistics.parcels.models import Parcel
from logistics.registry.models import Enterprise, Station
from members.access.admin_base import ScopedAdmin
from members.accounts.models import User
from members.devices.models import Device
from portal.audit.models import AuditEntry
from portal.core.sheets import write_workbook
from tests.certificates.conftest import certify, make_courier
from tests.officials.conftest import page

pytestmark = pytest.mark.django_db
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", '=HYPERLINK("http://x")']


def sheets(answer) -> tuple[list[list], list[list]]:
    """Cover and rows of a downloaded file, as another program reads them."""
    book = load_workbook(io.BytesIO(content(answer)))
    rows, cover = ([[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets)
    return cover, rows


def content(answer) -> bytes:
    """The whole file. Read to its end it is closed too, as by a server; unread it would stay open."""
    return b"".join(answer.streaming_content)


def export(client, model, query="", purpose="月度通报"):
    return client.post(f"{page(model, 'export')}{query}", {"purpose": purpose})


def test_rows_are_those_of_the_list_and_people_are_masked(county_official, counter):
    parcel = counter.parcel()
    answer = export(county_official.client, Parcel)
    assert "no-store" in answer["Cache-Control"]
    cover, (header, row) = sheets(answer)
    seen = dict(zip(header, row, strict=True))
    assert parcel.waybill not in str(row)
    assert parcel.carrier_number not in str(row)
    assert seen["运单号"].startswith("XN*")
    assert seen["阶段"] == "已下单"
    assert isinstance(seen["登记时间"], dt.datetime)
    told = dict(cover)
    assert county_official.user.name in told["导出人"]
    assert county_official.actor().id in told["导出人"]
    assert (told["用途"], told["筛选条件"]) == ("月度通报", "无")


def test_filters_of_the_list_hold_and_are_told(county_official, world):
    answer = export(county_official.client, Station, "?kind__exact=hub")
    cover, (_header, *rows) = sheets(answer)
    assert [row[0] for row in rows] == [world.hub.code]
    assert dict(cover)["筛选条件"] == "kind__exact = hub"


def test_a_foreign_area_never_leaves(neighbour_official, county_official, world):
    _cover, (_header, *rows) = sheets(export(neighbour_official.client, Station))
    assert {row[0] for row in rows} == {world.neighbour_hub.code}
    _cover, (_header, *rows) = sheets(export(county_official.client, Station))
    assert world.neighbour_hub.code not in {row[0] for row in rows}


def test_names_and_phones_of_people_are_masked(county_official, township_official):
    _cover, (header, *rows) = sheets(export(county_official.client, User))
    text = str(rows)
    assert township_official.user.name not in text
    assert township_official.user.phone[-8:] not in text
    assert "孙**" in text
    assert header


def test_it_asks_for_the_purpose_and_is_audited_with_count(county_official, world):
    for purpose in ("", " ", "x"):
        answer = export(county_official.client, Station, purpose=purpose)
        assert answer.status_code == 400
        assert "purpose-error" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="data.exported").exists()
    content(export(county_official.client, Station, "?q=zl"))
    entry = AuditEntry.objects.get(action="data.exported")
    assert (entry.why, entry.object_type) == ("月度通报", "registry.station")
    assert entry.after["rows"] == 6
    assert entry.after["filters"] == {"q": ["***"]}  # what was searched for may be a person


def test_too_many_rows_are_refused_with_words(county_official, world, monkeypatch):
    monkeypatch.setattr("members.access.admin_base.export.MAX_ROWS", 2)
    shown = county_official.client.get(page(Station, "export"))
    assert "不能导出" in shown.content.decode()
    assert export(county_official.client, Station).status_code == 413


@pytest.mark.parametrize("name", ["township_official", "support"])
def test_only_who_holds_the_permission_exports(request, name, world):
    client = request.getfixturevalue(name).client
    assert client.get(page(Station, "export")).status_code == 403
    assert export(client, Station).status_code == 403
    assert "导出 XLSX" not in client.get(page(Station, "changelist")).content.decode()


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(county_official, world, formula):
    Station.objects.filter(pk=world.village.pk).update(name=formula)
    answer = export(county_official.client, Station, purpose="=1+1")
    book = load_workbook(io.BytesIO(content(answer)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    found = next(c for c in cells if isinstance(c.value, str) and c.value.strip().endswith(formula.strip()[-6:]))
    assert found.data_type == "s"
    assert found.quotePrefix, "stays text when somebody edits the cell"


def test_odd_texts_survive_and_long_ones_are_cut():
    file = io.BytesIO()
    rows = ([text] for text in ("\x00\x0b坏字符\ud800", "𠮷野村" * 3, "长" * 40_000, None, True, 3))
    assert write_workbook(file, cover_title="说明", cover=[], title="a/b:c*d" * 9, header=["栏"], rows=rows) == 6
    file.seek(0)
    values = [row[0].value for row in load_workbook(file).worksheets[0].iter_rows(min_row=2)]
    assert values[:2] == ["坏字符", "𠮷野村" * 3]
    assert len(values[2]) == 32_767
    assert values[3:] == [None, True, 3]


def test_a_secret_column_stops_the_start():
    class Leaky(ScopedAdmin):
        access = {"view": None, "add": None, "change": None, "delete": None}
        exports = ("code", "secret_hash")

    with pytest.raises(TypeError, match="secret"):
        Leaky(Device, admin.site).export_urls()


def test_a_column_of_a_page_leaves_only_when_it_says_so():
    class Careless(ScopedAdmin):
        access = {"view": None, "add": None, "change": None, "delete": None}
        exports = ("told",)

        def told(self, obj):
            return obj.contact_phone

    with pytest.raises(TypeError, match="exported"):
        Careless(Enterprise, admin.site).export_urls()


def test_the_rows_come_first_in_columns_that_fit_and_a_header_that_filters(county_official, counter):
    counter.parcel()
    book = load_workbook(io.BytesIO(content(export(county_official.client, Parcel))))
    sheet = book.worksheets[0]
    assert book.active is sheet
    assert sheet.auto_filter.ref == sheet.dimensions
    for column in sheet.iter_cols():
        shown = column[1].value
        needs = 19 if isinstance(shown, dt.datetime) else len(str(shown or ""))
        assert sheet.column_dimensions[column[0].column_letter].width >= needs  # or Excel shows ####


def test_enterprises_and_plates_stand_in_the_export_of_certificates_and_people_do_not(county_official, world, courier):
    certify(world.carrier, county_official)
    certify(make_courier(courier, world), county_official)
    _cover, (header, *rows) = sheets(export(county_official.client, Certificate))
    names = {row[header.index("持证人")] for row in rows}
    assert world.carrier.name in names
    assert courier.user.name not in names
    assert f"{courier.user.name[0]}**" in names

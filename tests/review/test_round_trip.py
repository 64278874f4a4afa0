"""What a list exports, its import takes back: nothing to change as it left, and one changed cell is one update."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.utils import translation
from openpyxl import Workbook, load_workbook

from logistics.licensing.kinds import KINDS, kind_of
from logistics.licensing.services.registers.columns import columns_of
from logistics.licensing.services.registers.judging import digest, version_of
from logistics.registry.models import Courier, Enterprise, Station, Vehicle
from portal.audit.models import AuditEntry
from tests.licensing.conftest import courier_form, enterprise_form, id_number, station_form, vehicle_form
from tests.officials.conftest import page
from tests.review.test_register_files import only, said, send, write

pytestmark = pytest.mark.django_db
# What names a row, and a column to change: its field, the new cell, the stored value.
CHANGE = {
    "enterprise": ("code", "short_name", "顺达通", "顺达通"),
    "station": ("code", "capacity", "321", 321),
    "vehicle": ("plate", "load_kg", "1234", 1234),
    "courier": ("code", "division", "620825100202", "620825100202"),
}


@pytest.fixture
def registered(county_official, courier, world) -> dict:
    """One row of each kind, registered by a file; beside them what the world has, with gaps of all sorts."""
    rows = {
        "enterprise": enterprise_form(kind="快递企业"),
        "station": station_form(kind="村级站", services="取件、寄件", equipment="扫码枪"),
        "vehicle": vehicle_form(
            enterprise=world.carrier.code, cold_box="否", plate_kind="小型汽车（蓝牌）", type="面包车", ownership="自有"
        ),
        "courier": courier_form(
            person=courier.user.phone, kind="快递员", licence_class="C1", licence_until="2099-12-31"
        ),
    }
    for kind, row in rows.items():
        run = write(county_official, send(county_official, kind, row))
        assert only(run).result == "added", (kind, said(only(run)))
    return {
        "enterprise": Enterprise.objects.get(short_name="顺达"), "station": Station.objects.get(name="何马二站"),
        "vehicle": Vehicle.objects.get(), "courier": Courier.objects.get(),
    }  # fmt: skip


def exported(official, kind: str, query: str = "") -> io.BytesIO:
    answer = official.client.post(f"{page(kind_of(kind).party, 'export')}{query}", {"purpose": "核对名册"})
    return io.BytesIO(b"".join(answer.streaming_content))


def sheet_in(file: io.BytesIO):
    book = load_workbook(file)
    return book, book.worksheets[0]


def column_of(sheet, kind: str, name: str) -> int:
    """Position (from 1) of a field's column, by the template's heading."""
    label = next(str(column.label) for column in columns_of(kind_of(kind)) if column.name == name)
    return [cell.value for cell in sheet[1]].index(label) + 1


def saved(book: Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def cell_of(sheet, kind: str, row, name: str):
    """The cell of a registered row in the column of a field."""
    key, *_rest = CHANGE[kind]
    at = column_of(sheet, kind, key)
    line = next(n for n in range(2, sheet.max_row + 1) if sheet.cell(n, at).value == getattr(row, key))
    return sheet.cell(line, column_of(sheet, kind, name))


def as_wps(file: io.BytesIO) -> io.BytesIO:
    """As WPS leaves it after a save: other part of the styles, numbers as numbers, no dimension."""
    book, sheet = sheet_in(file)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, str) and re.fullmatch(r"[1-9]\d{0,11}", cell.value):
                cell.value = int(cell.value)
    plain = saved(book)
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb"<dimension[^>]*/>", b"", data)
            target.writestr(name, data)
    out.seek(0)
    return out


def stored_in(row, name: str):
    return getattr(row, "division_id" if name == "division" else name)


def results(run) -> set[str]:
    return set(run.rows.values_list("result", flat=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", [lambda file: file, as_wps], ids=["as it left", "saved by WPS"])
def test_an_export_sent_back_changes_nothing(county_official, registered, kind, how):
    run = send(county_official, kind, file=how(exported(county_official, kind)))
    assert (
        run.rows.count()
        == kind_of(kind).party.objects.filter(pk__in=kind_of(kind).reach(county_official.actor())).count()
    )
    assert results(run) == {"same"}, [said(row) for row in run.rows.all()]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", [lambda file: file, as_wps], ids=["as it left", "saved by WPS"])
def test_one_changed_cell_is_one_update(county_official, registered, kind, how):
    _key, name, typed, stored = CHANGE[kind]
    row = registered[kind]
    book, sheet = sheet_in(exported(county_official, kind))
    cell_of(sheet, kind, row, name).value = typed
    run = send(county_official, kind, file=how(saved(book)))
    assert [r.result for r in run.rows.exclude(result="same")] == ["changed"]
    before = AuditEntry.objects.filter(action=f"{kind}.changed").count()
    write(county_official, run)
    row.refresh_from_db()
    assert stored_in(row, name) == stored
    assert AuditEntry.objects.filter(action=f"{kind}.changed").count() == before + 1


@pytest.mark.parametrize("kind", KINDS)
def test_people_leave_masked_and_stay_as_they_are(county_official, registered, kind):
    row = registered[kind]
    hidden = {name: getattr(row, name, None) for name in ("name", "contact_name", "contact_phone", "id_number")}
    if kind != "courier":
        hidden.pop("name")
    file = exported(county_official, kind)
    text = str([[cell.value for cell in line] for line in sheet_in(file)[1].iter_rows()])
    assert not [value for value in hidden.values() if value and str(value) in text]
    _key, name, typed, _stored = CHANGE[kind]
    book, sheet = sheet_in(file)
    cell_of(sheet, kind, row, name).value = typed
    run = write(county_official, send(county_official, kind, file=saved(book)))
    changed = run.rows.get(result="updated")
    assert ("保持原样" in said(changed)) == any(c.field and c.field.personal for c in columns_of(kind_of(kind)))
    row.refresh_from_db()
    assert {key: getattr(row, key, None) for key in hidden} == hidden


@pytest.mark.parametrize("kind", KINDS)
def test_what_names_a_row_and_the_changed_column_is_enough(county_official, registered, kind):
    key, name, typed, stored = CHANGE[kind]
    row = registered[kind]
    labels = {column.name: str(column.label) for column in columns_of(kind_of(kind))}
    book = Workbook()
    book.active.append([labels[key], labels[name]])
    book.active.append([getattr(row, key), typed])
    run = write(county_official, send(county_official, kind, file=saved(book)))
    assert only(run).result == "updated", said(only(run))
    row.refresh_from_db()
    assert stored_in(row, name) == stored


def test_a_row_that_changed_since_the_export_is_told(county_official, registered):
    book, sheet = sheet_in(exported(county_official, "enterprise"))
    row = registered["enterprise"]
    Enterprise.objects.filter(pk=row.pk).update(hotline="95311")
    cell_of(sheet, "enterprise", row, "short_name").value = "顺达通"
    run = send(county_official, "enterprise", file=saved(book))
    refused = run.rows.get(result="refused")
    assert "导出以后，这一行在平台上改过" in said(refused)
    version = [cell.value for cell in sheet[1]].index("版本（勿改）") + 1
    line = cell_of(sheet, "enterprise", row, "short_name").row
    sheet.cell(line, version).value = None
    assert "95311" in said(send(county_official, "enterprise", file=saved(book)).rows.get(result="changed"))


def test_a_paper_that_has_run_out_holds_nothing_up(county_official, registered):
    Vehicle.objects.update(insurance_until="2020-01-31")
    assert results(send(county_official, "vehicle", file=exported(county_official, "vehicle"))) == {"same"}
    book, sheet = sheet_in(exported(county_official, "vehicle"))
    cell_of(sheet, "vehicle", registered["vehicle"], "insurance_until").value = "2020-02-28"
    assert "已经过期" in said(only(send(county_official, "vehicle", file=saved(book))))


def test_an_english_export_comes_back_too(county_official, registered):
    county_official.client.cookies["django_language"] = "en"
    with translation.override("zh-hans"):  # what a request made of it would stay
        for kind in KINDS:
            file = exported(county_official, kind)
            headings = [cell.value for cell in sheet_in(file)[1][1]]
            assert "代码" not in headings
            assert len({heading.lower() for heading in headings}) == len(headings), headings
            file.seek(0)
            assert results(send(county_official, kind, file=file)) == {"same"}, kind


def test_a_masked_cell_of_a_new_row_is_refused(county_official, courier):
    row = courier_form(person=courier.user.phone, kind="快递员", id_number="***")
    assert "遮盖过" in said(only(send(county_official, "courier", row)))


def test_the_version_of_a_row_says_nothing_about_its_secrets(county_official, registered):
    """Whoever has the file can't try identity numbers against it: the digest is keyed."""
    kind, row = kind_of("courier"), registered["courier"]
    version = version_of(kind, row)
    assert version not in digest(kind.values_of(row))
    assert len(version) == 12
    assert id_number() == row.id_number


def test_a_point_that_nobody_surveyed_stays_so_when_something_else_is_changed(county_official, registered):
    row = registered["station"]
    Station.objects.filter(pk=row.pk).update(illustrative=True)
    book, sheet = sheet_in(exported(county_official, "station"))
    cell_of(sheet, "station", row, "capacity").value = "321"
    run = write(county_official, send(county_official, "station", file=saved(book)))
    assert "updated" in results(run), [said(line) for line in run.rows.all()]
    before = (row.longitude, row.latitude)
    row.refresh_from_db()
    assert (row.capacity, row.illustrative, (row.longitude, row.latitude)) == (321, True, before)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_again_says_that_nothing_is_new(county_official, registered, kind):
    _key, name, typed, _stored = CHANGE[kind]
    book, sheet = sheet_in(exported(county_official, kind))
    cell_of(sheet, kind, registered[kind], name).value = typed
    write(county_official, send(county_official, kind, file=saved(book)))
    again = send(county_official, kind, file=saved(book))
    assert results(again) == {"same"}, [said(row) for row in again.rows.exclude(result="same")]

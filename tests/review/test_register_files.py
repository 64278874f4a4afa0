"""Registers as files: what a line would do, what it did, and what is refused with a reason."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import Workbook

from logistics.licensing.kinds import KINDS, kind_of
from logistics.licensing.models import RegisterImport, RegisterRow
from logistics.licensing.selectors_registers import ImportNotFound, counts_of, import_of
from logistics.licensing.services import registers
from logistics.licensing.services.registers import run as run_module
from logistics.licensing.services.registers.columns import columns_of, word_of
from logistics.licensing.services.registers.run import NotJudged
from logistics.parcels.services.imports.failures import TooManyImports
from logistics.registry.models import Courier, Enterprise, Station, Vehicle
from portal.audit.models import AuditEntry
from portal.core.errors import Forbidden
from portal.core.workbooks import FileProblem
from portal.regions.models import Division
from tests.licensing.conftest import (
    NOW,
    courier_form,
    credit_code,
    enterprise_form,
    id_number,
    station_form,
    vehicle_form,
)

pytestmark = pytest.mark.django_db


def workbook(header: list[str], *lines: list) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    sheet.append(header)
    for line in lines:
        sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def sheet_of(kind: str, *rows: dict) -> io.BytesIO:
    """A file whose headings are the template's; values by field name."""
    columns = columns_of(kind_of(kind))
    return workbook([str(c.label) for c in columns], *[[row.get(c.name, "") for c in columns] for row in rows])


def send(official, kind: str, *rows: dict, file: io.BytesIO | None = None) -> RegisterImport:
    run = registers.start_import(
        kind=kind,
        file=file or sheet_of(kind, *rows),
        name="登记簿.xlsx",
        why="首次建册",
        actor=official.actor(),
        now=NOW,
    )
    registers.judge_lines(id=str(run.pk), now=NOW)
    run.refresh_from_db()
    return run


def write(official, run: RegisterImport) -> RegisterImport:
    registers.confirm(run=run, actor=official.actor(), now=NOW)
    registers.write_lines(id=str(run.pk), now=NOW)
    run.refresh_from_db()
    return run


def only(run: RegisterImport) -> RegisterRow:
    return run.rows.get()


def said(row: RegisterRow) -> str:
    return " ".join(f"{column} {sentence}" for column, sentence in row.notes)


@pytest.fixture
def firm_form():
    return enterprise_form(kind="快递企业")  # in words, as people write it


# -- what a line would do, and does ---------------------------------------------------------------------------
def test_a_new_enterprise_is_judged_first_and_written_when_confirmed(county_official, firm_form):
    run = send(county_official, "enterprise", firm_form)
    assert (run.stage, only(run).result) == ("judged", "new")
    assert not Enterprise.objects.filter(credit_code=credit_code()).exists()
    write(county_official, run)
    assert (run.stage, only(run).result) == ("done", "added")
    made = Enterprise.objects.get(credit_code=credit_code())
    assert made.contact_phone == "+8613809330001"
    assert "登记簿.xlsx" in AuditEntry.objects.get(action="enterprise.added", object_id=str(made.pk)).why


def test_a_registered_enterprise_shows_old_and_new_and_nothing_of_persons(county_official, firm_form):
    write(county_official, send(county_official, "enterprise", firm_form))
    run = send(county_official, "enterprise", firm_form | {"short_name": "顺达通", "contact_name": "赵接班"})
    assert only(run).result == "changed"
    assert "简称 顺达 → 顺达通" in said(only(run))
    assert "赵接班" not in said(only(run))
    write(county_official, run)
    assert only(run).result == "updated"
    assert Enterprise.objects.get(credit_code=credit_code()).contact_name == "赵接班"


def test_the_same_file_again_changes_nothing(county_official, firm_form):
    write(county_official, send(county_official, "enterprise", firm_form))
    before = AuditEntry.objects.count()
    run = write(county_official, send(county_official, "enterprise", firm_form))
    assert only(run).result == "same"
    assert AuditEntry.objects.count() == before + 2  # uploaded, confirmed


def test_stations_vehicles_and_couriers_come_in_the_same_way(county_official, courier, world):
    rows = {
        "station": station_form(kind="村级站", services="取件、寄件", equipment="扫码枪"),
        "vehicle": vehicle_form(
            enterprise=world.carrier.code, cold_box="否", plate_kind="小型汽车（蓝牌）", type="面包车", ownership="自有"
        ),
        "courier": courier_form(person=courier.user.phone, kind="快递员"),
    }
    for kind, row in rows.items():
        run = write(county_official, send(county_official, kind, row))
        assert only(run).result == "added", (kind, said(only(run)))
    assert Station.objects.get(name="何马二站").services == ["pickup", "sending"]
    assert Vehicle.objects.get(plate="甘L12345").operator == world.carrier
    assert Courier.objects.get().user == courier.user


def test_a_station_is_changed_by_its_code(county_official, world):
    kind = kind_of("station")
    kept = kind.values_of(world.village)
    cells = {field.name: word_of(field, kept.get(field.name)) for field in kind.fields if field.name in kind.kept}
    run = write(
        county_official, send(county_official, "station", cells | {"code": world.village.code, "address": "新址"})
    )
    assert only(run).result == "updated", said(only(run))
    world.village.refresh_from_db()
    assert world.village.address == "新址"
    assert Station.objects.filter(name=world.village.name).count() == 1


def test_headings_may_be_english_and_above_them_a_title(county_official, firm_form):
    names = [c for c in columns_of(kind_of("enterprise")) if firm_form.get(c.name)]
    book = workbook(["企业名册"], [c.name for c in names], [firm_form[c.name] for c in names])
    assert only(send(county_official, "enterprise", file=book)).result == "new"


# -- what is refused, line by line -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"credit_code": "91620825MA0000001A"}, "统一社会信用代码"),
        ({"division": "620825999999"}, "经营所在地"),
        ({"kind": "魔法企业"}, "请从列出的选项中选择"),
        ({"contact_phone": "12345"}, "联系人手机"),
        ({"contact_name": "王*"}, "遮盖过"),
        ({"name": "=1+1"}, "公式"),
        ({"name": ""}, "请填写“企业名称”"),
        ({"code": "nobody"}, "没有这个代码"),
    ],
)
def test_a_wrong_line_says_what_and_where(county_official, firm_form, wrong, says):
    run = send(county_official, "enterprise", firm_form | wrong)
    assert only(run).result == "refused"
    assert says in said(only(run))
    write(county_official, run)
    assert not Enterprise.objects.filter(name=firm_form["name"]).exists()


def test_one_wrong_line_does_not_hold_up_the_others(county_official, firm_form):
    other = firm_form | {"credit_code": credit_code(2), "name": "庄浪县二号货运", "short_name": "二号"}
    run = write(county_official, send(county_official, "enterprise", firm_form | {"kind": "?"}, other))
    assert [row.result for row in run.rows.all()] == ["refused", "added"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"person": "13809339999"}, "还没有登录过平台"),
        ({"person": ""}, "本人登录平台"),
        ({"id_number": "62082519900307001"}, "身份证号"),
        ({"enterprise": "nowhere"}, "没有这个企业"),
    ],
)
def test_a_courier_is_a_person_with_an_account(county_official, courier, row, says):
    form = courier_form(person=courier.user.phone, kind="快递员") | row
    assert says in said(only(send(county_official, "courier", form)))


def test_the_notes_keep_no_identity_number(county_official, courier):
    run = send(county_official, "courier", courier_form(person=courier.user.phone, kind="快递员"))
    kept = str(list(RegisterRow.objects.filter(run=run).values("name", "notes")))
    assert id_number() not in kept
    assert "赵快送" not in kept
    write(county_official, run)
    assert only(run).values == ""


# -- the file as a whole ------------------------------------------------------------------------------------------
def bomb() -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
    file.seek(0)
    return file


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (lambda: io.BytesIO(b"MZ not a workbook"), "bad_workbook"),
        (bomb, "unpacks_too_large"),
        (lambda: workbook(["企业名称"], ["某某"]), "columns_missing"),
        (lambda: sheet_of("enterprise"), "no_rows"),
        (lambda: workbook([str(c.label) for c in columns_of(kind_of("enterprise"))] + ["简称"], ["x"]), "column_twice"),
    ],
    ids=["no workbook", "zip bomb", "columns missing", "no lines", "column twice"],
)
def test_a_file_that_is_none_of_ours_leaves_nothing(county_official, file, code):
    with pytest.raises(FileProblem) as refused:
        send(county_official, "enterprise", file=file())
    assert refused.value.code == code
    assert not RegisterImport.objects.exists()


# -- who, and what happens meanwhile -----------------------------------------------------------------------------
def test_only_who_keeps_the_register_sends_files(township_official, enterprise_admin, firm_form):
    for persona in (township_official, enterprise_admin):
        with pytest.raises(Forbidden):
            send(persona, "enterprise", firm_form)


def test_the_neighbour_county_sees_neither_the_import_nor_the_row(county_official, neighbour_official, firm_form):
    run = write(county_official, send(county_official, "enterprise", firm_form))
    with pytest.raises(ImportNotFound):
        import_of(actor=neighbour_official.actor(), id=run.pk)
    theirs = send(neighbour_official, "enterprise", firm_form | {"short_name": "夺来"})
    assert "不在您的管辖范围内" in said(only(theirs))


def test_a_row_that_changed_meanwhile_is_left_alone(county_official, firm_form):
    write(county_official, send(county_official, "enterprise", firm_form))
    run = send(county_official, "enterprise", firm_form | {"short_name": "甲"})
    Enterprise.objects.filter(credit_code=credit_code()).update(hotline="95311")
    write(county_official, run)
    assert only(run).result == "moved"
    assert Enterprise.objects.get(credit_code=credit_code()).short_name == firm_form["short_name"]


def test_a_right_withdrawn_after_the_confirmation_stops_the_writing(county_official, firm_form):
    run = send(county_official, "enterprise", firm_form)
    registers.confirm(run=run, actor=county_official.actor(), now=NOW)
    county_official.user.division_grants.all().delete()
    registers.write_lines(id=str(run.pk), now=NOW)
    assert not Enterprise.objects.filter(credit_code=credit_code()).exists()


def test_an_import_is_confirmed_once(county_official, firm_form):
    run = write(county_official, send(county_official, "enterprise", firm_form))
    with pytest.raises(NotJudged):
        registers.confirm(run=run, actor=county_official.actor(), now=NOW)


def test_a_killed_worker_s_import_goes_on(county_official, firm_form):
    run = registers.start_import(
        kind="enterprise", file=sheet_of("enterprise", firm_form), name="a.xlsx", why="建册",
        actor=county_official.actor(), now=NOW,
    )  # fmt: skip
    assert registers.resume(now=NOW) == 0  # somebody may be at it
    assert registers.resume(now=NOW + dt.timedelta(minutes=4)) == 1
    run.refresh_from_db()
    assert run.stage == "judged"


# -- cells no database keeps, and whatever breaks ----------------------------------------------------------------
SPOILT = ["a_xD800_b", "a_x0000_b"]  # as a workbook writes signs that XML can't hold


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_cell_costs_its_line_and_a_spoilt_heading_nothing(county_official, firm_form, spoilt):
    run = send(county_official, "enterprise", firm_form, firm_form | {"short_name": spoilt})
    assert (run.stage, counts_of(run)) == ("judged", {"new": 1, "refused": 1})
    columns = columns_of(kind_of("enterprise"))
    file = workbook([*[str(c.label) for c in columns], spoilt], [firm_form.get(c.name, "") for c in columns])
    assert counts_of(send(county_official, "enterprise", file=file)) == {"new": 1}


@pytest.mark.parametrize("broken", ["_take_table", "judge", "_write_line"])
def test_whatever_is_raised_ends_the_import_and_stops_no_other(county_official, firm_form, monkeypatch, broken):
    """Reading, judging and writing: each in the worker, each with another import behind it."""
    real, poison = getattr(run_module, broken), {"on": True}

    def fault(*args, **more):
        if poison.pop("on", False):
            raise RuntimeError("a fault of ours")
        return real(*args, **more)

    monkeypatch.setattr(run_module, "READING_SECONDS", 0 if broken == "_take_table" else None)
    runs = [
        registers.start_import(
            kind="enterprise", file=sheet_of("enterprise", firm_form), name="a.xlsx", why="建册",
            actor=county_official.actor(), now=NOW + dt.timedelta(seconds=number),
        )
        for number in range(2)
    ]  # fmt: skip
    if broken == "_write_line":
        registers.resume(now=NOW + dt.timedelta(minutes=4))
        for run in runs:
            registers.confirm(run=run, actor=county_official.actor(), now=NOW)
    monkeypatch.setattr(run_module, broken, fault)
    registers.resume(now=NOW + dt.timedelta(minutes=9))
    for run in runs:
        run.refresh_from_db()
    assert {run.stage for run in runs} == {"failed", "done" if broken == "_write_line" else "judged"}
    ended = next(run for run in runs if run.stage == "failed")
    assert ended.error_code == "broken_off"
    assert set(ended.rows.values_list("values", flat=True)) <= {""}
    registers.start_import(  # whoever sent it is not shut out
        kind="enterprise", file=sheet_of("enterprise", firm_form), name="a.xlsx", why="建册",
        actor=county_official.actor(), now=NOW,
    )  # fmt: skip
    page = county_official.client.get(reverse("admin:licensing_registerimport_change", args=[ended.pk]))
    assert "重新上传同一文件" in page.content.decode()


def test_counting_the_results_takes_one_query(county_official, firm_form, django_assert_num_queries):
    run = send(county_official, "enterprise", firm_form, firm_form | {"kind": "?"})
    with django_assert_num_queries(1):
        assert counts_of(run) == {"new": 1, "refused": 1}


@pytest.mark.parametrize("code", list(KINDS))
def test_every_kind_keeps_only_fields_of_its_form(code):
    kind = kind_of(code)
    assert set(kind.kept) <= {field.name for field in kind.fields}


# -- what the file held, and files too long to be read while somebody waits ----------------------------------------


def with_code(station_codes: int):
    """A file of lines that name no registered row, between a title and a total."""
    headings = [str(column.label) for column in columns_of(kind_of("enterprise"))]
    needed = [str(column.label) for column in columns_of(kind_of("enterprise")) if column.needed]
    lines = [[f"x{n}" if heading == headings[0] else "x" for heading in headings] for n in range(station_codes)]
    assert needed
    return workbook(["庄浪县企业登记簿"], headings, *lines[:1], [], *lines[1:], ["合计"])


def test_the_lines_of_a_register_add_up(county_official):
    run = send(county_official, "enterprise", file=with_code(3))
    assert (run.held, run.titles, run.empty, run.footers, run.lines) == (7, 2, 1, 1, 3)
    assert run.rows.count() == 3
    page = county_official.client.get(reverse("admin:licensing_registerimport_change", args=[run.pk])).content.decode()
    assert "文件共有行数</dt><dd>7" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        RegisterImport.objects.update(held=8)


def test_a_long_register_is_read_by_the_worker(county_official, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(run_module, "AT_ONCE", 2)
    actor = county_official.actor()
    run = registers.start_import(
        kind="enterprise", file=with_code(3), name="长.xlsx", why="首次建册", actor=actor, now=NOW
    )  # fmt: skip
    assert (run.stage, run.rows.count()) == ("reading", 0)
    assert (tmp_path / "registers" / str(run.pk)).exists()
    assert registers.sweep(now=NOW + dt.timedelta(days=3650)) == 0
    registers.judge_lines(id=str(run.pk), now=NOW)
    run.refresh_from_db()
    assert (run.stage, run.held, run.lines, run.rows.count()) == ("judged", 7, 3, 3)


def test_a_register_that_cannot_be_read_says_why(county_official, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(run_module, "AT_ONCE", 2)
    run = registers.start_import(
        kind="enterprise", file=with_code(5), name="长.xlsx", why="首次建册", actor=county_official.actor(), now=NOW
    )  # fmt: skip
    monkeypatch.setattr(run_module, "MOST_ROWS", 4)
    registers.judge_lines(id=str(run.pk), now=NOW)
    run.refresh_from_db()
    assert (run.stage, run.error_code) == ("failed", "too_many_rows")
    page = county_official.client.get(reverse("admin:licensing_registerimport_change", args=[run.pk])).content.decode()
    assert "超过 4 行" in page


def test_a_few_registers_of_an_official_at_a_time(county_official, settings):
    settings.MOST_RUNNING_IMPORTS = 1
    start = {"kind": "enterprise", "name": "x.xlsx", "why": "首次建册", "actor": county_official.actor(), "now": NOW}
    registers.start_import(file=with_code(1), **start)
    with pytest.raises(TooManyImports):
        registers.start_import(file=with_code(1), **start)


# -- lines against each other, places by name -----------------------------------------------------------------------
def test_two_lines_about_the_same_are_told_before_anything_is_written(county_official, firm_form):
    run = send(county_official, "enterprise", firm_form, firm_form | {"name": "同一家换了名字"})
    assert [row.result for row in run.rows.order_by("line")] == ["new", "refused"]
    first, second = run.rows.order_by("line")
    assert f"与第 {first.line} 行说的是同一个" in said(second)
    write(county_official, run)
    assert [row.result for row in run.rows.order_by("line")] == ["added", "refused"]  # as the dry run said
    assert Enterprise.objects.filter(credit_code=firm_form["credit_code"]).count() == 1


@pytest.mark.parametrize("name", ["水洛镇", "水洛", "庄浪县水洛镇", "甘肃省平凉市庄浪县水洛镇"])
def test_a_place_is_taken_by_the_name_that_an_export_writes(county_official, firm_form, world, name):
    run = send(county_official, "enterprise", firm_form | {"division": name})
    assert only(run).result == "new", said(only(run))
    write(county_official, run)
    assert Enterprise.objects.get(credit_code=firm_form["credit_code"]).division == world.township


def test_a_place_that_could_be_several_is_asked_about(county_official, firm_form, world):
    Division.objects.create(
        code="620825101299", prefix="620825101299", level=12, kind=world.far_village.division.kind,
        name=world.village.division.name, short_name=world.village.division.short_name, parent=world.other_township,
    )  # fmt: skip
    row = only(send(county_official, "enterprise", firm_form | {"division": world.village.division.short_name}))
    assert row.result == "refused"
    for word in ("2 个地方叫这个名字", "水洛镇", "620825101299"):
        assert word in said(row)


@pytest.mark.parametrize("name", ["没有这个镇", "洛镇", "南湖镇何马村委会"])
def test_a_place_nobody_loaded_or_wrote_out_is_refused_with_what_to_write(county_official, firm_form, name):
    row = only(send(county_official, "enterprise", firm_form | {"division": name}))
    assert row.result == "refused"
    assert "没有载入叫" in said(row)

"""Files of carriers through page and API: dry run, import, results, and who sees them."""

import datetime as dt
import io

import openpyxl
import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from logistics.parcels.models import Event, ImportBatch, ImportRow, Parcel, ParcelContact
from logistics.parcels.services.imports import storage
from logistics.parcels.services.imports.run import process_import, resume_imports
from members.access.states import Role
from tests.personas import hold
from tests.waysin.files import EVENT_HEADINGS, PARCEL_HEADINGS, csv_bytes, saved, workbook, xlsx_bytes, zip_bomb

API = "/api/v1/imports/"
PAGE = "/work/imports/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, content, kind="parcels", name="五月.csv", **more):
    return client.post(API, {"file": SimpleUploadedFile(name, content), "kind": kind, **more})


def parcels(count, start=1):
    return [[f"7730000{i:05}", "620825100208", "王小明", "13893300001"] for i in range(start, start + count)]


def clock(ago=60):
    return (timezone.localtime() - dt.timedelta(minutes=ago)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_parcels_by_csv_in_any_encoding(carrier_system, encoding):
    response = upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS, *parcels(3)], encoding))
    assert response.status_code == 201, response.content
    answer = response.json()
    assert (answer["state"], answer["accepted"], answer["duplicates"], answer["refused"]) == ("done", 3, 0, 0)
    assert answer["file_name"] == "五月.csv"
    assert Parcel.objects.count() == 3
    assert ParcelContact.objects.filter(name="王小明", phone="+8613893300001").count() == 3


def test_the_same_file_again_is_all_duplicates(carrier_system):
    content = xlsx_bytes([PARCEL_HEADINGS, *parcels(3)])
    upload(carrier_system.client, content)
    again = upload(carrier_system.client, content).json()
    assert (again["accepted"], again["duplicates"], Parcel.objects.count()) == (0, 3, 3)


def test_a_dry_run_checks_everything_and_writes_nothing(carrier_system):
    rows = [
        *parcels(2),
        ["773000000001", "620825100208", "x", "13893300001"],
        ["", "620825100208", "", ""],
        *parcels(1),
    ]
    answer = upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS, *rows]), dry_run="true").json()
    assert (answer["state"], answer["accepted"], answer["duplicates"], answer["refused"]) == ("checked", 2, 2, 1)
    assert Parcel.objects.count() == 0


def test_events_by_xlsx_with_excel_dates_numbers_as_floats_and_bad_rows(carrier_system, parcel):
    book = workbook([EVENT_HEADINGS])
    sheet = book.active
    sheet.append(
        [
            773000000001,
            "揽收",
            timezone.localtime().replace(tzinfo=None) - dt.timedelta(hours=5),
            None,
            "业务员张三(13812345678)已揽收",
        ]
    )
    sheet.append(["773000000001", "到达县级中心", clock(120), "庄浪县寄递物流中心", None])
    sheet.append(["7.31E+14", "揽收", clock(), None, None])
    sheet.append(["=A1", "揽收", clock(), None, None])
    sheet.append(["773000000001", "飞天", clock(), None, None])
    sheet.append(["773000000001", "揽收", "2026-05-01", None, None])
    sheet.append(["773000000001", "揽收", clock(), "没有这个站", None])
    answer = upload(carrier_system.client, saved(book), "events", "轨迹.xlsx").json()
    assert (answer["accepted"], answer["refused"], answer["asked"]) == (2, 3, 2), list(
        ImportRow.objects.values("line", "code", "message")
    )
    codes = dict(ImportRow.objects.filter(code__gt="").values_list("line", "code"))
    assert codes == {
        4: "number_scientific",
        5: "formula",
        6: "question",
        7: "time_without_clock",
        8: "question",
    }
    assert Parcel.objects.get(pk=parcel.pk).stage == "AT_COUNTY"
    assert "13812345678" not in " ".join(Event.objects.values_list("text", flat=True))
    again = upload(carrier_system.client, saved(book), "events", "轨迹.xlsx").json()
    assert (again["accepted"], again["duplicates"], Event.objects.count()) == (0, 2, 2)


def test_codes_of_another_county_and_foreign_parcels_are_refused_alone(carrier_system, world, make_parcels):
    make_parcels("YT0000000001", carrier=world.other_carrier)
    rows = [["YT0000000001", "揽收", clock()]]
    answer = upload(carrier_system.client, csv_bytes([EVENT_HEADINGS[:3], *rows]), "events").json()
    assert answer["refused"] == 1
    assert ImportRow.objects.get().code == "out_of_scope"
    rows = [
        ["773000000001", "999999999999", "", ""],
        ["773000000002", "62082510020", "", ""],
        ["<script>", "620825100208", "", ""],
    ]
    answer = upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS, *rows])).json()
    assert answer["refused"] == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04xx", "bad_workbook"),
        (b"a,b\n1,2\n", "no_header"),
        (b"\x00\x01\x02", "unknown_encoding"),
    ],
)
def test_unreadable_files_keep_nothing_and_say_what_to_do(carrier_system, content, code):
    response = upload(carrier_system.client, content)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["hint"]
    assert error["code"] == code or content == b""
    assert ImportBatch.objects.count() == 0


def test_a_zip_bomb_is_refused(carrier_system):
    response = upload(carrier_system.client, zip_bomb(), name="五月.xlsx")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "unpacks_too_large")


def test_merged_cells_cost_the_lines_they_touch(carrier_system):
    book = workbook([PARCEL_HEADINGS, *parcels(4)])
    book.active.merge_cells("B2:B4")
    answer = upload(carrier_system.client, saved(book)).json()
    assert (answer["accepted"], answer["refused"]) == (1, 3)
    line = ImportRow.objects.get(line=2)
    assert line.code == "merged_cells"
    assert "B2:B4" in line.message


def test_a_file_of_more_than_50_mb_is_answered_413_on_page_and_api(carrier_system, enterprise_admin):
    content = b"x" * (django_settings.MAX_IMPORT_BYTES + 100_000)
    response = upload(carrier_system.client, content)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "file_too_large")
    page = enterprise_admin.client.post(PAGE, {"file": SimpleUploadedFile("x.csv", content), "kind": "parcels"})
    assert page.status_code == 413
    assert "50 MB" in page.content.decode()


class Tripwire(io.BytesIO):
    """A body nobody may read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = readlines = read


def test_a_declared_length_beyond_the_limit_is_refused_before_reading(carrier_system, enterprise_admin):
    for client, path in ((carrier_system.client, API), (enterprise_admin.client, PAGE)):
        response = client.generic(
            "POST",
            path,
            b"",
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(60 * 1024 * 1024),
            **{"wsgi.input": Tripwire()},
        )
        assert response.status_code == 413


def test_the_limit_counts_what_arrives(carrier_system, enterprise_admin, settings):
    settings.MAX_IMPORT_BYTES = 1000
    content = b"x" * 20_000
    assert upload(carrier_system.client, content).status_code == 413
    assert (
        enterprise_admin.client.post(
            PAGE, {"file": SimpleUploadedFile("x.csv", content), "kind": "parcels"}
        ).status_code
        == 413
    )


def test_an_upload_without_file_or_kind(carrier_system):
    assert carrier_system.client.post(API, {"kind": "parcels"}).json()["error"]["code"] == "file_missing"
    assert upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS]), "cats").json()["error"]["code"] == "bad_kind"


def test_a_file_name_is_only_a_name(carrier_system):
    name = upload(
        carrier_system.client, csv_bytes([PARCEL_HEADINGS, *parcels(1)]), name="../../etc/<script>\n.csv"
    ).json()["file_name"]
    assert "/" not in name
    assert "\n" not in name


# -- larger files: the worker ---------------------------------------------------------------------------------


@pytest.fixture
def large(carrier_system, django_capture_on_commit_callbacks):
    """A file of 2,500 lines, sent and not yet worked on."""
    rows = [*parcels(2499), ["", "", "", ""], ["short", "620825100208", "", ""]]
    response = upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS, *rows]))
    assert response.status_code == 202
    return response.json()["id"]


@pytest.mark.slow
def test_a_large_file_is_left_to_the_worker(large, carrier_system):
    assert carrier_system.client.get(f"{API}{large}/").json()["state"] == "running"
    assert Parcel.objects.count() == 0
    process_import(batch_id=large, now=timezone.now())
    answer = carrier_system.client.get(f"{API}{large}/").json()
    assert (answer["state"], answer["accepted"], answer["refused"]) == ("done", 2499, 1)
    process_import(batch_id=large, now=timezone.now())
    assert ImportRow.objects.count() == 2500


@pytest.mark.slow
def test_a_killed_worker_leaves_whole_pieces_and_the_next_goes_on_behind_them(large, carrier_system, monkeypatch):
    from logistics.parcels.services.imports import work

    real, calls = work.take, []

    def die_in_the_second_piece(**kwargs):
        calls.append(len(kwargs["rows"]))
        if len(calls) == 2:
            raise SystemExit
        return real(**kwargs)

    monkeypatch.setattr(work, "take", die_in_the_second_piece)
    monkeypatch.setattr(work, "PIECE", 1000)
    with pytest.raises(SystemExit):
        process_import(batch_id=large, now=timezone.now())
    assert ImportRow.objects.count() == Parcel.objects.count() == 1000
    assert carrier_system.client.get(f"{API}{large}/").json()["lines_done"] == 1000
    assert resume_imports(now=timezone.now()) == 0  # too soon: somebody may be at it
    assert resume_imports(now=timezone.now() + dt.timedelta(minutes=5)) == 1
    assert calls[:3] == [1000, 1000, 1000]
    answer = carrier_system.client.get(f"{API}{large}/").json()
    assert (answer["state"], answer["accepted"], answer["duplicates"]) == ("done", 2499, 0)


@pytest.mark.slow
def test_a_sender_who_lost_the_right_meanwhile_gets_nothing_in(large, carrier_system):
    carrier_system.device.__class__.objects.update(revoked_at=timezone.now())
    process_import(batch_id=large, now=timezone.now())
    batch = ImportBatch.objects.get()
    assert batch.state == "failed"
    assert batch.error
    assert Parcel.objects.count() == 0


def test_files_are_deleted_after_their_day(carrier_system, settings):
    upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS, *parcels(1)]), dry_run="1")
    folder = settings.MEDIA_ROOT / "imports"
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert storage.purge(now=timezone.now()) == 0
    assert storage.purge(now=timezone.now() + dt.timedelta(hours=25)) == 1
    assert list(folder.iterdir()) == []


# -- results ------------------------------------------------------------------------------------------------


def test_the_result_file_can_be_mended_and_sent_again_and_computes_nothing(carrier_system):
    evil = ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)"]
    rows = [["bad", "620825100208", name, "13893300001"] for name in evil]
    batch = upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS, *parcels(1), *rows])).json()["id"]
    text = carrier_system.client.get(f"{API}{batch}/result.csv").content.decode("utf-8-sig")
    assert "已接收" in text
    assert not [
        line
        for line in text.splitlines()
        for cell in line.split(",")
        if cell.strip('"').startswith(("=", "+", "@", "-"))
    ]
    book = openpyxl.load_workbook(io.BytesIO(carrier_system.client.get(f"{API}{batch}/result.xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert {c.value for c in book.active[1]} >= set(PARCEL_HEADINGS)
    assert "'+1+1" in [cell.value for cell in cells]


def test_another_carrier_and_an_official_see_no_lines(
    carrier_system, enterprise_admin, county_official, neighbour_official, keeper, villager, world
):
    batch = upload(
        carrier_system.client, csv_bytes([PARCEL_HEADINGS, *parcels(1), ["bad", "1", "王小明", "13893300001"]])
    ).json()["id"]
    page, result = f"{PAGE}{batch}/", f"{PAGE}{batch}/result.csv"
    assert "bad" in enterprise_admin.client.get(page).content.decode()
    assert enterprise_admin.client.get(result).status_code == 200
    seen = county_official.client.get(page)
    assert seen.status_code == 200
    assert "773000000001" not in seen.content.decode()
    assert county_official.client.get(result).status_code == 404
    for stranger in (neighbour_official,):
        assert stranger.client.get(page).status_code == 404
        assert stranger.client.get(f"{API}{batch}/").status_code == 404
    for nobody in (keeper, villager):
        assert nobody.client.get(page).status_code == 403
    rival = villager.user
    hold(rival, Role.ENTERPRISE_ADMIN, world.other_carrier)
    assert villager.new_client().get(page).status_code == 404
    assert villager.new_client().get(result).status_code == 404


def test_who_may_send_files_for_whom(carrier_system, enterprise_admin, county_official, keeper, anonymous, world):
    content = csv_bytes([PARCEL_HEADINGS, *parcels(1)])
    assert upload(keeper.client, content).status_code == 403
    assert upload(anonymous.client, content).status_code == 401
    assert upload(enterprise_admin.client, content, enterprise="yto").status_code == 404
    assert upload(county_official.client, content).json()["error"]["code"] == "enterprise_needed"
    assert upload(county_official.client, content, enterprise="zto").status_code == 201


def test_an_official_brings_in_the_tracks_of_a_carrier_within_the_own_county(county_official, make_parcels, world):
    make_parcels("773000000001", "773000000002")
    Parcel.objects.filter(carrier_number="773000000002").update(area=world.neighbour_village_division.code)
    rows = [
        ["773000000001", "揽收", clock(300), "", ""],
        ["773000000001", "到达县级中心", clock(120), "庄浪县寄递物流中心", ""],
        ["773000000002", "揽收", clock(300), "", ""],
    ]
    answer = upload(county_official.client, csv_bytes([EVENT_HEADINGS, *rows]), "events", enterprise="zto").json()
    assert (answer["accepted"], answer["refused"]) == (2, 1)
    assert ImportRow.objects.get(result="refused").code == "out_of_scope"  # the parcel of the county next door
    assert Parcel.objects.get(carrier_number="773000000001").stage == "AT_COUNTY"


# -- pages ----------------------------------------------------------------------------------------------------


def test_the_journey_on_the_page_dry_run_then_for_real(enterprise_admin):
    client = enterprise_admin.client
    assert "还没有导入过文件" in client.get(PAGE).content.decode()
    file = SimpleUploadedFile("五月.csv", csv_bytes([PARCEL_HEADINGS, *parcels(2), ["bad", "620825100208", "", ""]]))
    checked = client.post(PAGE, {"file": file, "kind": "parcels", "dry_run": "on"}, follow=True)
    text = checked.content.decode()
    assert "还没有写入任何数据" in text
    assert "正式导入" in text
    assert Parcel.objects.count() == 0
    batch = ImportBatch.objects.get()
    done = client.post(f"{PAGE}{batch.pk}/run/", follow=True)
    assert Parcel.objects.count() == 2
    assert "下载结果" in done.content.decode()
    assert client.post(f"{PAGE}{ImportBatch.objects.latest('created_at').pk}/run/").status_code == 409
    assert "五月.csv" in client.get(PAGE).content.decode()


def test_the_page_says_what_is_wrong_with_a_file(enterprise_admin):
    file = SimpleUploadedFile("x.csv", b"773000000001,620825100208\n")
    response = enterprise_admin.client.post(PAGE, {"file": file, "kind": "parcels"})
    assert response.status_code == 400
    assert "快递单号" in response.content.decode()


def test_the_page_keeps_its_cross_site_protection(enterprise_admin):
    client = enterprise_admin.new_client()
    client.handler.enforce_csrf_checks = True
    file = SimpleUploadedFile("x.csv", csv_bytes([PARCEL_HEADINGS, *parcels(1)]))
    assert client.post(PAGE, {"file": file, "kind": "parcels"}).status_code == 403
    assert Parcel.objects.count() == 0


def test_a_running_import_refreshes_itself_without_script(enterprise_admin, carrier_system):
    upload(carrier_system.client, csv_bytes([PARCEL_HEADINGS, *parcels(1)]))
    ImportBatch.objects.update(state="running", finished_at=None)
    text = enterprise_admin.client.get(f"{PAGE}{ImportBatch.objects.get().pk}/").content.decode()
    assert 'http-equiv="refresh"' in text


@pytest.mark.parametrize("kind", ["parcels", "events"])
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_a_template_can_be_sent_back_as_it_is(enterprise_admin, carrier_system, kind, extension):
    template = enterprise_admin.client.get(f"{PAGE}template/{kind}.{extension}")
    assert template.status_code == 200
    answer = upload(carrier_system.client, template.content, kind, f"t.{extension}").json()
    assert "error" not in answer or isinstance(answer["error"], str), answer
    if kind == "parcels":
        assert answer["accepted"] == 1, list(ImportRow.objects.values("code", "message"))


def test_the_example_of_a_carriers_template_is_its_own(enterprise_admin, world):
    rows = enterprise_admin.client.get(f"{PAGE}template/parcels.csv").content.decode("utf-8-sig").splitlines()
    example = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    assert example["承运企业"] == world.carrier.short_name


def test_unknown_templates_and_results(enterprise_admin):
    for path in ("template/cats.csv", "template/parcels.exe", "00000000-0000-0000-0000-000000000000/"):
        assert enterprise_admin.client.get(PAGE + path).status_code == 404


def test_the_way_to_the_imports_is_shown_to_those_who_may_go_there(enterprise_admin, keeper):
    assert PAGE in enterprise_admin.client.get("/work/parcels/").content.decode()
    assert PAGE not in keeper.client.get("/work/parcels/").content.decode()

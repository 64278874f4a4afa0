"""Accepted with warnings: a side matter is told and keeps no parcel out, whichever way it came in."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from logistics.parcels.models import ImportBatch, ImportRow, Parcel, ParcelContact
from logistics.parcels.states import RowResult
from tests.waysin.files import PARCEL_HEADINGS, csv_bytes

PARCELS, IMPORTS = "/api/v1/parcels/", "/api/v1/imports/"
UNREADABLE = "号码在快递上"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def row(number, phone):
    return [number, "620825100208", "王小明", phone]


def upload(client, *rows, **more):
    file = SimpleUploadedFile("a.csv", csv_bytes([PARCEL_HEADINGS, *rows]))
    return client.post(IMPORTS, {"file": file, "kind": "parcels", **more}).json()


def announce(client, **fields):
    body = {"parcels": [{"carrier": "zto", "carrier_number": "773000000001", "destination": "620825100208"} | fields]}
    return client.post(PARCELS, body, content_type="application/json").json()


def test_the_api_registers_the_parcel_and_says_what_it_could_not_use(carrier_system):
    answer = announce(carrier_system.client, recipient_name="王小明", recipient_phone=UNREADABLE, sender_phone="??")
    assert answer["accepted"] == 1
    (told,) = answer["rows"]
    assert [(w["code"], w["field"]) for w in told["warnings"]] == [
        ("phone_unreadable", "recipient_phone"),
        ("phone_unreadable", "sender_phone"),
    ]
    assert all(w["message"] and UNREADABLE not in w["message"] for w in told["warnings"])
    assert ParcelContact.objects.get(role="recipient").phone == ""
    assert Parcel.objects.get().waybill == told["waybill"]


def test_a_row_without_warnings_has_none(carrier_system):
    (told,) = announce(carrier_system.client, recipient_phone="13893300001")["rows"]
    assert "warnings" not in told


def test_events_answer_with_warnings_too(carrier_system, parcel):
    answer = carrier_system.client.post(
        "/api/v1/events/",
        {"events": [{"number": "773000000001", "code": "LINEHAUL", "at": "2026-01-01"}]},
        content_type="application/json",
    ).json()
    assert answer["warnings"] == []


@pytest.mark.parametrize("dry_run", ["true", ""])
def test_a_file_counts_keeps_and_shows_them(carrier_system, dry_run):
    answer = upload(
        carrier_system.client, row("773000000001", UNREADABLE), row("773000000002", "13893300001"), dry_run=dry_run
    )
    assert (answer["accepted"], answer["refused"], answer["warned"]) == (2, 0, 1)
    kept = ImportRow.objects.get(batch_id=answer["id"], number="773000000001")
    assert kept.result == RowResult.ACCEPTED
    assert [w["code"] for w in kept.warnings] == ["phone_unreadable"]
    assert UNREADABLE not in str(kept.warnings)


def test_the_page_begins_with_the_lines_that_have_warnings(enterprise_admin):
    answer = upload(enterprise_admin.client, row("773000000001", UNREADABLE), row("773000000002", "13893300001"))
    page = enterprise_admin.client.get(f"/work/imports/{answer['id']}/").content.decode()
    assert "773000000001" in page
    assert "773000000002" not in page
    assert "电话号码无法识别" in page


def test_the_result_as_a_file_says_them(carrier_system):
    answer = upload(carrier_system.client, row("773000000001", UNREADABLE), row("773000000002", "13893300001"))
    path = f"{IMPORTS}{answer['id']}/result"
    table = list(csv.reader(io.StringIO(carrier_system.client.get(f"{path}.csv").content.decode("utf-8-sig"))))
    place = table[0].index("提醒")
    assert "电话号码无法识别" in table[1][place]
    assert table[2][place] == ""
    sheet = openpyxl.load_workbook(io.BytesIO(carrier_system.client.get(f"{path}.xlsx").content)).active
    assert "电话号码无法识别" in sheet.cell(2, place + 1).value


def test_a_refused_line_carries_no_warnings(carrier_system):
    upload(carrier_system.client, row("773000000001", "13893300001"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRow.objects.create(
            batch=ImportBatch.objects.get(), line=9, result=RowResult.REFUSED, warnings=[{"code": "x"}]
        )


def test_a_parcel_sent_again_tells_what_it_says_otherwise(carrier_system, post):
    """In the same file, in a later one, in a dry run of several pieces, and through the API; nothing is changed."""
    headings = ["快递单号", "目的站点", "收件人手机", "收件人姓名"]
    rows = [
        ["78010000000001", "zl-hema", "13893300001", "王小明"],
        ["78010000000001", "zl-hema", "13893300002", "王小明"],
        ["78010000000001", "zl-hema", "13893300001", "王小明"],
        ["78010000000001", "zl-shuiluo", "", "王大明"],
    ]
    fields = [["recipient_phone"], [], ["destination"]]
    for dry_run in ("1", ""):
        content = csv_bytes([headings, *rows])
        sent = {"file": SimpleUploadedFile("a.csv", content), "kind": "parcels", "dry_run": dry_run}
        answer = carrier_system.client.post(IMPORTS, sent).json()
        assert (answer["accepted"], answer["duplicates"], answer["warned"]) == (1, 3, 2)
        kept = ImportRow.objects.filter(batch=answer["id"], result="duplicate").order_by("line")
        assert [[w["field"] for w in row.warnings] for row in kept] == fields
    assert ParcelContact.objects.get().phone == "+8613893300001"
    again = {"carrier": "zto", "carrier_number": "78010000000001", "destination_station": "zl-hema",
             "recipient_phone": "13893300003", "recipient_name": "王小明"}  # fmt: skip
    (row,) = post(carrier_system.client, "/api/v1/parcels/", {"parcels": [again]}).json()["rows"]
    assert (row["result"], [w["code"] for w in row["warnings"]]) == ("duplicate", ["repeat_differs"])
    assert "13893300003" not in str(row)

"""Cells that no database keeps cost their line; whatever breaks in the work ends the batch in a state that is told."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from logistics.parcels.models import ImportBatch, ImportRow, Parcel, ParcelContact
from logistics.parcels.services.imports import run, work
from logistics.parcels.services.imports.run import resume_imports
from logistics.parcels.states import RowResult
from tests.waysin.files import EVENT_HEADINGS, PARCEL_HEADINGS, csv_bytes, xlsx_bytes

API = "/api/v1/imports/"
SPOILT = ["a_xD800_b", "a_xDC00_b", "_xDE00__xD83D_", "a_x0000_b"]  # as a workbook writes signs that XML can't hold
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, content, kind="parcels", **more):
    return client.post(API, {"file": SimpleUploadedFile("x.xlsx", content), "kind": kind, **more})


def parcel_rows(count=3):
    return [[f"7730000{i:05}", "620825100208", "王小明", "13893300001"] for i in range(1, count + 1)]


def clock():
    return (timezone.localtime() - dt.timedelta(minutes=60)).strftime("%Y-%m-%d %H:%M:%S")


def codes():
    return list(ImportRow.objects.filter(code__gt="").values_list("line", "code"))


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("column", [0, 2])
def test_a_spoilt_cell_costs_its_line(carrier_system, spoilt, column):
    rows = parcel_rows()
    rows[1][column] = spoilt
    answer = upload(carrier_system.client, xlsx_bytes([PARCEL_HEADINGS, *rows]))
    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["accepted"], answer.json()["refused"]) == ("done", 2, 1)
    assert codes() == [(3, "bad_text")]
    assert "�" in str(ImportRow.objects.get(code="bad_text").raw)


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_heading_is_no_heading_of_ours_and_harms_nothing(carrier_system, spoilt):
    rows = [*parcel_rows(), ["", "620825100208", "x", ""]]
    answer = upload(carrier_system.client, xlsx_bytes([[*PARCEL_HEADINGS, spoilt], *rows])).json()
    assert (answer["state"], answer["accepted"], answer["refused"]) == ("done", 3, 1)


def test_a_spoilt_cell_of_an_events_file_costs_its_line(carrier_system, parcel):
    rows = [["773000000001", "揽收", clock(), "", "好"], ["773000000001", "揽收", clock(), "", SPOILT[0]]]
    answer = upload(carrier_system.client, xlsx_bytes([EVENT_HEADINGS, *rows]), "events").json()
    assert (answer["state"], answer["accepted"], answer["refused"]) == ("done", 1, 1)
    assert codes() == [(3, "bad_text")]


def test_bytes_of_no_sign_cost_their_line_and_a_heading_nothing(carrier_system):
    rows = [[*PARCEL_HEADINGS, "备HH注"], *[[*row, "好的好的好的好的好的"] for row in parcel_rows(9)]]
    rows[4][2] = "aHHb"
    content = csv_bytes(rows).replace(b"HH", b"\xff")
    answer = upload(carrier_system.client, content).json()
    assert (answer["state"], answer["accepted"], answer["refused"]) == ("done", 8, 1)
    assert codes() == [(5, "bad_text")]


def test_halves_that_make_a_sign_and_filling_at_the_ends_are_read(carrier_system):
    rows = [["773000000001_x0000__x0000_", "620825100208", "王_xD83D__xDE00_明_x000D_", "13893300001"]]
    answer = upload(carrier_system.client, xlsx_bytes([PARCEL_HEADINGS, *rows])).json()
    assert answer["accepted"] == 1
    assert ParcelContact.objects.get().name == "王😀明"
    assert Parcel.objects.get().carrier_number == "773000000001"


# -- the end of a batch --------------------------------------------------------------------------------------
def breaks(**_more):
    raise RuntimeError("a fault of ours")


def kept_spoilt(*, batch, rows, **_more):
    """The database itself refuses what is to be kept of the line."""
    return [
        ImportRow(batch=batch, line=row.line, result=RowResult.REFUSED, code="x", raw={"cells": ["\ud800"]})
        for row in rows
    ]


@pytest.mark.parametrize("fault", [breaks, kept_spoilt])
@pytest.mark.parametrize("dry_run", ["true", ""])
@pytest.mark.parametrize("kind", ["parcels", "events"])
def test_whatever_is_raised_ends_the_batch(carrier_system, parcel, monkeypatch, settings, kind, dry_run, fault):
    settings.MOST_RUNNING_IMPORTS = 1
    rows = (
        [PARCEL_HEADINGS, *parcel_rows()] if kind == "parcels" else [EVENT_HEADINGS, ["773", "揽收", clock(), "", ""]]
    )
    carrier_system.client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(work, "take", fault)
        assert upload(carrier_system.client, xlsx_bytes(rows), kind, dry_run=dry_run).status_code == 500
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.error_code) == ("failed", "broken_off")
    assert "重新上传同一文件" in carrier_system.client.get(f"{API}{batch.pk}/").json()["error"]
    assert upload(carrier_system.client, xlsx_bytes(rows), kind).status_code == 201  # the sender is not shut out


def test_a_batch_that_breaks_off_in_the_worker_stops_no_other(carrier_system, monkeypatch):
    monkeypatch.setattr(run, "READING_SECONDS", 0)  # so the worker takes them
    first = upload(carrier_system.client, xlsx_bytes([PARCEL_HEADINGS, ["poison", "620825100208", "", ""]])).json()
    second = upload(carrier_system.client, xlsx_bytes([PARCEL_HEADINGS, *parcel_rows()])).json()
    real = work.take

    def take(*, batch, **more):
        return breaks() if str(batch.pk) == first["id"] else real(batch=batch, **more)

    monkeypatch.setattr(work, "take", take)
    assert resume_imports(now=timezone.now() + dt.timedelta(minutes=10)) == 2
    states = dict(ImportBatch.objects.values_list("pk", "state"))
    assert {str(pk): state for pk, state in states.items()} == {first["id"]: "failed", second["id"]: "done"}

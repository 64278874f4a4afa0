"""Each side field, spoilt in each way, on both faces: the row is taken and what could not be used is told."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from logistics.parcels.models import Event, ImportRow, Parcel, ParcelContact
from logistics.parcels.services.imports.columns import EVENT_COLUMNS, PARCEL_COLUMNS
from logistics.parcels.services.parcels import ParcelDraft
from logistics.parcels.services.side_fields import UNREADABLE
from tests.waysin.files import csv_bytes, saved, workbook, xlsx_bytes

IMPORTS = "/api/v1/imports/"
# What a parcel can't do without: who carries it, its number, which way, and to where.
STRUCTURE = {
    "direction", "carrier", "carrier_number", "destination", "origin", "destination_station", "origin_station",
}  # fmt: skip
PARCEL_FIELDS = [name for name in ParcelDraft.__struct_fields__ if name not in STRUCTURE]
TEXTS = [name for name in PARCEL_FIELDS if name.endswith(("_name", "_address", "_phone"))]
FIGURES = ["pieces", "weight_grams"]
NUMBER, VILLAGE = "773000000001", "620825100208"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_every_field_is_a_side_field_or_structure():
    """A further field of a parcel must say which it is."""
    assert sorted(PARCEL_FIELDS) == sorted(TEXTS + FIGURES)
    assert set(PARCEL_FIELDS) <= set(UNREADABLE)


def heading(field, columns=PARCEL_COLUMNS):
    return columns[field][0]


def upload(client, content, kind="parcels", **more):
    return client.post(IMPORTS, {"file": SimpleUploadedFile("x", content), "kind": kind, **more}).json()


def sent(client, **fields):
    row = {"carrier": "zto", "carrier_number": NUMBER, "destination": VILLAGE} | fields
    answer = client.post("/api/v1/parcels/", {"parcels": [row]}, content_type="application/json").json()
    return answer["rows"][0]


# -- files -------------------------------------------------------------------------------------------------------
SPOILT_CELLS = {
    "formula": "=VLOOKUP(A2,B:C,2)",
    "cut off": 1.2345678901234567e17,
    "power of ten": "1.38E+10",
    "far too long": "很长" * 800,
}


@pytest.mark.parametrize(
    ("field", "spoilt"),
    [
        (field, spoilt)
        for field in PARCEL_FIELDS
        for spoilt in SPOILT_CELLS
        if spoilt != "power of ten" or field.endswith(("phone", *FIGURES))  # a name may be written so
    ],
)
def test_a_spoilt_cell_keeps_no_parcel_out(carrier_system, field, spoilt):
    row = [NUMBER, VILLAGE, SPOILT_CELLS[spoilt]]
    book = workbook([[heading("carrier_number"), heading("destination"), heading(field)], row])
    answer = upload(carrier_system.client, saved(book))
    assert (answer["accepted"], answer["refused"], answer["warned"]) == (1, 0, 1)
    told = ImportRow.objects.get().warnings
    assert [w["field"].partition("_grams")[0] for w in told] == [field.partition("_grams")[0]]
    assert all(w["message"].endswith("。") for w in told)
    assert not ParcelContact.objects.exclude(phone="").exists()


@pytest.mark.parametrize("spoilt", ["formula", "cut off", "far too long"])
@pytest.mark.parametrize("field", ["text", "reason"])
def test_a_spoilt_cell_keeps_no_event_out(carrier_system, parcel, field, spoilt):
    at = (timezone.localtime() - dt.timedelta(minutes=60)).strftime("%Y-%m-%d %H:%M:%S")
    headings = [heading(name, EVENT_COLUMNS) for name in ("number", "code", "at", field)]
    answer = upload(carrier_system.client, xlsx_bytes([headings, [NUMBER, "揽收", at, SPOILT_CELLS[spoilt]]]), "events")
    assert (answer["accepted"], answer["refused"], answer["warned"]) == (1, 0, 1)
    assert [w["field"] for w in ImportRow.objects.get().warnings] == [field]


def test_an_address_that_must_tell_the_village_is_needed(carrier_system):
    rows = [[heading("carrier_number"), heading("recipient_address")], [NUMBER, "=A1"]]
    answer = upload(carrier_system.client, csv_bytes(rows))
    assert (answer["accepted"], answer["refused"]) == (0, 1)
    assert ImportRow.objects.get().code == "formula"


def test_two_long_ids_that_begin_alike_are_two_or_none(carrier_system, parcel):
    at = (timezone.localtime() - dt.timedelta(minutes=60)).strftime("%Y-%m-%d %H:%M:%S")
    headings = [heading(name, EVENT_COLUMNS) for name in ("number", "code", "at", "id")]
    rows = [[NUMBER, "揽收", at, "i" * 64 + end] for end in ("1", "2")] + [[NUMBER, "揽收", at, "i" * 64]]
    answer = upload(carrier_system.client, csv_bytes([headings, *rows]), "events")
    assert (answer["accepted"], answer["duplicates"], answer["refused"]) == (1, 0, 2)
    assert set(ImportRow.objects.filter(result="refused").values_list("code", flat=True)) == {"id_too_long"}


@pytest.mark.parametrize(("cell", "shown"), [(13800138000.0, "13800138000"), (7.73e14, "7.730000000000000E+14")])
def test_a_figure_is_kept_as_it_is_read(carrier_system, cell, shown):
    """A line that is sent back, or waits for an answer, says what it said, and no more."""
    headings = [heading(name) for name in ("carrier_number", "destination", "recipient_phone")]
    upload(carrier_system.client, xlsx_bytes([headings, ["", VILLAGE, cell]]))
    assert ImportRow.objects.get().raw["cells"][2] == shown


# -- the API -----------------------------------------------------------------------------------------------------
SPOILT = {"list": [1], "object": {"a": 1}, "truth": True, "fraction": 1.38e10 + 0.5}
SPOILT_FIGURES = {"nought": 0, "less": -1, "word": "many", "comma": "1,5", "without end": 10**30, "power": "1e1"}


@pytest.mark.parametrize(
    ("field", "spoilt"),
    [
        *((field, spoilt) for field in PARCEL_FIELDS for spoilt in SPOILT),
        *((field, spoilt) for field in FIGURES for spoilt in SPOILT_FIGURES),  # a text may say so
    ],
)
def test_a_spoilt_value_keeps_no_parcel_out(carrier_system, field, spoilt):
    row = sent(carrier_system.client, **{field: (SPOILT | SPOILT_FIGURES)[spoilt]})
    assert row["result"] == "accepted"
    code = UNREADABLE[field][0]
    assert [w["code"] for w in row["warnings"]] == [code]
    assert (Parcel.objects.get().pieces, Parcel.objects.get().weight_grams) == (1, None)


@pytest.mark.parametrize("field", PARCEL_FIELDS)
def test_nothing_said_is_nothing_to_tell(carrier_system, field):
    row = sent(carrier_system.client, **{field: None})
    assert (row["result"], row.get("warnings")) == ("accepted", None)


def test_figures_written_as_text_and_a_phone_as_a_number_are_read(carrier_system):
    row = sent(carrier_system.client, pieces="2", weight_grams="1,500", recipient_phone=13893300001)
    assert (row["result"], row.get("warnings")) == ("accepted", None)
    assert Parcel.objects.values_list("pieces", "weight_grams").get() == (2, 1500)
    assert ParcelContact.objects.get().phone == "+8613893300001"


@pytest.mark.parametrize(("field", "longest"), [("recipient_name", 60), ("sender_address", 200)])
def test_what_is_cut_is_told(carrier_system, field, longest):
    assert "warnings" not in sent(carrier_system.client, carrier_number="773000000009", **{field: "长" * longest})
    row = sent(carrier_system.client, **{field: "长" * (longest + 1)})
    assert [(w["code"], w["field"]) for w in row["warnings"]] == [(f"{field.rpartition('_')[2]}_cut", field)]


@pytest.mark.parametrize(
    ("text", "told"), [(None, []), (5, []), (["x"], ["text_unreadable"]), ("长" * 2001, ["text_cut"])]
)
def test_a_text_keeps_no_event_out(carrier_system, parcel, text, told):
    at = (timezone.now() - dt.timedelta(minutes=60)).isoformat()
    row = {"number": NUMBER, "code": "COLLECTED", "at": at}
    rows = [{"number": 5}, row | {"text": text}]
    answer = carrier_system.client.post("/api/v1/events/", {"events": rows}, content_type="application/json").json()
    assert Event.objects.filter(code="COLLECTED").count() == 1
    assert [w["code"] for w in answer["warnings"]] == told
    assert all(w["index"] == 1 for w in answer["warnings"])

"""A day without a clock is no time, whichever way it comes in."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from logistics.parcels.events import parse_time
from logistics.parcels.kuaidi100.push import read_push
from logistics.parcels.models import ImportRow
from tests.waysin.files import EVENT_HEADINGS, csv_bytes, workbook

CASES = Path(__file__).parent / "cases"


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%G-W%V-%u", "%GW%V%u", "%G-W%V"]),
)
def test_no_way_of_writing_a_day_is_a_time(day, form):
    with pytest.raises(ValueError, match=r"."):
        parse_time(day.strftime(form))


@given(st.datetimes())
def test_a_time_stays_a_time(moment):
    assert parse_time(moment.isoformat()).replace(tzinfo=None) == moment
    assert parse_time(moment.isoformat(" ", "minutes") + "+08:00").minute == moment.minute


@pytest.mark.django_db
def test_the_api_refuses_it(carrier_system, make_parcels):
    make_parcels("78092000000101")
    body = (CASES / "34-date-only-event.json").read_bytes()
    answer = carrier_system.client.post("/api/v1/events/", body, content_type="application/json").json()
    assert answer["accepted"] == 0
    assert [line["code"] for line in answer["refused"]] == ["malformed"] * 3


@pytest.mark.django_db
def test_sent_at_is_a_time_too(carrier_system, parcel):
    event = {"number": "773000000001", "code": "LINEHAUL", "at": timezone.now().isoformat()}
    body = json.dumps({"events": [event], "sent_at": f"{timezone.localdate()}"})
    answer = carrier_system.client.post("/api/v1/events/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_sent_at")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_refuse_it(kind, carrier_system, parcel, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    if kind == "csv":
        cells = [f"{yesterday}", f"{yesterday:%Y/%m/%d}", f"{yesterday:%Y%m%d}", f"{yesterday:%G-W%V-%u}"]
        content = csv_bytes([EVENT_HEADINGS, *(["773000000001", "LINEHAUL", cell, "", ""] for cell in cells)])
    else:
        book, cells = workbook([EVENT_HEADINGS]), [yesterday, dt.datetime.combine(yesterday, dt.time.min)]
        for place, cell in enumerate(cells, 2):
            book.active.append(["773000000001", "LINEHAUL", cell, "", ""])
            book.active.cell(place, 3).number_format = "yyyy-mm-dd"
        out = io.BytesIO()
        book.save(out)
        content = out.getvalue()
    file = SimpleUploadedFile(f"a.{kind}", content)
    answer = carrier_system.client.post("/api/v1/imports/", {"file": file, "kind": "events"}).json()
    assert (answer["accepted"], answer["refused"]) == (0, len(cells))
    codes = set(ImportRow.objects.values_list("code", flat=True))
    assert codes <= {"time_without_clock", "time_unreadable"}


@pytest.mark.parametrize("time", ["2026-11-29", "20261129", "2026年11月29日", "2026/11/29"])
def test_a_push_keeps_such_a_row_without_a_time(time):
    row = {"time": time, "ftime": time, "context": "已揽收", "statusCode": "1"}
    push = read_push(
        json.dumps({"lastResult": {"nu": "78092000000101", "com": "zhongtong", "state": "1", "data": [row]}})
    )
    assert [row.at for row in push.rows()] == [""]

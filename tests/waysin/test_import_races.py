"""Two workers at one file, and a revocation against a batch: real threads on PostgreSQL."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from logistics.parcels.models import Event, ImportBatch, ImportRow, Parcel
from logistics.parcels.services.imports import run, work
from logistics.parcels.services.intake import take_events
from members.devices.services import DeviceRevoked, assert_device_live, revoke_device
from tests.waysin.files import PARCEL_HEADINGS, csv_bytes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def side_by_side(*jobs):
    errors = []

    def guarded(job):
        try:
            job()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_four_workers_take_one_file_once(carrier_system, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(run, "AT_ONCE", 10)
    monkeypatch.setattr(work, "PIECE", 7)
    rows = [[f"7730000{i:05}", "620825100208", "", ""] for i in range(60)]
    file = SimpleUploadedFile("x.csv", csv_bytes([PARCEL_HEADINGS, *rows]))
    with monkeypatch.context() as quiet:
        quiet.setattr("portal.core.queue._send", lambda *_: None)  # no worker runs beside this test
        response = carrier_system.client.post("/api/v1/imports/", {"file": file, "kind": "parcels"})
    batch = response.json()["id"]
    errors = side_by_side(*[lambda: run.process_import(batch_id=batch, now=timezone.now())] * 4)
    assert errors == []
    found = ImportBatch.objects.get()
    assert (found.state, found.accepted, found.duplicates, found.refused) == ("done", 60, 0, 0)
    assert ImportRow.objects.count() == Parcel.objects.count() == 60


def test_a_revocation_waits_for_the_batch_that_is_being_written_and_stops_the_next(scanner, parcel, county_official):
    actor, official = scanner.actor(), county_official.actor()
    written, order = threading.Event(), []

    def batch():
        body = (
            b'{"events": [{"number": "773000000001", "code": "AT_TOWN", "at": "%s"}]}'
            % timezone.now().isoformat().encode()
        )
        with transaction.atomic():
            assert_device_live(actor=actor, now=timezone.now())
            written.set()
            take_events(body=body, actor=actor, now=timezone.now())
            threading.Event().wait(0.5)
            order.append("batch")

    def revoke():
        written.wait(10)
        revoke_device(actor=official, device_id=scanner.device.pk, why="lost", now=timezone.now())
        order.append("revoked")

    assert side_by_side(batch, revoke) == []
    assert order == ["batch", "revoked"]
    assert Event.objects.count() == 1
    with pytest.raises(DeviceRevoked):
        take_events(body=b'{"events": [{}]}', actor=actor, now=timezone.now())

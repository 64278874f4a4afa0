"""Pictures as evidence: who may send one, who may look, and that file and row live and die together."""

from __future__ import annotations

import io
import os
import stat
import time
import tracemalloc
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from logistics.parcels.models import Parcel, Photo
from logistics.parcels.services import photos
from logistics.parcels.services.handovers import offer_handover
from logistics.parcels.services.parties import Party
from logistics.parcels.services.photos import add_photo, sweep
from portal.audit.models import AuditEntry
from portal.core.ids import new_id
from tests.custody.conftest import NOW
from tests.door.conftest import picture, signature

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(media) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def send(who, raw=None, *, name="a.jpg", kind="damage", **fields):
    file = SimpleUploadedFile(name, picture() if raw is None else raw, content_type="image/jpeg")
    return who.client.post("/work/photos/", {"file": file, "kind": kind, **fields})


def test_a_keeper_sends_a_picture_and_looks_at_it(counter, keeper, media):
    parcel = counter.parcel()
    answer = send(keeper, parcel=parcel.waybill)
    assert answer.status_code == 201, answer.content
    photo = Photo.objects.get(pk=answer.json()["photo"])
    (file,) = files(media)
    assert file == media / photo.file
    assert photo.file.startswith("photos/20")
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert (photo.taken_by, photo.bytes, photo.kind) == (keeper.actor().id, file.stat().st_size, "damage")
    shown = keeper.client.get(f"/work/photos/{photo.pk}/")
    assert shown.content == file.read_bytes()
    assert shown["Content-Type"] == "image/jpeg"
    assert "no-store" in shown["Cache-Control"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Disposition"] == f'inline; filename="{photo.pk}.jpg"'


def test_looking_at_the_picture_of_another_is_noted(counter, keeper, county_official, keeper_next_door, villager):
    photo = send(keeper, parcel=counter.parcel().waybill).json()["photo"]
    keeper.client.get(f"/work/photos/{photo}/")
    assert not AuditEntry.objects.filter(action="photo.looked").exists()
    assert county_official.client.get(f"/work/photos/{photo}/").status_code == 200
    entry = AuditEntry.objects.get(action="photo.looked")
    assert entry.actor == county_official.actor().id
    assert keeper_next_door.client.get(f"/work/photos/{photo}/").status_code == 404
    assert villager.client.get(f"/work/photos/{photo}/").status_code == 403


def test_the_picture_of_a_handover_is_for_its_two_sides(
    counter, world, town_keeper, keeper, keeper_next_door, driver, county_official
):
    handover = offer_handover(
        giver=Party.station(world.township_station), taker=Party.station(world.village), station=world.village,
        parcels=[counter.parcel()], actor=town_keeper.actor(), now=NOW,
    )  # fmt: skip
    sent = send(town_keeper, kind="handover", handover=str(handover.pk))
    assert sent.status_code == 201, sent.content
    handover.refresh_from_db()
    assert handover.photo == sent.json()["photo"]
    for who, status in ((keeper, 200), (town_keeper, 200), (county_official, 200), (keeper_next_door, 404),
                        (driver, 404)):  # fmt: skip
        assert who.client.get(f"/work/photos/{handover.photo}/").status_code == status
    assert send(keeper_next_door, kind="handover", handover=str(handover.pk)).status_code == 404


def test_a_foreign_parcel_takes_no_picture(counter, keeper_next_door, media):
    assert send(keeper_next_door, parcel=counter.parcel().waybill).status_code == 404
    assert files(media) == []


@pytest.mark.parametrize(
    ("raw", "name", "status", "word"),
    [
        (b"not a picture at all", "photo.jpg", 400, "不是照片"),
        (b"", "photo.jpg", 400, "不是照片"),
        (b"%PDF-1.4", "photo.pdf", 400, "不是照片"),
        (b"\x00" * (11 << 20), "photo.jpg", 413, "10 MB"),
    ],
)
def test_bad_pictures_are_refused_in_words(counter, keeper, media, raw, name, status, word):
    answer = send(keeper, raw, name=name, parcel=counter.parcel().waybill)
    assert answer.status_code == status
    assert word in answer.content.decode()
    assert files(media) == []
    assert not Photo.objects.exists()


def test_forty_megabytes_are_refused_without_being_read(counter, keeper, media):
    parcel = counter.parcel()
    body = io.BytesIO(b"\x00" * (40 << 20))
    keeper.client.get("/work/parcels/")  # everything is imported
    tracemalloc.start()
    answer = keeper.client.generic(
        "POST", "/work/photos/", body.getbuffer()[:0].tobytes(), content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(40 << 20), **{"wsgi.input": body},
    )  # fmt: skip
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    assert "10 MB" in answer.content.decode()
    assert body.tell() == 0
    assert peak < 12 << 20
    assert parcel.photos.count() == 0


def test_an_upload_that_lies_about_its_length_is_stopped_on_the_way(counter, keeper):
    parcel = counter.parcel()
    head = (
        '--x\r\nContent-Disposition: form-data; name="parcel"\r\n\r\n'
        f'{parcel.waybill}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    ).encode()
    body = io.BytesIO(head + b"\x00" * (40 << 20) + b"\r\n--x--\r\n")
    answer = keeper.client.generic(
        "POST", "/work/photos/", b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(10 << 20), **{"wsgi.input": body},
    )  # fmt: skip
    assert answer.status_code in (400, 413)
    assert body.tell() < 12 << 20


def test_without_the_form_token_nothing_is_taken(counter, keeper, media):
    client = Client(enforce_csrf_checks=True)
    client.cookies = keeper.client.cookies
    file = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")
    answer = client.post("/work/photos/", {"file": file, "kind": "damage", "parcel": counter.parcel().waybill})
    assert answer.status_code == 403
    assert files(media) == []


def test_a_failed_transaction_leaves_no_file(counter, keeper, media, monkeypatch):
    parcel = counter.parcel()

    def fall(**_values):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(photos, "keep", fall)
    with pytest.raises(RuntimeError):
        add_photo(kind="damage", file=io.BytesIO(picture()), parcel=parcel, actor=keeper.actor(), now=NOW)
    assert files(media) == []
    assert not Photo.objects.exists()


def test_what_a_killed_process_left_is_swept_away(counter, keeper, media):
    photo = add_photo(kind="damage", file=io.BytesIO(picture()), parcel=counter.parcel(), actor=keeper.actor(), now=NOW)
    left = (media / photo.file).with_name(f"{new_id()}.jpg")
    young = (media / photo.file).with_name(f"{new_id()}.jpg")
    for path, age in ((left, 2), (young, 0), (media / photo.file, 2)):
        path.write_bytes(b"x")
        when = NOW.timestamp() - age * 86_400
        os.utime(path, (when, when))
    assert time.time()  # the clock of the machine plays no part: `now` is passed in
    assert sweep(now=NOW) == 1
    assert not left.exists()
    assert young.exists()
    assert (media / photo.file).exists()


def test_a_file_that_is_gone_is_said_so(counter, keeper, media):
    photo = send(keeper, parcel=counter.parcel().waybill).json()["photo"]
    for path in files(media):
        path.unlink()
    assert keeper.client.get(f"/work/photos/{photo}/").status_code == 404


def test_an_empty_signature_is_refused(counter, courier):
    parcel = counter.parcel()
    Parcel.objects.filter(pk=parcel.pk).update(custody_kind="person", custody_ref=courier.actor().id)
    assert send(courier, signature(), kind="signature", parcel=parcel.waybill).status_code == 201
    refused = send(courier, signature(blank=True), kind="signature", parcel=parcel.waybill)
    assert (refused.status_code, "签名框" in refused.content.decode()) == (400, True)

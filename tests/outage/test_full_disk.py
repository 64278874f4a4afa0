"""A disk that is really full, or read-only: what writes is told so, leaves nothing, and reading goes on."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import OperationalError
from django.test import Client

from logistics.licensing.models import Document
from logistics.parcels.models import Photo
from logistics.parcels.services.parcels import ParcelDraft, create_parcels
from logistics.training.services.media import keep_captions, keep_file
from portal import embedded
from portal.core.actor import system_actor
from portal.core.clock import now
from portal.core.errors import StorageFull
from portal.core.outages import refusal_of
from portal.embedded.home import Home
from portal.runner.care import Care
from portal.runner.children import Children, StopSwitch
from tests.applicant.conftest import pdf, upload
from tests.commands.conftest import servers_folder
from tests.door.conftest import picture
from tests.licensing.conftest import desk  # noqa: F401  fixture
from tests.personas import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@contextlib.contextmanager
def disk(folder: Path, size: str):
    """A file system of its own at `folder`, as small as wanted. Mounting needs root, which CI and containers are."""
    folder.mkdir(exist_ok=True)
    assert os.geteuid() == 0, "A full disk can be made by root only: run this test as root (sudo ./test slow)."
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        gc.collect()  # scratch files of a request that failed go when the request does
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Writes until nothing more goes in."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    assert shutil.disk_usage(folder).free == 0
    return path


@pytest.fixture
def media(tmp_path, settings):
    with disk(tmp_path / "media", "1m") as folder:
        settings.MEDIA_ROOT = str(folder)
        yield folder


@pytest.fixture
def waybill(world):
    drafts = [ParcelDraft(carrier="zto", carrier_number="780000000001", destination_station="zl-hema")]
    return create_parcels(drafts=drafts, actor=system_actor("test"), now=now())[0].parcel.waybill


def send_photo(keeper, waybill):
    file = io.BytesIO(picture())
    file.name = "photo.jpg"
    return keeper.client.post(
        "/work/photos/", {"file": file, "kind": "damage", "parcel": waybill}, headers={"accept": "application/json"}
    )


def set_read_only(folder, yes):
    subprocess.run(["mount", "-o", f"remount,{'ro' if yes else 'rw'}", str(folder)], check=True)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "filler"]


@pytest.mark.parametrize("state", ["full", "read-only"])
def test_uploads_are_told_and_leave_nothing_while_reading_goes_on(media, state, keeper, villager, waybill, desk):  # noqa: F811
    draft = desk.draft()
    Document.objects.all().delete()
    for left in files(media):
        left.unlink()
    filler = fill(media) if state == "full" else None
    set_read_only(media, state == "read-only")
    for answer in (send_photo(keeper, waybill), upload(villager, draft, pdf())):
        assert answer.status_code == 503, answer.content
        assert answer.json()["error"]["code"] == "storage_full"
        assert int(answer["Retry-After"]) > 0
    with pytest.raises(StorageFull):
        keep_file(kind="image", file=io.BytesIO(picture()), name="a.jpg")
    with pytest.raises(StorageFull):
        keep_captions(file=io.BytesIO(b"WEBVTT\n\n" + b"x" * 20_000))
    assert (Photo.objects.count(), Document.objects.count(), files(media)) == (0, 0, [])
    assert villager.client.get(f"/t/{waybill}").status_code == 200
    assert villager.client.get("/").status_code == 200
    set_read_only(media, False)
    if filler:
        filler.unlink()
    assert send_photo(keeper, waybill).status_code < 300
    assert (Photo.objects.count(), len(files(media))) == (1, 1)


@pytest.mark.parametrize("state", ["full", "read-only"])
def test_people_sign_in_while_nothing_can_be_written(tmp_path, settings, villager, state):
    """The places for hashing are files that are locked, and a lock writes nothing."""
    with disk(tmp_path / "var", "1m") as folder:
        settings.VAR = folder
        form = {"login": villager.user.phone, "password": PASSWORD}
        assert Client().post("/accounts/login/", form).status_code == 302
        fill(folder)
        set_read_only(folder, state == "read-only")
        assert Client().post("/accounts/login/", form).status_code == 302


def test_a_large_upload_that_does_not_fit_into_the_scratch_folder(media, keeper, carrier_system, settings):
    """The request dies while it is read: a page's before its view, a program's in it. Both are answered in words."""
    settings.FILE_UPLOAD_TEMP_DIR = str(media)
    for who, path in ((keeper, "/work/photos/"), (carrier_system, "/api/v1/imports/")):
        who.client.raise_request_exception = False
        file = io.BytesIO(b"\0" * 3_000_000)
        file.name = "large.csv"
        answer = who.client.post(path, {"file": file, "kind": "events"}, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "storage_full"), path


# What the writer of workbooks had open when it failed is closed by the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_export_that_does_not_fit(media, monkeypatch, county_official):
    monkeypatch.setattr(tempfile, "tempdir", str(media))
    fill(media)
    county_official.client.raise_request_exception = False
    answer = county_official.client.post("/admin/registry/station/export/", {"purpose": "盘点核对站点"})
    assert answer.status_code == 503, answer.content[:200]
    assert "存储空间不足" in answer.content.decode()


def test_a_file_that_was_there_is_not_taken_away(media):
    storage = storages["default"]
    storage.save("a/kept.txt", ContentFile(b"kept"))
    fill(media)
    with pytest.raises(StorageFull):
        storage._save("a/kept.txt", ContentFile(b"x" * 50_000))
    assert (media / "a/kept.txt").read_bytes() == b"kept"


def test_postgres_says_the_same_of_its_own_disk(tmp_path):
    """A tablespace on the small disk stands for a data folder that is full."""
    with servers_folder() as var, disk(var.parent / "small", "2m") as folder:
        embedded.start_postgres(var, durable=False)
        home = Home(var)
        os.chown(folder, home.account.uid, home.account.gid)
        connect = {"host": str(home.sockets), "port": 5432, "user": "postgres", "dbname": "portal", "autocommit": True}
        with psycopg.connect(**connect) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
            connection.execute("CREATE TABLE full_one (t text) TABLESPACE small")
            with pytest.raises(psycopg.errors.DiskFull) as caught:
                connection.execute("INSERT INTO full_one SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
            assert connection.execute("SELECT count(*) FROM full_one").fetchone() == (0,), "reading goes on"
            connection.execute("DROP TABLE full_one")
            connection.execute("DROP TABLESPACE small")
        error = OperationalError()
        error.__cause__ = caught.value
        assert refusal_of(error).code == "storage_full"
        embedded.stop_postgres(var)


def test_a_run_says_once_that_room_is_short_and_once_that_it_is_there_again(tmp_path, capsys):
    with disk(tmp_path / "var", "600m") as var:
        care = Care(var, Children(var / "log", StopSwitch()), {"postgres": False, "redis": False}, lambda: None)
        care.look_at_space()
        assert capsys.readouterr().out == ""
        large = var / "large"
        with large.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 200 * 1024 * 1024)
        care.look_at_space()
        care.look_at_space()
        large.unlink()
        care.look_at_space()
    short, again = capsys.readouterr().out.splitlines()
    assert f"MB are free at {var}: make room." in short
    assert "There is room on the disk again." in again

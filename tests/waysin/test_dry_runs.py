"""A dry run, taken back piece by piece, says of every line what the import then does; and holds no lock meanwhile."""

import random
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from logistics.parcels.models import Event, ImportBatch, ImportRow, Parcel
from logistics.parcels.services.imports import run, work
from tests.waysin.corpus_made import EVENTS
from tests.waysin.files import PARCEL_HEADINGS, csv_bytes

API = "/api/v1/imports/"


@pytest.fixture(autouse=True)
def small_pieces(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(work, "PIECE", 3)


def results(client, content, kind, dry_run):
    file = SimpleUploadedFile("x.csv", content)
    answer = client.post(API, {"file": file, "kind": kind, "dry_run": dry_run}).json()
    rows = ImportRow.objects.filter(batch=answer["id"]).order_by("line")
    return list(rows.values_list("line", "result", "code", "message", "number"))


def parcel_lines(dice):
    numbers = [f"7730000{n:05}" for n in range(6)] + ["bad", "", "YT0000000001"]
    divisions = ["620825100208", "620825101202", "999999999999", "", "620826100201"]
    return [
        [
            dice.choice(numbers),
            dice.choice(divisions),
            "王小明",
            dice.choice(["13893300001", ""]),
            dice.choice(["", "yto"]),
        ]
        for _ in range(dice.randrange(2, 14))
    ]


def event_lines(dice):
    day = timezone.localtime().strftime("%Y-%m-%d")
    numbers = ["773000000001", "773000000002", "773000000003", "999999999999", ""]
    words = ["揽收", "到达县级中心", "已签收", "飞天", "作废"]
    clocks = ["00:01", "00:01:30", "00:02", "23:59:59", ""]
    return [
        [
            dice.choice(numbers),
            dice.choice(words),
            f"{day} {dice.choice(clocks)}".strip(),
            "",
            dice.choice(["", "a1", "a2"]),
        ]
        for _ in range(dice.randrange(2, 14))
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["parcels", "events"])
@pytest.mark.parametrize("seed", range(8))
def test_a_dry_run_equals_the_import(carrier_system, make_parcels, kind, seed):
    dice = random.Random(f"{kind} {seed}")
    if kind == "events":
        make_parcels("773000000001", "773000000002")
        content = csv_bytes([[*EVENTS, "事件号"], *event_lines(dice)])
    else:
        content = csv_bytes([[*PARCEL_HEADINGS, "承运企业"], *parcel_lines(dice)])
    before = Parcel.objects.count(), Event.objects.count()
    dry = results(carrier_system.client, content, kind, "1")
    assert (Parcel.objects.count(), Event.objects.count()) == before
    assert results(carrier_system.client, content, kind, "") == dry


def run_beside(job):
    """In another thread, with its own connection; the error it ended with, if any."""
    errors = []

    def guarded():
        try:
            job()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join(30)
    return errors


def lock_all_parcels():
    with transaction.atomic():
        list(Parcel.objects.select_for_update(nowait=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
@pytest.mark.parametrize("dry_run", ["1", ""])
def test_no_lock_is_held_between_pieces(carrier_system, make_parcels, monkeypatch, dry_run):
    numbers = [f"7730000{n:05}" for n in range(9)]
    make_parcels(*numbers)
    clock = timezone.localtime().strftime("%Y-%m-%d 00:01")
    errors, pieces = [], []
    real = work._pieces

    def looked_at(sheet):
        for piece in real(sheet):
            pieces.append(len(piece))
            errors.extend(run_beside(lock_all_parcels))
            yield piece

    monkeypatch.setattr(work, "_pieces", looked_at)
    found = results(
        carrier_system.client, csv_bytes([EVENTS, *([n, "揽收", clock, ""] for n in numbers)]), "events", dry_run
    )
    assert [result for _line, result, *_rest in found] == ["accepted"] * 9
    assert (pieces, errors) == ([3, 3, 3], [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_eight_uploads_at_once_leave_as_many_as_may_run(carrier_system, settings, monkeypatch):
    monkeypatch.setattr(run, "READING_SECONDS", 0)  # all are left to the worker
    monkeypatch.setattr("portal.core.queue._send", lambda *_: None)  # and none runs beside this test
    actor, start, statuses = carrier_system.actor(), threading.Barrier(8), []
    content = csv_bytes([PARCEL_HEADINGS, ["773000000001", "620825100208", "", ""]])

    def send():
        start.wait(20)
        try:
            run.start_import(
                file=SimpleUploadedFile("x.csv", content), name="x.csv", kind="parcels", enterprise_code="",
                dry_run=False, actor=actor, now=timezone.now(),
            )  # fmt: skip
            statuses.append("taken")
        except run.TooManyImports as error:
            statuses.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == ["taken"] * 3 + ["too_many_imports"] * 5
    assert ImportBatch.objects.count() == 3
    assert len(list((settings.MEDIA_ROOT / "imports").iterdir())) == 3


@pytest.mark.django_db
def test_an_id_of_another_piece_is_measured_by_its_first_line(carrier_system, make_parcels):
    """Pieces of three lines: the first event of the id lies in the first piece, the others in the second."""
    make_parcels("773000000001", "773000000002")
    day = timezone.localtime().strftime("%Y-%m-%d")
    first = ["773000000001", "揽收", f"{day} 00:01", "", "a1"]
    other = ["773000000002", "揽收", f"{day} 00:01", "", "a1"]
    fill = [["773000000001", "到达县级中心", f"{day} 00:0{n}", "", ""] for n in (2, 3)]
    content = csv_bytes([[*EVENTS, "事件号"], first, *fill, other, first, other])
    dry = results(carrier_system.client, content, "events", "1")
    assert [(result, code) for _line, result, code, _message, _number in dry] == [
        *[("accepted", "")] * 3,
        ("refused", "duplicate_differs"),
        ("duplicate", ""),
        ("refused", "duplicate_differs"),
    ]
    assert results(carrier_system.client, content, "events", "") == dry

"""Evidence over HTTP: who hands in, who looks, and that file and row live and die together."""

from __future__ import annotations

import datetime as dt
import io
import os
import stat
import threading
import time
from pathlib import Path

import pypdfium2
import pytest
from django.core.files.storage import storages
from django.db import connection

from logistics.licensing import services
from logistics.licensing.models import Document
from logistics.licensing.services.documents import TooManyFiles, add_document, sweep
from members.access.states import Role
from portal.audit.models import AuditEntry
from tests.applicant.conftest import EXECUTABLE, SVG, archive, pdf, upload
from tests.door.conftest import picture
from tests.licensing.conftest import NOW
from tests.personas import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(desk):
    row = desk.draft()
    Document.objects.filter(application=row).delete()
    return row


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def handed_in(desk, villager, draft) -> Document:
    """A paper of an application that waits for review."""
    assert upload(villager, draft, pdf()).status_code == 201
    assert upload(villager, draft, picture(), name="许可证.jpg", evidence="permit").status_code == 201
    services.submit(application=draft, actor=villager.actor(), now=NOW)
    return Document.objects.get(application=draft, kind="licence")


def test_a_paper_is_kept_out_of_reach_of_the_web_server(draft, villager, media):
    answer = upload(villager, draft, pdf(2), name="../../营业执照 (1).PDF")
    assert answer.status_code == 201, answer.content
    document = Document.objects.get(pk=answer.json()["document"])
    (file,) = files(media)
    assert file == media / document.file
    assert document.file == f"evidence/{document.added_at:%Y/%m}/{document.pk}.pdf"
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert (document.name, document.pages, document.bytes) == ("营业执照 (1).PDF", 2, file.stat().st_size)
    assert AuditEntry.objects.get(action="document.added").object_id == str(document.pk)


def test_without_a_script_the_page_says_what_happened(draft, villager):
    back = f"/apply/{draft.pk}/#d-licence"
    taken = upload(villager, draft, picture(), name="licence.png", json=False)
    assert (taken.status_code, taken["Location"]) == (302, back)
    refused = upload(villager, draft, EXECUTABLE, name="licence.pdf", json=False)
    assert (refused.status_code, refused["Location"]) == (302, back)
    page = villager.client.get(f"/apply/{draft.pk}/").content.decode()
    assert "材料已收到。" in page
    assert "这个文件不是 PDF，也不是照片。 请上传 PDF、JPEG、PNG 或 HEIC" in page
    assert "licence.png" in page


@pytest.mark.parametrize(
    ("raw", "code"),
    [(EXECUTABLE, "not_a_document"), (SVG, "not_a_document"), (archive(), "office_document"), (b"", "document_empty"),
     (b"%PDF-1.4\n" + EXECUTABLE, "pdf_broken")],
)  # fmt: skip
def test_what_is_no_paper_leaves_nothing_behind(draft, villager, media, raw, code):
    answer = upload(villager, draft, raw, name="licence.pdf")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert files(media) == []
    assert not Document.objects.filter(application=draft).exists()


def test_an_upload_beyond_the_limit_is_stopped(draft, villager, media):
    answer = upload(villager, draft, b"%PDF-" + b"0" * (11 * 1024 * 1024))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "document_too_large")
    assert files(media) == []


def test_an_upload_without_the_token_of_the_page_is_refused(draft, villager):
    client = villager.new_client()
    client.handler.enforce_csrf_checks = True
    answer = client.post(f"/apply/{draft.pk}/documents/licence/", {"file": io.BytesIO(pdf())})
    assert answer.status_code == 403
    assert not Document.objects.filter(application=draft).exists()


def test_the_same_paper_twice_is_kept_once(draft, villager, media):
    first, second = upload(villager, draft, pdf()), upload(villager, draft, pdf(), name="again.pdf")
    assert first.json() == second.json()
    assert len(files(media)) == 1


def test_only_papers_that_are_asked_for_and_not_too_many(draft, villager, media):
    assert upload(villager, draft, pdf(), evidence="diary").json()["error"]["code"] == "unknown_evidence"
    for number in range(2):
        assert upload(villager, draft, pdf(words=f"{number}")).status_code == 201
    third = upload(villager, draft, pdf(words="3"))
    assert third.json()["error"]["code"] == "too_many_files"
    assert "最多 2 个文件" in third.json()["error"]["message"]
    assert len(files(media)) == 2


def test_strangers_cannot_tell_that_it_exists(desk, draft, villager, keeper, neighbour_official, county_official):
    assert upload(keeper, draft, pdf()).status_code == 404
    document = handed_in(desk, villager, draft)
    for stranger in (keeper, neighbour_official):
        assert stranger.client.get(f"/apply/documents/{document.pk}/").status_code == 404
        assert stranger.client.post(f"/apply/documents/{document.pk}/remove/").status_code == 404
    assert county_official.client.get(f"/apply/documents/{document.pk}/").status_code == 200
    unproven = county_official.new_client(second_factor=False)
    assert unproven.get(f"/apply/documents/{document.pk}/").status_code == 404


def test_an_official_sees_it_with_their_mark_and_that_is_noted(desk, draft, villager, county_official):
    document = handed_in(desk, villager, draft)
    own = villager.client.get(f"/apply/documents/{document.pk}/")
    assert own.status_code == 200
    assert not AuditEntry.objects.filter(action="document.looked").exists()
    shown = county_official.client.get(f"/apply/documents/{document.pk}/")
    assert shown["Content-Type"] == "application/pdf"
    assert shown["Content-Disposition"] == f'attachment; filename="{document.pk}.pdf"'
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"].startswith("sandbox;")
    assert "no-store" in shown["Cache-Control"]
    paper = pypdfium2.PdfDocument(shown.content)
    text = paper[0].get_textpage().get_text_range()
    paper.close()
    assert f"县级管理员 {county_official.user.pk}号" in text
    assert "Business licence 0" in text
    entry = AuditEntry.objects.get(action="document.looked")
    assert (entry.actor, entry.object_id) == (county_official.actor().id, str(document.pk))
    picture_of = Document.objects.get(application=draft, kind="permit")
    seen = county_official.client.get(f"/apply/documents/{picture_of.pk}/")
    assert (seen["Content-Type"], seen["Content-Disposition"].split(";")[0]) == ("image/jpeg", "inline")


def test_an_enterprise_sees_its_own_and_not_its_couriers(desk, world, enterprise_admin, villager):
    row = desk.draft("vehicle", by=enterprise_admin, enterprise=world.carrier)
    kind = Document.objects.filter(application=row).first().kind
    Document.objects.filter(application=row).delete()
    paper = upload(enterprise_admin, row, pdf(), evidence=kind).json()["document"]
    other = make_persona(1921, "同事", Role.ENTERPRISE_ADMIN, world.carrier)
    rival = make_persona(1922, "别家", Role.ENTERPRISE_ADMIN, world.other_carrier)
    assert other.client.get(f"/apply/documents/{paper}/").status_code == 200
    assert rival.client.get(f"/apply/documents/{paper}/").status_code == 404
    mine = desk.draft("courier")
    Document.objects.filter(application=mine).delete()
    card = upload(villager, mine, pdf(), evidence="id_card").json()["document"]
    assert other.client.get(f"/apply/documents/{card}/").status_code == 404


def test_while_it_is_reviewed_nothing_is_added_or_taken_away(desk, draft, villager, media):
    document = handed_in(desk, villager, draft)
    answer = upload(villager, draft, pdf(words="late"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "application_under_review")
    assert villager.client.post(f"/apply/documents/{document.pk}/remove/").status_code == 409
    assert Document.objects.filter(pk=document.pk).exists()
    assert len(files(media)) == 2


def test_a_paper_taken_back_is_gone(draft, villager, media, django_capture_on_commit_callbacks):
    document = upload(villager, draft, pdf()).json()["document"]
    with django_capture_on_commit_callbacks(execute=True):
        answer = villager.client.post(f"/apply/documents/{document}/remove/")
    assert answer.status_code == 302
    assert files(media) == []
    assert AuditEntry.objects.filter(action="document.removed", object_id=document).exists()
    assert villager.client.get(f"/apply/documents/{document}/").status_code == 404


def test_a_row_whose_file_is_gone_is_not_found(draft, villager, media):
    document = upload(villager, draft, pdf()).json()["document"]
    files(media)[0].unlink()
    assert villager.client.get(f"/apply/documents/{document}/").status_code == 404


def test_a_write_that_fails_takes_its_file_away(draft, villager, media, monkeypatch):
    def broken(**_fields):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(Document.objects, "create", broken)
    with pytest.raises(RuntimeError):
        add_document(
            application=draft, kind="licence", file=io.BytesIO(pdf()), name="a.pdf", actor=villager.actor(), now=NOW
        )
    assert files(media) == []


def test_files_that_a_killed_process_left_are_swept(draft, villager, media):
    upload(villager, draft, pdf())
    (kept,) = files(media)
    left = kept.with_name("left.pdf")
    left.write_bytes(b"x")
    fresh = kept.with_name("fresh.pdf")
    fresh.write_bytes(b"x")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(left, (two_days_ago, two_days_ago))
    os.utime(kept, (two_days_ago, two_days_ago))
    assert sweep(now=dt.datetime.now(dt.UTC)) == 1
    assert sorted(files(media)) == sorted([kept, fresh])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_do_not_exceed_the_limit(desk, villager, media):
    row = desk.draft()
    Document.objects.filter(application=row).delete()
    actor, start, said = villager.actor(), threading.Barrier(4), []

    def send(number: int) -> None:
        start.wait()
        try:
            add_document(application=row, kind="licence", file=io.BytesIO(pdf(words=f"{number}")), name="a.pdf",
                         actor=actor, now=NOW)  # fmt: skip
            said.append("kept")
        except TooManyFiles:
            said.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["kept", "kept", "refused", "refused"]
    assert len(files(media)) == 2
    assert storages["default"].exists(Document.objects.filter(application=row).first().file)

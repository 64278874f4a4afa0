"""Evidence: handed in, taken back, looked at.

What is kept is made anew from what was handed in (portal/core/documents). The file is written before its row, so that
no row is without a file; whatever ends the transaction badly takes the file away again, and `sweep` takes away what a
killed process left. Nothing of it lies where a web server could hand it out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.licensing import selectors
from logistics.licensing.kinds import Evidence, kind_of
from logistics.licensing.models import Application, Document
from logistics.licensing.services.drafts import writable
from logistics.licensing.states import ScanState
from members.access.states import Role
from portal.audit.services import record
from portal.core.actor import Actor, demand
from portal.core.clock import COUNTY_TIME
from portal.core.documents import PDF, CleanDocument, clean_document, clean_name, read_document
from portal.core.documents.marks import mark_pdf, mark_picture
from portal.core.errors import BadInput, NotFound, SignInNeeded
from portal.core.ids import new_id
from portal.core.scanner import scan

FOLDER = "evidence"
LEFT_BEHIND = dt.timedelta(days=1)


class DocumentNotFound(NotFound):
    code = "document_not_found"
    message = _("没有找到这份材料，或您不能查看。")
    hint = _("请从申请页面打开材料。")


class UnknownEvidence(BadInput):
    code = "unknown_evidence"
    message = _("这项申请不需要这种材料。")
    hint = _("请在申请页面对应的材料栏上传。")


class TooManyFiles(BadInput):
    code = "too_many_files"

    def __init__(self, evidence: Evidence):
        message = _("“%(document)s”最多 %(count)d 个文件。") % {"document": evidence.label, "count": evidence.most}
        super().__init__(message, hint=_("请先删除不需要的文件，或把几页合成一个 PDF。"))


def add_document(
    *, application: Application, kind: str, file: BinaryIO, name: str, actor: Actor, now: dt.datetime
) -> Document:
    """Keeps a file as evidence of `kind` for an application that the actor may write on now.

    The same paper handed in twice is kept once. Raises ApplicationNotFound, UnderReview, WrongState, UnknownEvidence,
    TooManyFiles, SignInNeeded, Infected, ScannerDown, and the refusals of `clean_document`.
    """
    evidence, person = _evidence(application, kind), demand(actor).user_id
    if person is None:
        raise SignInNeeded()
    with transaction.atomic():  # before anything is read: who may not, gets nothing looked at
        writable(application, actor)
    scanned = scan(read_document(file))
    clean = clean_document(file)
    with _stored(clean, now) as (document_id, path), transaction.atomic():
        row = writable(application, actor)
        there = Document.objects.filter(application=row, kind=kind)
        if (same := there.filter(sha256=clean.sha256).first()) is not None:
            storages["default"].delete(path)
            return same
        if there.count() >= evidence.most:
            raise TooManyFiles(evidence)
        document = Document.objects.create(
            id=document_id, application=row, kind=kind, file=path, name=clean_name(name),
            content_type=clean.content_type, bytes=len(clean.data), pages=clean.pages, sha256=clean.sha256,
            scan=ScanState.CLEAN if scanned else ScanState.UNSCANNED, added_at=now, added_by_id=person,
        )  # fmt: skip
        record(actor=actor, now=now, action="document.added", target=document, area=row.division_id or "",
               after={"application": str(row.pk), "kind": kind, "pages": clean.pages})  # fmt: skip
    return document


@transaction.atomic
def remove_document(*, document_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Application:
    """Takes a file back while its application may be written on; the file goes once that is certain.

    Returns the application. Raises DocumentNotFound, UnderReview, WrongState.
    """
    own = selectors.own_applications(actor=actor)
    document = Document.objects.filter(pk=document_id, application__in=own).select_related("application").first()
    if document is None:
        raise DocumentNotFound()
    row = writable(document.application, actor)
    record(actor=actor, now=now, action="document.removed", target=document, area=row.division_id or "",
           before={"application": str(row.pk), "kind": document.kind, "pages": document.pages})  # fmt: skip
    path = document.file
    document.delete()
    transaction.on_commit(lambda: storages["default"].delete(path))
    return row


@transaction.atomic
def open_document(*, document_id: uuid.UUID, actor: Actor, now: dt.datetime) -> tuple[bytes, str, str]:
    """Bytes, content type and name of a paper, with who looks and when written across every page.

    For those who may write on or see its application. Somebody else's paper looked at is in the audit trail. Raises
    DocumentNotFound, also when the file is gone from the disk.
    """
    seen = selectors.own_applications(actor=actor) | selectors.visible_applications(actor=actor)
    rows = Document.objects.filter(pk=document_id, application__in=seen.values("pk")).select_related("application")
    document = rows.first()
    if document is None:
        raise DocumentNotFound()
    try:
        with storages["default"].open(document.file, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise DocumentNotFound() from None
    if document.added_by_id != demand(actor).user_id:
        record(
            actor=actor, now=now, action="document.looked", target=document,
            area=document.application.division_id or "", after={"application": str(document.application_id)},
        )  # fmt: skip
    text = viewer_mark(actor=actor, now=now)
    marked = mark_pdf(data, text) if document.content_type == PDF else mark_picture(data, text)
    return marked, document.content_type, document.name


def viewer_mark(*, actor: Actor, now: dt.datetime) -> str:
    """What is written across: what the paper was given for, the viewer's role and number, county time."""
    roles = [role.label for role in Role if role in actor.roles and role != Role.MEMBER] or [Role.MEMBER.label]
    return gettext("仅供认证审核 · %(roles)s %(number)s号 · %(time)s") % {
        "roles": "、".join(str(label) for label in roles),
        "number": actor.user_id or actor.id,
        "time": f"{now.astimezone(COUNTY_TIME):%Y-%m-%d %H:%M}",
    }


@contextmanager
def _stored(clean: CleanDocument, now: dt.datetime) -> Iterator[tuple[uuid.UUID, str]]:
    """The paper as a file (id of its row to be, path in the storage); gone again when the block fails."""
    document_id = new_id()
    day = now.astimezone(COUNTY_TIME)
    path = storages["default"].save(
        f"{FOLDER}/{day:%Y/%m}/{document_id}.{clean.extension}", ContentFile(clean.data)
    )  # fmt: skip
    try:
        yield document_id, path
    except BaseException:
        storages["default"].delete(path)
        raise


def _evidence(application: Application, kind: str) -> Evidence:
    for evidence in kind_of(application.kind).documents:
        if evidence.code == kind:
            return evidence
    raise UnknownEvidence()


def sweep(*, now: dt.datetime) -> int:
    """Deletes files of the last two months that no row names and that are older than a day. Returns how many."""
    storage, gone = storages["default"], 0
    for month in {now, now - dt.timedelta(days=28)}:
        folder = f"{FOLDER}/{month.astimezone(COUNTY_TIME):%Y/%m}"
        try:
            names = storage.listdir(folder)[1]
        except FileNotFoundError:
            continue
        known = set(Document.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True))
        for path in (f"{folder}/{name}" for name in names):
            if path not in known and storage.get_modified_time(path) < now - LEFT_BEHIND:
                storage.delete(path)
                gone += 1
    return gone

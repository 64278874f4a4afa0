"""Uploaded files wait here until they are taken, at most a day. Not served to anyone."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from contextlib import suppress
from typing import BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import ImportBatch
from logistics.parcels.services.imports.problems import ABOUT_COLUMNS
from logistics.parcels.states import ImportState
from portal.core.errors import Conflict, StorageFull, TooLarge
from portal.core.outages import is_no_room

KEPT = dt.timedelta(hours=24)
UNCLAIMED = dt.timedelta(hours=1)  # a file without a row
SETTLED = (ImportState.CHECKED, ImportState.DONE)
_FOLDER = "imports"


class FileGone(Conflict):
    code = "file_gone"
    message = _("上传的文件已过保存期。")
    hint = _("请重新上传。")


def _path(batch_id: uuid.UUID) -> str:
    return f"{_FOLDER}/{batch_id}"


def digest(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size, read piece by piece. Raises TooLarge beyond MAX_IMPORT_BYTES."""
    file.seek(0)
    sha, size = hashlib.sha256(), 0
    while chunk := file.read(1 << 20):
        size += len(chunk)
        if size > settings.MAX_IMPORT_BYTES:
            raise too_large()
        sha.update(chunk)
    return sha.hexdigest(), size


def too_large() -> TooLarge:
    limit = settings.MAX_IMPORT_BYTES // (1024 * 1024)
    return TooLarge(
        _("文件超过 %(limit)s MB。") % {"limit": limit},
        code="file_too_large",
        hint=_("请拆成几个文件分别上传；2 万行的文件通常不到 5 MB。"),
    )


def keep(batch_id: uuid.UUID, file: BinaryIO) -> None:
    """Raises StorageFull when the disk is full or read-only; nothing is left of the file then."""
    file.seek(0)
    try:
        storages["default"].save(_path(batch_id), File(file))
    except OSError as error:
        with suppress(OSError):
            forget(batch_id)
        if is_no_room(error):
            raise StorageFull() from None
        raise


def opened(batch_id: uuid.UUID) -> File:
    """Raises FileGone."""
    try:
        return storages["default"].open(_path(batch_id), "rb")
    except FileNotFoundError:
        raise FileGone() from None


def forget(batch_id: uuid.UUID) -> None:
    storages["default"].delete(_path(batch_id))


def purge(*, now: dt.datetime) -> int:
    """Delete files past their day, except those still to be worked on. Returns how many."""
    try:
        _folders, names = storages["default"].listdir(_FOLDER)
    except FileNotFoundError:
        return 0
    spared = {str(pk) for pk in ImportBatch.objects.filter(_wanted(now)).values_list("pk", flat=True)}
    gone = [name for name in names if name not in spared and _is_old(f"{_FOLDER}/{name}", now)]
    for name in gone:
        storages["default"].delete(f"{_FOLDER}/{name}")
    return len(gone)


def may_be_read_again() -> Q:
    """Of the states of a file; whether it is still kept shows when it is opened."""
    return Q(state__in=SETTLED) | Q(state=ImportState.FAILED, error_code__in=ABOUT_COLUMNS)


def _wanted(now: dt.datetime) -> Q:
    """Files at work, and those of the day that may be read again: they wait for an answer of their sender."""
    return Q(state=ImportState.RUNNING) | Q(may_be_read_again(), created_at__gt=now - KEPT)


def _is_old(path: str, now: dt.datetime) -> bool:
    """A file comes before its row: a young one may be about to get it."""
    try:
        return storages["default"].get_modified_time(path) < now - UNCLAIMED
    except FileNotFoundError:
        return False

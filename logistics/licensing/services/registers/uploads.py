"""Files of registers that are too long to be read while their sender waits: kept until the worker has read them."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import storages

from logistics.licensing.models import RegisterImport
from logistics.licensing.states import RegisterStage
from portal.core.errors import Conflict, StorageFull
from portal.core.outages import is_no_room

UNCLAIMED = dt.timedelta(hours=1)  # a file without a row
_FOLDER = "registers"


def keep(id: uuid.UUID, file: BinaryIO) -> None:
    """Raises StorageFull when the disk is full or read-only; nothing is left of the file then."""
    file.seek(0)
    try:
        storages["default"].save(f"{_FOLDER}/{id}", File(file))
    except OSError as error:
        with suppress(OSError):
            forget(id)
        if is_no_room(error):
            raise StorageFull() from None
        raise


def opened(id: uuid.UUID) -> File:
    """Raises Conflict when the file is gone."""
    try:
        return storages["default"].open(f"{_FOLDER}/{id}", "rb")
    except FileNotFoundError:
        raise Conflict(code="file_gone") from None


def forget(id: uuid.UUID) -> None:
    storages["default"].delete(f"{_FOLDER}/{id}")


def sweep(*, now: dt.datetime) -> int:
    """Delete files that nobody is going to read. Returns how many."""
    try:
        _folders, names = storages["default"].listdir(_FOLDER)
    except FileNotFoundError:
        return 0
    waiting = {
        str(pk) for pk in RegisterImport.objects.filter(stage=RegisterStage.READING).values_list("pk", flat=True)
    }
    gone = [name for name in names if name not in waiting and _is_old(name, now)]
    for name in gone:
        storages["default"].delete(f"{_FOLDER}/{name}")
    return len(gone)


def _is_old(name: str, now: dt.datetime) -> bool:
    try:
        return storages["default"].get_modified_time(f"{_FOLDER}/{name}") < now - UNCLAIMED
    except FileNotFoundError:
        return False

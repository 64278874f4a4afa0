"""Where uploads are kept: a file is whole or not there, and a full disk is a refusal in words."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import FileSystemStorage

from portal.core.errors import StorageFull
from portal.core.outages import is_no_room


class MediaStorage(FileSystemStorage):
    """Django's, but what could not be written to its end is taken away again.

    Raises StorageFull when the disk is full, over its quota or read-only.
    """

    def _save(self, name: str, content: Any) -> str:
        was_there = self.exists(name)
        try:
            return super()._save(name, content)  # type: ignore[misc]  # the stubs leave it out
        except BaseException as error:
            if not was_there:
                self._take_away(name)
            if is_no_room(error):
                raise StorageFull() from error
            raise

    def _take_away(self, name: str) -> None:
        try:
            self.delete(name)
        except OSError:  # a read-only disk: then nothing was written either
            return

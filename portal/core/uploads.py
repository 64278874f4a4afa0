"""Uploads stopped at their limit and not after it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from portal.core.errors import DomainError

FORM_ROOM = 64 * 1024  # boundaries and the other fields


class QuotaHandler(FileUploadHandler):
    """Counts what arrives and stops beyond the limit, whatever the declared length says."""

    def __init__(self, request: HttpRequest, limit: int, refusal: Callable[[], DomainError]):
        super().__init__(request)
        self.limit, self.refusal, self.seen = limit, refusal, 0

    def receive_data_chunk(self, raw_data, start):
        self.seen += len(raw_data)
        if self.seen > self.limit:
            raise self.refusal()
        return raw_data

    def file_complete(self, file_size):
        return None


def limit_upload(request: HttpRequest, *, limit: int, refusal: Callable[[], DomainError]) -> None:
    """Call before anything reads the form. Raises `refusal()` at once when the declared length is beyond `limit` bytes.

    Django's CSRF check reads the form too, so such a view is exempt from it at the door and protected further in.
    """
    try:
        declared = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        declared = 0
    if declared > limit + FORM_ROOM:
        raise refusal()
    request.upload_handlers.insert(0, QuotaHandler(request, limit, refusal))

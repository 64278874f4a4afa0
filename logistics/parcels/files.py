"""Files in and out of the faces: uploads stopped at their limit and not after it, results as downloads."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from logistics.parcels.selectors_imports import import_by_id, lines_of
from logistics.parcels.services.imports.results import WRITERS, result_table
from logistics.parcels.services.imports.storage import too_large
from portal.core.actor import Actor
from portal.core.errors import NotFound

FORM_ROOM = 64 * 1024  # boundaries and the other fields


class QuotaHandler(FileUploadHandler):
    """Counts what arrives and stops beyond MAX_IMPORT_BYTES, whatever the declared length says."""

    def __init__(self, request=None):
        super().__init__(request)
        self.seen = 0

    def receive_data_chunk(self, raw_data, start):
        self.seen += len(raw_data)
        if self.seen > settings.MAX_IMPORT_BYTES:
            raise too_large()
        return raw_data

    def file_complete(self, file_size):
        return None


def limit_upload(request: HttpRequest) -> None:
    """Call before anything reads the form. Raises TooLarge at once when the declared length is beyond the limit."""
    try:
        declared = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        declared = 0
    if declared > settings.MAX_IMPORT_BYTES + FORM_ROOM:
        raise too_large()
    request.upload_handlers.insert(0, QuotaHandler(request))


def result_file(*, actor: Actor, batch_id, extension: str) -> HttpResponse:
    """Result of every line as a download. Raises NotFound for a foreign import and an unknown kind of file."""
    batch = import_by_id(actor=actor, batch_id=batch_id)
    return download(result_table(batch, lines_of(actor=actor, batch=batch)), f"import-{batch.pk}", extension)


def download(table: list[list[str]], name: str, extension: str) -> HttpResponse:
    if extension not in WRITERS:
        raise NotFound()
    write, content_type = WRITERS[extension]
    response = HttpResponse(write(table), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    response["Cache-Control"] = "no-store"
    return response

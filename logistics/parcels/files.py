"""Files in and out of the faces: uploads stopped at their limit and not after it, results as downloads."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from logistics.parcels.selectors_imports import import_by_id, lines_of
from logistics.parcels.services.imports.results import WRITERS, result_table
from logistics.parcels.services.imports.storage import too_large
from portal.core import uploads
from portal.core.actor import Actor
from portal.core.errors import NotFound


def limit_upload(request: HttpRequest) -> None:
    """Call before anything reads the form. Raises TooLarge beyond MAX_IMPORT_BYTES."""
    uploads.limit_upload(request, limit=settings.MAX_IMPORT_BYTES, refusal=too_large)


def result_file(*, actor: Actor, batch_id, extension: str) -> HttpResponse:
    """Result of every line as a download. Raises NotFound for a foreign import and an unknown kind of file."""
    batch = import_by_id(actor=actor, batch_id=batch_id)
    return download(result_table(batch, lines_of(actor=actor, batch=batch)), f"import-{batch.pk}", extension)


def download(table: list[list[str]], name: str, extension: str) -> HttpResponse:
    if extension not in WRITERS:
        raise NotFound()
    write, content_type = WRITERS[extension]
    return sent(write(table), f"{name}.{extension}", content_type)


def sent(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to keep. `name` is ASCII."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response

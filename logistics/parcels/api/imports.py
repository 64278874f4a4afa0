"""Files through the API: the same import as on the page."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from logistics.parcels.api.base import PAGED, SENT, answers, failures, page_of, schema_of
from logistics.parcels.described import one_of
from logistics.parcels.files import limit_upload, result_file
from logistics.parcels.selectors_imports import import_by_id, progress_of, visible_imports
from logistics.parcels.services.imports.failures import told
from logistics.parcels.services.imports.run import start_import
from logistics.parcels.states import ImportKind, ImportState
from members.access.states import Permission
from portal.core.access import holders
from portal.core.clock import now
from portal.core.errors import BadInput
from portal.core.rest import FormParser


class ImportAnswer(msgspec.Struct):
    """`state`: running, checked (dry run done), done, failed. `lines_done` grows while it runs.

    Of a file that is done or checked, `held` = `titles` + `empty` + `footers` + `accepted` + `duplicates` + `refused` +
    `asked`: no line is left unsaid. `held` counts down to the last line that holds anything, `titles` are the lines
    down to the heading, `footers` lines such as totals. `unread_sheets` are sheets of a workbook that were left alone:
    hidden ones and notes; `unread_columns` are headings of columns of which nobody knows what they mean. `warned`
    counts those of the accepted lines that carry warnings: what of them could not be used, such as a phone.
    `asked` lines wait until somebody of the sender says on the page of the import what their words mean.
    `error_code` is stable, `error` says the same in the language of the request.
    """

    id: str
    kind: Annotated[str, one_of(ImportKind)]
    enterprise: str
    file_name: str
    sha256: str
    dry_run: bool
    state: Annotated[str, one_of(ImportState)]
    lines_done: int
    held: int
    titles: int
    empty: int
    footers: int
    unread_sheets: list[str]
    unread_columns: list[str]
    accepted: int
    duplicates: int
    refused: int
    asked: int
    warned: int
    error: str
    error_code: str
    created_at: dt.datetime
    finished_at: dt.datetime | None


class ImportList(msgspec.Struct):
    """`next` is the `after` of the following page, null on the last."""

    imports: list[ImportAnswer]
    next: str | None


UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file", "kind"],
        "properties": {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "CSV or XLSX, at most 50 MB and 20,000 lines",
            },
            "kind": {"type": "string", "enum": list(ImportKind.values)},
            "enterprise": {"type": "string", "description": "Enterprise code; needed when you may send for several"},
            "dry_run": {"type": "boolean", "default": False, "description": "Check every line and take nothing"},
        },
    }
}


class ImportsView(APIView):
    access = holders(Permission.IMPORT_RUN, devices=True)
    parser_classes = [FormParser]

    def initialize_request(self, request, *args, **kwargs):
        if request.method == "POST":
            limit_upload(request)
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="imports_send", summary="Send a file", request=UPLOAD,
        tags=["imports"],
        responses=answers(ImportAnswer, 201, **SENT, **{"404": "Unknown enterprise"})
        | {202: OpenApiResponse(schema_of(ImportAnswer), "Being worked on")},
    )  # fmt: skip
    def post(self, request):
        """201 with the result of a small file; 202 while a larger one is being worked on: ask for it by its id."""
        file = request.FILES.get("file")
        if file is None:
            raise BadInput(
                _("没有收到文件。"), code="file_missing", hint=_("请以 multipart/form-data 的 file 字段上传。")
            )
        batch = start_import(
            file=file,
            name=file.name or "",
            kind=request.POST.get("kind", ""),
            enterprise_code=request.POST.get("enterprise", ""),
            dry_run=request.POST.get("dry_run", "").lower() in ("1", "true", "on"),
            actor=request.actor,
            now=now(),
        )
        return Response(describe(batch), status=202 if batch.state == ImportState.RUNNING else 201)

    @extend_schema(
        operation_id="imports_list",
        summary="Files, newest first",
        parameters=PAGED,
        responses=answers(ImportList),
        tags=["imports"],
    )
    def get(self, request):
        page, following = page_of(request, visible_imports(actor=request.actor))
        return Response({"imports": [describe(batch) for batch in page], "next": following})


class ImportView(APIView):
    access = holders(Permission.IMPORT_VIEW, devices=True)

    @extend_schema(
        operation_id="imports_read",
        summary="One file",
        responses=answers(ImportAnswer, **{"404": "Unknown"}),
        tags=["imports"],
    )
    def get(self, request, batch_id):
        return Response(describe(import_by_id(actor=request.actor, batch_id=batch_id)))


class ImportResultView(APIView):
    access = holders(Permission.IMPORT_VIEW, devices=True)

    @extend_schema(
        operation_id="imports_result", summary="Result of every line as a file", tags=["imports"],
        parameters=[OpenApiParameter("extension", str, "path", enum=["csv", "xlsx"])],
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, "The file"), **failures(**{"404": "Unknown"})},
    )  # fmt: skip
    def get(self, request, batch_id, extension):
        return result_file(actor=request.actor, batch_id=batch_id, extension=extension)


def describe(batch) -> dict[str, Any]:
    running = batch.state == ImportState.RUNNING
    return {
        "id": str(batch.pk),
        "kind": batch.kind,
        "enterprise": batch.enterprise.code,
        "file_name": batch.file_name,
        "sha256": batch.sha256,
        "dry_run": batch.dry_run,
        "state": batch.state,
        "lines_done": progress_of(batch)
        if running
        else batch.accepted + batch.duplicates + batch.refused + batch.asked,
        "held": batch.held,
        "titles": batch.titles,
        "empty": batch.empty,
        "footers": batch.footers,
        "unread_sheets": batch.unread_sheets,
        "unread_columns": batch.unread_columns,
        "accepted": batch.accepted,
        "duplicates": batch.duplicates,
        "refused": batch.refused,
        "asked": batch.asked,
        "warned": batch.warned,
        "error": told(batch),
        "error_code": batch.error_code,
        "created_at": batch.created_at,
        "finished_at": batch.finished_at,
    }

"""What the REST faces share: the raw body within its limit, refusals as rows, error schema."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.parsers import BaseParser

from portal.core.bodies import read_body
from portal.core.errors import BadInput, NotJson


class RawJson(BaseParser):
    """Announces JSON to the schema; the body is decoded by msgspec, row by row, and not by DRF."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        return {}


def json_body(request) -> bytes:
    """The body as sent. Raises TooLarge beyond 6 MB before reading it, BadInput when it is not declared as JSON."""
    inner: HttpRequest = request._request
    if inner.content_type not in ("", "application/json", "text/plain"):
        raise NotJson(_("请求应为 JSON。"), hint=_("请设置 Content-Type: application/json。"))
    return read_body(inner)


def schema_of(kind: type, **inline: Any) -> dict[str, Any]:
    """JSON schema of a msgspec type with nothing to resolve, as OpenAPI 3.1 takes it."""
    (schema,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    return _inlined(schema, parts) | inline


def _inlined(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return _inlined(parts[node["$ref"].rpartition("/")[2]], parts)
        return {key: _inlined(value, parts) for key, value in node.items() if key != "title"}
    if isinstance(node, list):
        return [_inlined(item, parts) for item in node]
    return node


class ErrorBody(msgspec.Struct, kw_only=True):
    """`code` is stable, `message` says what is wrong, `hint` what to do next, `fields` which input it is about.

    `request_id` is that of the header X-Request-Id: tell it when you ask us.
    """

    code: str
    message: str
    hint: str
    fields: dict[str, str] = {}
    request_id: str = ""


class ErrorEnvelope(msgspec.Struct):
    error: ErrorBody


def failures(**more: str) -> dict[int, OpenApiResponse]:
    """The errors every face may answer with, for extend_schema."""
    error = schema_of(ErrorEnvelope)
    texts = {
        "400": "Bad input",
        "401": "Not signed in",
        "403": "Not allowed",
        "406": "No other format than JSON",
        "429": "Too many tries; wait Retry-After seconds",
        "503": "Try again after Retry-After seconds; nothing was kept",
    }
    return {int(code): OpenApiResponse(error, text) for code, text in (texts | more).items()}


def answers(ok: type, status: int = 200, **more: str) -> dict[int, OpenApiResponse]:
    """The good answer and the errors, for extend_schema."""
    return {status: OpenApiResponse(schema_of(ok), "OK"), **failures(**more)}


# What only a request with a body can be refused for.
SENT = {
    "411": "Sent in chunks without Content-Length",
    "413": "Too large",
    "415": "The body is in another format than described",
}


def rows_of(kind: type, row: type, name: str) -> dict[str, Any]:
    """Schema of a batch whose rows are judged one by one: a row that does not fit is refused alone, the others stay."""
    schema = schema_of(kind)
    rows = schema["properties"][name]
    rows["items"] = {"anyOf": [schema_of(row), {"description": "Anything else is taken as a row and refused alone."}]}
    return schema


# -- Pages of a list ---------------------------------------------------------------------------------------------

MOST, USUAL = 500, 100
PAGED = [
    OpenApiParameter("after", {"type": "string", "format": "uuid"}, description="`next` of the page before"),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
]


def page_of(request, rows: QuerySet[Any]) -> tuple[list[Any], str | None]:
    """A page of rows that are ordered newest first by their time-ordered ids, and the `after` of the next page.

    Raises BadInput for a `limit` or `after` that is none.
    """
    limit = _limit(request.query_params.get("limit", str(USUAL)))
    if (after := request.query_params.get("after")) is not None:
        rows = rows.filter(pk__lt=_cursor(after))
    page = list(rows[: limit + 1])
    return page[:limit], str(page[limit - 1].pk) if len(page) > limit else None


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST:
        message = _("limit 应为 1 至 %(most)d。") % {"most": MOST}
        raise BadInput(message, code="bad_limit", fields={"limit": message})
    return int(text)


def _cursor(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        hint = _("请使用上一页返回的 next。")
        raise BadInput(_("after 无效。"), code="bad_cursor", hint=hint, fields={"after": hint}) from None


FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_flag(request, name: str) -> bool:
    """False when it is not given. Raises BadInput for anything but true, false, 1 and 0."""
    text = request.query_params.get(name, "false").lower()
    if text not in FLAGS:
        message = _("%(name)s 应为 true 或 false。") % {"name": name}
        raise BadInput(message, code="bad_flag", fields={name: message})
    return FLAGS[text]

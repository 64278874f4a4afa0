"""What the REST faces share: the raw body within its limit, refusals as rows, error schema."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework.parsers import BaseParser

from portal.core.errors import BadInput, TooLarge


class RawJson(BaseParser):
    """Announces JSON to the schema; the body is decoded by msgspec, row by row, and not by DRF."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        return {}


def json_body(request) -> bytes:
    """The body as sent. Raises TooLarge beyond 6 MB before reading it, BadInput when it is not declared as JSON."""
    inner: HttpRequest = request._request
    kind = inner.content_type
    if kind not in ("", "application/json", "text/plain"):
        raise BadInput(_("请求应为 JSON。"), code="not_json", hint=_("请设置 Content-Type: application/json。"))
    try:
        return inner.body
    except RequestDataTooBig:
        raise TooLarge(
            _("请求超过 6 MB。"), code="body_too_large", hint=_("请分批发送，每批不超过 10000 条。")
        ) from None
    except RawPostDataException:
        raise BadInput(code="not_json") from None


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
    """`code` is stable, `message` says what is wrong, `hint` what to do next."""

    code: str
    message: str
    hint: str
    fields: dict[str, str] = {}


class ErrorEnvelope(msgspec.Struct):
    error: ErrorBody


def failures(**more: str) -> dict[int, OpenApiResponse]:
    """The errors every face may answer with, for extend_schema."""
    error = schema_of(ErrorEnvelope)
    texts = {
        "400": "Bad input", "401": "Not signed in", "403": "Not allowed", "413": "Too large", "503": "Try again later",
    }  # fmt: skip
    return {int(code): OpenApiResponse(error, text) for code, text in (texts | more).items()}


def answers(ok: type, status: int = 200, **more: str) -> dict[int, OpenApiResponse]:
    """The good answer and the errors, for extend_schema."""
    return {status: OpenApiResponse(schema_of(ok), "OK"), **failures(**more)}

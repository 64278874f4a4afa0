"""REST faces answer refusals in the same shape as the rest of the portal."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from portal.core.bodies import RefusedForm, decode_json, read_body, too_large
from portal.core.entry import OTHER_CHARSET
from portal.core.errors import (
    BadInput,
    DomainError,
    Forbidden,
    NotAcceptable,
    NotFound,
    NotJson,
    NotUtf8,
    SignInNeeded,
    TooMany,
    UnfitText,
    WrongFormat,
    WrongMethod,
)
from portal.core.outages import refusal_of
from portal.core.texts import form_is_unfit


def exception_handler(error: Exception, context) -> Response | None:
    """DRF exceptions, database outages and our own errors as `{"error": {code, message, hint, fields, request_id}}`."""
    ours = as_domain_error(error)
    if ours is None:
        return drf_handler(error, context)
    response = Response(ours.as_dict(), status=ours.status)
    if ours.retry_after:
        response["Retry-After"] = str(int(ours.retry_after))
    header = getattr(error, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    return response


def as_domain_error(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return SignInNeeded()
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return Forbidden()
    if isinstance(error, exceptions.Throttled):
        return TooMany(retry_after=getattr(error, "wait", None))
    if isinstance(error, exceptions.ValidationError) and isinstance(error.detail, dict):
        return BadInput(fields={name: " ".join(map(str, texts)) for name, texts in error.detail.items()})
    if isinstance(error, exceptions.ParseError):
        return NotJson(hint=str(error.detail))
    if isinstance(error, exceptions.MethodNotAllowed):
        return WrongMethod(_("这个接口不支持这种方法。"), hint=_("请看回答中的 Allow。"))
    if isinstance(error, exceptions.NotAcceptable):
        return NotAcceptable()
    if isinstance(error, exceptions.UnsupportedMediaType):
        return WrongFormat()
    if isinstance(error, RequestDataTooBig):
        return too_large()
    if isinstance(error, RefusedForm):
        return error.refusal()
    if isinstance(error, SuspiciousOperation | BadRequest):
        return BadInput()
    return refusal_of(error)


class JsonParser(BaseParser):
    """JSON as `portal.core.bodies` reads it: a mark at the front and gzip are taken, unfit text is refused."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        return decode_json(read_body(parser_context["request"]._request))


class FormParser(MultiPartParser):
    """Forms with files, refused as a whole when a text in them is unfit."""

    def parse(self, stream, media_type=None, parser_context=None):
        if OTHER_CHARSET in parser_context["request"].META:
            raise NotUtf8()
        found = super().parse(stream, media_type, parser_context)
        if form_is_unfit(found.data, found.files):
            raise UnfitText()
        return found

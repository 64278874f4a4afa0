"""REST faces answer refusals in the same shape as the rest of the portal."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from portal.core.errors import BadInput, DomainError, Forbidden, NotFound, SignInNeeded, TooMany
from portal.core.outages import refusal_of


def exception_handler(error: Exception, context) -> Response | None:
    """DRF exceptions, database outages and our own errors as `{"error": {code, message, hint, fields}}`."""
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
        return BadInput(code="not_json", hint=str(error.detail))
    return refusal_of(error)

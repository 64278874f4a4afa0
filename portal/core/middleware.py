"""The thin outer layers: who is calling, fast lane, and errors that help."""

from __future__ import annotations

import ipaddress
import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import get_language, get_language_from_request, override

from portal.core.access import Rule
from portal.core.addresses import parse_address
from portal.core.bodies import too_large
from portal.core.errors import DomainError, WrongMethod
from portal.core.outages import refusal_of
from portal.core.routes import in_fast_lane

log = logging.getLogger(__name__)


def wants_json(request) -> bool:
    """Programs get JSON: under /api/ and the scan pages' doors, who sends JSON, who asks for it and not for HTML."""
    path = "/" + request.path.lstrip("/")  # `//api//` is a program's slip, too
    if path.startswith(("/api/", "/work/scan/")) or request.content_type == "application/json":
        return True
    accept = request.META.get("HTTP_ACCEPT", "")
    return "application/json" in accept and "text/html" not in accept


def error_response(request, error: DomainError) -> HttpResponse:
    """The one way an error reaches a browser or a program."""
    if wants_json(request):
        response: HttpResponse = JsonResponse(error.as_dict(), status=error.status)
    else:
        response = render(request, "error.html", {"error": error}, status=error.status)
    if error.retry_after:
        response["Retry-After"] = str(int(error.retry_after))
    response["Cache-Control"] = "no-store"
    return response


class ProxyMiddleware:
    """Sets `request.client_address` and believes forwarding headers only from a named proxy.

    Anybody can send X-Forwarded-For, so a header from an unknown peer is thrown away: rate limits, locks
    and the audit log would otherwise count whatever address a caller invents.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(p, strict=False) for p in settings.TRUSTED_PROXIES]

    def __call__(self, request):
        peer = request.META.get("REMOTE_ADDR", "")
        if self.is_trusted(peer):
            forwarded = [p.strip() for p in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if p.strip()]
            # From the right: the first address that is not one of our proxies is the caller.
            peer = next((a for a in reversed(forwarded) if not self.is_trusted(a)), peer)
            request.META["portal.request_id"] = request.META.get("HTTP_X_REQUEST_ID", "")
            if request.META.get("HTTP_X_FORWARDED_PROTO") == "https":
                request.META["wsgi.url_scheme"] = request.environ["wsgi.url_scheme"] = "https"
        for header in (
            "HTTP_X_FORWARDED_FOR",
            "HTTP_X_FORWARDED_HOST",
            "HTTP_X_FORWARDED_PROTO",
            "HTTP_FORWARDED",
        ):
            request.META.pop(header, None)
        request.client_address = peer if parse_address(peer) else "0.0.0.0"  # noqa: S104  a value, not a bind
        request.META["REMOTE_ADDR"] = request.client_address
        return self.get_response(request)

    def is_trusted(self, address: str) -> bool:
        parsed = parse_address(address) if self.trusted else None
        return parsed is not None and any(parsed in network for network in self.trusted)


class DatabaseRestMiddleware:
    """A database that restarts, a wait that was given up and a full disk answer 503 with Retry-After instead of 500:
    clients send again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        refusal = refusal_of(exception)
        return plain_error(request, refusal) if refusal else None


def plain_error(request, error: DomainError) -> HttpResponse:
    """An error page that needs neither database nor session, in the language the browser asks for."""
    with override(get_language_from_request(request)):
        if wants_json(request):
            response: HttpResponse = JsonResponse(error.as_dict(), status=error.status)
        else:
            page = {"error": error, "lang": "en" if get_language() == "en" else "zh-CN"}
            response = HttpResponse(render_to_string("plain_error.html", page), status=error.status)
    if error.retry_after or error.status >= 500:
        response["Retry-After"] = str(int(error.retry_after or 5))
    response["Cache-Control"] = "no-store"
    return response


class FastLaneMiddleware:
    """Views marked `fast_lane = True` (public lookup) answer before sessions, CSRF, messages and login.

    Those layers cost twice the view itself (references: eight middlewares take 44 % of an empty request).
    A fast-lane view must be public, must not write, and sets its own headers.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        match = in_fast_lane(request.path_info)
        if match is None or (settings.SECURE_SSL_REDIRECT and not request.is_secure()):
            return self.get_response(request)
        rule = getattr(match.func, "access", None)
        if not isinstance(rule, Rule) or rule.kind != "public":
            raise RuntimeError("a fast-lane view must be public")
        return self.answer(request, match)

    def answer(self, request, match):
        try:
            request.get_host()  # a forged Host is refused here as elsewhere
        except SuspiciousOperation:
            return HttpResponse(status=400)
        request.resolver_match = match
        try:
            response = match.func(request, *match.args, **match.kwargs)
        except DomainError as error:
            response = plain_error(request, error)
        except (DatabaseError, InterfaceError, OSError) as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            response = plain_error(request, refusal)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if settings.SECURE_HSTS_SECONDS:
            response.headers.setdefault(
                "Strict-Transport-Security",
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload",
            )
        response.headers.setdefault("Content-Security-Policy", CSP_FAST_LANE)
        return response


_DIRECTIVES: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]  # type: ignore[assignment]
CSP_FAST_LANE = "; ".join(f"{name} {' '.join(values)}" for name, values in _DIRECTIVES.items())


def page_above(request) -> HttpResponse | None:
    """The way to the page to which a form's own address belongs, for a browser that opens it; None for programs.

    Back, reload, large type and language open such addresses: `/work/handovers/7/take/` leads to `/work/handovers/7/`.
    """
    if request.method not in ("GET", "HEAD") or "text/html" not in request.META.get("HTTP_ACCEPT", ""):
        return None
    path = request.path_info.strip("/")
    while path:
        path = path.rpartition("/")[0]
        for wanted in ("/" + path + "/" if path else "/", "/" + path):
            try:
                resolve(wanted)
            except Resolver404:
                continue
            return HttpResponseRedirect(wanted)
    return None


class ErrorMiddleware:
    """Turns refusals of the services into pages or JSON with what to do next."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == WrongMethod.status and not response.content:
            # Somebody reloaded the address of a form, or a program guessed: the framework's own answer is empty.
            if (above := page_above(request)) is not None:
                return above
            page = error_response(request, WrongMethod())
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request, exception):
        if isinstance(exception, RequestDataTooBig):
            exception = too_large()
        if isinstance(exception, DomainError):
            return error_response(request, exception)
        return None

"""The first thing a request meets: a name of its own, and the refusal of what no part of the portal can hold.

PostgreSQL keeps no zero byte in text. Left to the views, each of them would have to think of it, and each that does
not answers 500 to a stranger. JSON is read by portal.core.bodies, or row by row.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import is_valid_path
from django.utils.datastructures import MultiValueDict

from portal.core.access import Kind, rule_of
from portal.core.bodies import FormNotUtf8, UnfitForm
from portal.core.entry import OTHER_CHARSET, UNREADABLE
from portal.core.errors import LengthNeeded, UnfitText, WrongFormat, WrongMethod
from portal.core.middleware import plain_error
from portal.core.texts import form_is_unfit, is_unfit
from portal.core.tracing import begin_request

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
# The one address of the API without a slash at its end. Both forms of every address are answered: a redirect would
# turn a POST into a GET.
WITHOUT_SLASH = "/api/v1/track/"


class GateMiddleware:
    """Names the request, refuses unfit addresses before anything reads them, and sends the name back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = begin_request(request.META.pop("portal.request_id", ""))  # type: ignore[attr-defined]
        response = self.refuse(request) or self.get_response(request)
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        if "Cache-Control" not in response.headers and not _is_for_everybody(request):
            response.headers["Cache-Control"] = "no-store"
        return response

    def refuse(self, request: HttpRequest) -> HttpResponse | None:
        if request.method not in METHODS:
            refused = plain_error(request, WrongMethod())
            refused["Allow"] = ", ".join(sorted(METHODS))
            return refused
        if UNREADABLE in request.META:
            return plain_error(request, WrongFormat())
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return plain_error(request, LengthNeeded())
        query = request.META.get("QUERY_STRING", "")
        cookies = request.META.get("HTTP_COOKIE", "")
        if (
            is_unfit(request.path_info)
            or "%00" in query
            or "\x00" in query
            or ("\\0" in cookies and any(map(is_unfit, request.COOKIES.values())))
        ):
            return plain_error(request, UnfitText())
        if request.method == "POST" and request.content_type in FORMS:
            _watch_form(request)
        if request.path_info.startswith("/api/"):
            _mend_slash(request)
        return None


def _is_for_everybody(request: HttpRequest) -> bool:
    """Whether anybody would get this answer: a public address, asked without a session."""
    match = request.resolver_match
    rule = rule_of(match.func) if match is not None else None
    return rule is not None and rule.kind == Kind.PUBLIC and settings.SESSION_COOKIE_NAME not in request.COOKIES


def _mend_slash(request: HttpRequest) -> None:
    path = request.path_info
    if path.endswith("/") is not path.startswith(WITHOUT_SLASH):
        return  # as it is written in the routes
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    if is_valid_path(other) and (path.endswith("/") or not is_valid_path(path)):
        request.path = request.path[: len(request.path) - len(path)] + other
        request.path_info = request.META["PATH_INFO"] = other


def own_reading_of_text(view):
    """Marks a view that answers in somebody else's protocol: it meets unfit text in forms itself."""
    view.reads_unfit_text = True
    return view


def _watch_form(request) -> None:
    """Refuses a form with unfit text or in another charset when it is read, so that no view has to think of it and
    none reads it earlier.

    Unfit text is left to views marked by `own_reading_of_text`.
    """
    load = request._load_post_and_files

    def checked() -> None:
        if OTHER_CHARSET in request.META:
            request._mark_post_parse_error()
            raise FormNotUtf8
        load()
        if form_is_unfit(request._post, request._files) and not _own_way(request):
            request._post, request._files = QueryDict(), MultiValueDict()
            raise UnfitForm

    request._load_post_and_files = checked


def _own_way(request: HttpRequest) -> bool:
    return request.resolver_match is not None and getattr(request.resolver_match.func, "reads_unfit_text", False)

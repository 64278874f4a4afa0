"""The headers that the framework reads before any layer of ours: made harmless, so that the gate can answer for them.

Django decodes addresses and forms by any codec that a Content-Type names, and does so while it makes the request: one
that is no text codec (`charset=base64`) breaks it where nothing catches, and `unicode_escape` writes a zero byte where
nobody looks for one. Everything here is UTF-8, so the framework is told no charset at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

UTF8 = frozenset({"utf-8", "ascii"})
# Kept in the request's META for the gate.
UNREADABLE, OTHER_CHARSET = "portal.unreadable_type", "portal.other_charset"
_FULL = "*="  # RFC 2231: a parameter may name a codec of its own


class Entry:
    """A WSGI application around another one."""

    def __init__(self, application: Callable[..., Iterable[bytes]]):
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        settle_headers(environ)
        return self.application(environ, start_response)


def settle_headers(environ: dict[str, Any]) -> None:
    """Takes the charset out of Content-Type, and unreadable values of Content-Type and Accept altogether.

    Leaves a mark in `environ` for what must be refused: UNREADABLE, and OTHER_CHARSET when one that is not UTF-8 was
    named. The gate refuses the first, and the second where a form is read; of JSON a charset says nothing (RFC 8259).
    """
    content_type = environ.get("CONTENT_TYPE") or ""
    if ";" in content_type:
        environ["CONTENT_TYPE"] = _settled(content_type, environ)
    if _FULL in environ.get("HTTP_ACCEPT", "") and not _is_readable(environ["HTTP_ACCEPT"]):
        del environ["HTTP_ACCEPT"]  # as good as "anything", which is what an unknown wish gets


def _settled(content_type: str, environ: dict[str, Any]) -> str:
    try:
        kind, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):
        environ[UNREADABLE] = True
        return ""
    if "charset" not in parameters:
        return content_type
    if not _is_utf8(parameters.pop("charset")):
        environ[OTHER_CHARSET] = True
    return "; ".join([kind, *(f'{name}="{_quoted(value)}"' for name, value in parameters.items())])


def _quoted(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"")


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset.strip()).name in UTF8
    except (LookupError, ValueError):
        return False


def _is_readable(accept: str) -> bool:
    try:
        for wish in accept.split(","):
            parse_header_parameters(wish)
    except (ValueError, LookupError):
        return False
    return True

"""What the JSON doors share: the body within its limit, and the answer."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.core import bodies

MOST = 64 * 1024  # bytes of a body: some hundred numbers
T = TypeVar("T", bound=msgspec.Struct)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class NotJson(bodies.NotJson):
    message = _("送来的数据读不懂。")
    hint = _("请刷新页面后重试；还没有送出的扫描会保留。")


def body_of(request, kind: type[T]) -> T:
    """The body as `kind`. Raises TooLarge before reading more than 64 KB, NotJson."""
    try:
        body = bodies.read_body(request, most=MOST)
        return _printable(msgspec.json.decode(body or b"{}", type=kind))
    except (bodies.NotJson, *_UNREADABLE):
        raise NotJson() from None


def _printable(body: T) -> T:
    """Texts without characters that no database takes. Scanned numbers are left to the reader of barcodes."""
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, msgspec.Struct):
            _printable(value)
        elif isinstance(value, str) and name not in ("number", "seal"):
            setattr(body, name, "".join(c for c in value if c.isprintable() or c == "\n"))
    return body


def reply(payload: Any, status: int = 200) -> HttpResponse:
    response = HttpResponse(msgspec.json.encode(payload), content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response

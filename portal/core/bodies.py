"""Bodies of requests as programs send them: JSON with or without a mark at its front, compressed or not."""

from __future__ import annotations

import json
import zlib
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.utils.translation import gettext_lazy as _

from portal.core.errors import DomainError, NotJson, NotUtf8, TooLarge, UnfitText
from portal.core.texts import holds_unfit, may_hold_unfit

BOM = b"\xef\xbb\xbf"
GZIP = 16 + zlib.MAX_WBITS


def read_body(request: HttpRequest, *, most: int | None = None) -> bytes:
    """The body, unpacked when it was sent with Content-Encoding: gzip, without a byte order mark.

    `most`: bytes; without it DATA_UPLOAD_MAX_MEMORY_SIZE. Raises TooLarge beyond it before or after unpacking, NotJson
    for anything else than gzip, and when the body was read as a form before.
    """
    if most is not None and length_of(request) > most:
        raise TooLarge()
    try:
        body = request.body
        if most is not None and len(body) > most:  # the length may have been said too small, or not at all
            raise TooLarge()
    except RequestDataTooBig:
        raise too_large() from None
    except RawPostDataException:
        raise NotJson() from None
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        body = _unpacked(body, encoding, most)
    return body.removeprefix(BOM)


def too_large() -> TooLarge:
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
    message = _("请求超过 %(megabytes)s MB。") % {"megabytes": megabytes}
    return TooLarge(message, code="body_too_large", hint=_("请分批发送，每批不超过 10000 条。"))


def length_of(request: HttpRequest) -> int:
    """Bytes of the body as the sender says, before it is read. Raises NotJson for what is no number."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise NotJson() from None


def _unpacked(body: bytes, encoding: str, limit: int | None) -> bytes:
    """Unpacks no more than is allowed, whatever the packed length promises."""
    if encoding != "gzip":
        raise NotJson(hint=_("Content-Encoding 只能是 gzip，或不压缩。"))
    most = limit or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    unpacker = zlib.decompressobj(GZIP)
    try:
        found = unpacker.decompress(body, most + 1)
    except zlib.error:
        raise NotJson(hint=_("请求声明为 gzip，但不能解压。")) from None
    if len(found) > most:
        raise too_large() if limit is None else TooLarge()
    if not unpacker.eof:
        raise NotJson(hint=_("请求声明为 gzip，但不能解压。"))
    return found


def decode_json(body: bytes) -> Any:
    """Raises NotJson, UnfitText."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotJson() from None
    if may_hold_unfit(body) and holds_unfit(found):
        raise UnfitText()
    return found


# -- Forms ------------------------------------------------------------------------------------------------------


class RefusedForm(BadRequest):
    """Raised by the framework's own reading of a form, wherever that happens; answered as `refusal`."""

    refusal: type[DomainError]


class UnfitForm(RefusedForm):
    refusal = UnfitText


class FormNotUtf8(RefusedForm):
    refusal = NotUtf8

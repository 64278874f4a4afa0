"""What a file is, by its first bytes: names lie."""

from __future__ import annotations

import re
from typing import BinaryIO

from portal.core.workbooks.problems import FileProblem

WORKBOOK, TEXT = "workbook", "text"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:\?xml|!doctype|html|head|body|meta|table|style|div|title)\b",
    re.I | re.S,
)
_CHUNK = 1 << 20


def kind_of_file(file: BinaryIO) -> str:
    """WORKBOOK or TEXT. Raises FileProblem for anything else, saying what it is and what to do."""
    file.seek(0)
    start = file.read(4096)
    if start[:2] == b"PK":
        return WORKBOOK
    if start[:4] == _OLE[:4]:
        raise FileProblem("encrypted" if _contains(file, _ENCRYPTED) else "old_excel")
    if start[:4] == b"%PDF":
        raise FileProblem("pdf")
    if start[:4] in (b"Rar!", b"7z\xbc\xaf") or start[:3] == b"\x1f\x8b\x08":
        raise FileProblem("packed")
    text = start
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = start.decode("utf-16", "ignore").encode()
    if _MARKUP.match(text):
        raise FileProblem("web_page")
    return TEXT


def _contains(file: BinaryIO, wanted: bytes) -> bool:
    file.seek(0)
    tail = b""
    while chunk := file.read(_CHUNK):
        if wanted in tail + chunk:
            return True
        tail = chunk[-len(wanted) :]
    return False

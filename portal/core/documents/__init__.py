"""Papers that people hand in as evidence: told by what is in them, never by their name, and made anew.

What is kept is of our own making: a JPEG (portal/core/images.py), or a PDF in which only the drawn pages of the one
handed in were put together again (pages.py): no script, no action, no attached file, no metadata, nothing before or
behind. Whoever looks at it is named on every page (marks.py).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from portal.core.documents.pages import clean_pdf
from portal.core.errors import BadInput, TooLarge
from portal.core.images import MAX_BYTES, NotAnImage, clean_image

PDF, JPEG = "application/pdf", "image/jpeg"
LONGEST_NAME = 80
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.webp"  # what a file chooser offers; what is taken is told by content
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_OFFICE = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_UNSPEAKABLE = re.compile(r"[\s/\\:*?\"<>|]+")


class DocumentTooLarge(TooLarge):
    code = "document_too_large"
    message = _("文件太大，不能超过 10 MB。")
    hint = _("请用手机拍照上传（会自动缩小），或分成几个文件。")


class NotADocument(BadInput):
    code = "not_a_document"
    message = _("这个文件不是 PDF，也不是照片。")
    hint = _("请上传 PDF、JPEG、PNG 或 HEIC；也可以用手机直接拍原件。")


class OfficeDocument(NotADocument):
    code = "office_document"
    message = _("这是 Word、Excel 文件或压缩包，不能直接收。")
    hint = _("请在 Word 或 Excel 里“另存为 PDF”后上传；压缩包请先解开。")


class EmptyDocument(NotADocument):
    code = "document_empty"
    message = _("这个文件是空的。")


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """`pages` is 1 for a picture. `sha256` is the hex digest of `data`."""

    data: bytes
    content_type: str
    pages: int
    sha256: str

    @property
    def extension(self) -> str:
        return "pdf" if self.content_type == PDF else "jpg"


def read_document(file: BinaryIO) -> bytes:
    """The bytes handed in; never more than one beyond the limit is held. Raises DocumentTooLarge, EmptyDocument."""
    file.seek(0)
    raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise DocumentTooLarge()
    if not raw:
        raise EmptyDocument()
    return raw


def clean_document(file: BinaryIO) -> CleanDocument:
    """The paper in `file`, made anew.

    Raises DocumentTooLarge beyond 10 MB, the refusals of `clean_pdf` and `clean_image`, NotADocument for anything that
    is neither a PDF nor a JPEG, PNG, WebP or HEIC from its first byte, whatever it is called.
    """
    raw = read_document(file)
    if raw.startswith(b"%PDF-"):
        data, pages = clean_pdf(raw)
        return CleanDocument(data, PDF, pages, hashlib.sha256(data).hexdigest())
    if raw.startswith(_OFFICE):
        raise OfficeDocument()
    if not raw.startswith(_PICTURES) and raw[4:8] != b"ftyp":
        raise NotADocument()
    try:
        image = clean_image(file)
    except NotAnImage:
        raise NotADocument(_("这张照片打不开，可能已经损坏。")) from None
    return CleanDocument(image.data, JPEG, 1, image.sha256)


def clean_name(name: str) -> str:
    """A file's name as a label to show: without folders, control and direction characters, and not longer than 80.

    It never becomes a path: files are kept under names of our own.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in last)
    words = _UNSPEAKABLE.sub(" ", visible).strip(" .")
    return words[:LONGEST_NAME].strip() or "document"

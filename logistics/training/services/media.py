"""Files of lessons: told by what is in them, stored outside the web root, read in pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.utils.translation import gettext_lazy as _

from logistics.training.models import Lesson
from logistics.training.selectors.learning import LessonNotFound, lesson_page
from logistics.training.states import LessonKind
from portal.core.actor import Actor
from portal.core.errors import BadInput, TooLarge
from portal.core.ids import new_id
from portal.core.images import clean_image

FOLDER = "training"
MOST_BYTES = {LessonKind.VIDEO: 300 * 1024 * 1024, LessonKind.ATTACHMENT: 20 * 1024 * 1024}
MOST_CAPTIONS = 1024 * 1024
PIECE = 2 * 1024 * 1024  # of a video at a time: a slow phone holds no thread of ours for long


class WrongFile(BadInput):
    code = "lesson_file"
    message = _("这个文件不能用在这种课时里。")
    hint = _("视频用 MP4 或 WebM，附件用 PDF，图片用 JPEG 或 PNG，字幕用 WebVTT（.vtt）。")


class FileTooLarge(TooLarge):
    code = "lesson_file_too_large"
    message = _("文件太大。视频不超过 300 MB，附件不超过 20 MB。")
    hint = _("请压缩后再上传。")


@dataclass(frozen=True, slots=True)
class Kept:
    path: str
    name: str
    content_type: str
    size: int


def keep_file(*, kind: str, file: BinaryIO, name: str) -> Kept:
    """Stores a file for a lesson of `kind`. Raises WrongFile, FileTooLarge and the refusals of `clean_image`."""
    shown = re.sub(r"[^\w.\- ()（）]", "_", name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1])[-100:]
    if kind == LessonKind.IMAGE:
        image = clean_image(file)
        path = storages["default"].save(f"{FOLDER}/{new_id()}.jpg", ContentFile(image.data))
        return Kept(path, shown, "image/jpeg", len(image.data))
    content_type, ending = _told(kind, file)
    size = _size(file)
    if size > MOST_BYTES[LessonKind(kind)]:
        raise FileTooLarge()
    path = storages["default"].save(f"{FOLDER}/{new_id()}.{ending}", File(file))
    return Kept(path, shown, content_type, size)


def keep_captions(*, file: BinaryIO) -> str:
    """Stores WebVTT captions; returns their path. Raises WrongFile."""
    file.seek(0)
    data = file.read(MOST_CAPTIONS + 1)
    if len(data) > MOST_CAPTIONS or not data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        raise WrongFile()
    return storages["default"].save(f"{FOLDER}/{new_id()}.vtt", ContentFile(data))


def _size(file: BinaryIO | File) -> int:
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    return size


def _told(kind: str, file: BinaryIO) -> tuple[str, str]:
    file.seek(0)
    start = file.read(16)
    if kind == LessonKind.VIDEO and start[4:8] == b"ftyp":
        return "video/mp4", "mp4"
    if kind == LessonKind.VIDEO and start.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm", "webm"
    if kind == LessonKind.ATTACHMENT and start.startswith(b"%PDF-"):
        return "application/pdf", "pdf"
    raise WrongFile()


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `first` to `last` (both counted in) of a file of `size` bytes; `part` says whether it was asked for so."""

    data: bytes
    first: int
    last: int
    size: int
    part: bool


class NoSuchPart(BadInput):
    status = 416
    code = "range_not_satisfiable"


def read_file(*, code: str, lesson_id: int, wanted: str, actor: Actor) -> tuple[Lesson, Piece]:
    """The file of a lesson, or the part that `wanted` (a Range header) names; of an open end at most 2 MB.

    Raises LessonNotFound, also when there is no file, and NoSuchPart. RFC 9110, 14: one range of bytes.
    """
    lesson = lesson_page(actor=actor, code=code, lesson_id=lesson_id).lesson
    return lesson, _read(lesson.file, wanted)


def read_captions(*, code: str, lesson_id: int, actor: Actor) -> bytes:
    """Raises LessonNotFound, also when there are none."""
    return _read(lesson_page(actor=actor, code=code, lesson_id=lesson_id).lesson.captions, "").data


def _read(path: str, wanted: str) -> Piece:
    if not path:
        raise LessonNotFound()
    try:
        with storages["default"].open(path, "rb") as file:
            size = _size(file)
            first, last, part = _range(wanted, size)
            file.seek(first)
            return Piece(file.read(last - first + 1), first, last, size, part)
    except FileNotFoundError:
        raise LessonNotFound() from None


def _range(wanted: str, size: int) -> tuple[int, int, bool]:
    found = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", wanted.strip())
    if found is None or found.groups() == ("", ""):
        return 0, size - 1, False
    begin, end = found.groups()
    if not begin:  # the last so many bytes
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(begin), min(int(end), size - 1) if end else size - 1
    if first > last:
        raise NoSuchPart()
    return first, min(last, first + PIECE - 1), True

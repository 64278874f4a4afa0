"""CSV as people's programs write it: any usual encoding and separator."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from logistics.parcels.services.imports.cells import SheetRow
from logistics.parcels.services.imports.problems import FileProblem
from portal.core.workbooks import MOST_CELLS

_CHUNK = 1 << 20
_SEPARATORS = ",;\t，；|"


def encoding_of(file: BinaryIO) -> str:
    """utf-8 with or without BOM, UTF-16 with BOM, else GB18030 (which contains GBK and GB2312). Raises FileProblem."""
    file.seek(0)
    start = file.read(4)
    if start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise FileProblem(
        _("文件的文字编码无法识别。"),
        code="unknown_encoding",
        hint=_("请另存为“CSV UTF-8（逗号分隔）”或 .xlsx 后重新上传。"),
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is valid in `encoding`; reads it piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            if "\x00" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def read_csv(file: BinaryIO) -> Iterator[SheetRow]:
    """The lines of a CSV file. Raises FileProblem when quotes don't match or it is no text at all."""
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(cast(BinaryIO, _Keep(file)), encoding=encoding, newline="")
    try:
        first = text.readline(65536)
        separator = max(_SEPARATORS, key=first.count) if first else ","
        text.seek(0)
        reader = csv.reader(text, delimiter=separator, strict=True)
        line = 1
        for cells in reader:
            if len(cells) > MOST_CELLS:
                raise FileProblem(_("第 %(line)s 行超过 200 列。") % {"line": line}, code="too_many_columns")
            yield SheetRow(line, list(cells))
            line = reader.line_num + 1
    except csv.Error:
        raise FileProblem(
            _("第 %(line)s 行起引号不配对，无法分列。") % {"line": line},
            code="bad_quotes",
            hint=_("请用表格软件打开后另存为 CSV 或 .xlsx，再重新上传。"),
        ) from None
    finally:
        text.detach()


class _Keep(io.BufferedIOBase):
    """Lets TextIOWrapper read an upload without closing it."""

    def __init__(self, file: BinaryIO):
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size=-1):
        return self._file.read(size)

    def read1(self, size=-1):
        return self._file.read(size if size >= 0 else _CHUNK)

    def seek(self, offset, whence=0):
        return self._file.seek(offset, whence)

    def tell(self):
        return self._file.tell()

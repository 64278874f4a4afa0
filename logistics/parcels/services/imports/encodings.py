"""In which encoding a text file was written."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from portal.core.workbooks import FileProblem

NOT_TEXT = re.compile(r"[\udc80-\udcff]")  # bytes that the encoding has no sign for, kept by surrogateescape
_CHUNK = 1 << 20
_FEW = 20  # one unreadable byte among so many signs beyond ASCII is a slip, not another encoding


def encoding_of(file: BinaryIO) -> str:
    """utf-8 with or without BOM, UTF-16 with BOM, else GB18030 (which contains GBK and GB2312).

    A few bytes that no sign stands for don't change what the file is written in; their lines are refused by whoever
    reads them. Raises FileProblem.
    """
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
    raise FileProblem("unknown_encoding")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is text in `encoding`, but for a few bytes; reads it piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)("strict" if encoding == "utf-16" else "surrogateescape")
    signs = bad = 0
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            if "\x00" in text:
                return False
            if not text.isascii():
                wrong = len(NOT_TEXT.findall(text))
                bad += wrong
                signs += len(text) - len(text.encode("ascii", "ignore")) - wrong
        bad += len(NOT_TEXT.findall(decoder.decode(b"", final=True)))
    except UnicodeDecodeError:
        return False
    return bad * _FEW <= signs

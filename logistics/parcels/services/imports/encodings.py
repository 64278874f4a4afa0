"""In which encoding a text file was written."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from portal.core.workbooks import FileProblem

NOT_TEXT = re.compile(r"[\udc80-\udcff]")  # bytes that the encoding has no sign for, kept by surrogateescape
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_CHUNK = 1 << 18
_ENOUGH = 100_000  # signs beyond ASCII
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
    """Whether the file is text in `encoding`, but for a few bytes.

    The first signs beyond ASCII tell; of what stands behind them only zero bytes are looked for, which is cheap
    whatever the file's length.
    """
    if encoding == "utf-16":
        return _is_utf16(file)
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    signs = bad = 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if b"\x00" in chunk:
            return False
        if signs + bad < _ENOUGH:
            text = decoder.decode(chunk)
            wrong = len(NOT_TEXT.findall(text))
            bad += wrong
            signs += sum(map(len, _BEYOND_ASCII.findall(text))) - wrong
    if signs + bad < _ENOUGH:
        bad += len(NOT_TEXT.findall(decoder.decode(b"", final=True)))
    return bad * _FEW <= signs


def _is_utf16(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-16")("strict")
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            if "\x00" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

"""The archive around a workbook: measured before it is opened, its parts found as their makers named them."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast
from xml.parsers import expat

from portal.core.workbooks.budget import Budget
from portal.core.workbooks.problems import FileProblem

MOST_ENTRIES = 1000
MOST_AT_ONCE = 512 * 1024  # bytes read at a time; the directory, which is read in one piece, of 1000 entries is 100 KB
MOST_RELATIONS = 2000  # of one part; a workbook has one for each sheet, a sheet a few
MOST_BYTES = 200 * 1024 * 1024  # unpacked, all entries together
SMALL_BYTES = 10 * 1024 * 1024  # below this no ratio is suspicious
WORST_RATIO = 150  # repetitive sheets reach about 40
_CHUNK = 1 << 16
_SHEETS = (".xlsx", ".xls", ".csv", ".et")
BROKEN = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, IndexError, EOFError, NotImplementedError,
    RuntimeError, OverflowError,
)  # fmt: skip


class Archive:
    """A guarded workbook: raises FileProblem for a bomb, a password, and for what is no workbook at all."""

    def __init__(self, file: BinaryIO, budget: Budget | None = None):
        self._budget = budget or Budget()
        file.seek(0)
        try:
            self._zip = zipfile.ZipFile(cast(IO[bytes], _InPieces(file)))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise FileProblem("bad_workbook") from None
        _guard(self._zip.infolist())
        self._names = {_plain(entry.filename): entry.filename for entry in self._zip.infolist()}

    def has(self, part: str) -> bool:
        return _plain(part) in self._names

    def open(self, part: str) -> IO[bytes]:
        """A part by its name in any case. Raises KeyError."""
        return self._zip.open(self._names[_plain(part)])

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """(id, last word of the type, part) of everything that a part refers to; "" is the package itself.

        Raises FileProblem beyond MOST_RELATIONS, OutOfTime.
        """
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(relations):
            return []
        found: list[tuple[str, str, str]] = []
        for count, (tag, attributes) in enumerate(elements(self.open(relations), self._budget)):
            if count > MOST_RELATIONS:
                raise FileProblem("unpacks_too_large")
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"].replace("\\", "/")))
                found.append((attributes["Id"], attributes["Type"].rpartition("/")[2], target.lstrip("/")))
        return found

    def refuse_others(self) -> None:
        """Raises FileProblem with the right words for an archive that is something else than a workbook of ours."""
        for part, code in (
            ("xl/workbook.bin", "binary_workbook"), ("content.xml", "open_document"),
            ("word/document.xml", "other_document"), ("ppt/presentation.xml", "other_document"),
        ):  # fmt: skip
            if self.has(part):
                raise FileProblem(code)
        if any(name.endswith(_SHEETS) for name in self._names):
            raise FileProblem("packed")
        raise FileProblem("bad_workbook")


class _InPieces:
    """The file, of which nobody may read much at a time: whatever its end record promises, the directory of an archive
    is read in one piece, and its entries become objects, before anything about them can be asked."""

    def __init__(self, file: BinaryIO):
        self._file = file

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(MOST_AT_ONCE + 1 if size < 0 else min(size, MOST_AT_ONCE + 1))
        if len(found) > MOST_AT_ONCE:
            raise FileProblem("unpacks_too_large")
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _guard(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse archives that would unpack to far more than a sheet needs. Reads the directory only, unpacks nothing."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileProblem("encrypted")
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_BYTES
        or (unpacked > SMALL_BYTES and unpacked / packed > WORST_RATIO)
    ):
        raise FileProblem("unpacks_too_large")


def feed(stream: IO[bytes], handler, budget: Budget) -> Iterator[None]:
    """Parse a part piece by piece into `handler` (start, end, text); comes back after each piece.

    Names come without their namespaces and prefixes, so that Transitional, Strict and oddly prefixed parts read alike.
    A document type is refused: no part of a workbook has one, and entities start there.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    local: dict[str, str] = {}

    def start(name, attributes):
        tag = local.get(name) or local.setdefault(name, name.rpartition(":")[2])
        handler.start(tag, attributes)

    def end(name):
        handler.end(local[name])

    def refuse(*_args):
        raise ValueError("document type")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse
    with stream:
        while chunk := stream.read(_CHUNK):
            budget.check()
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield


class _Elements:
    def __init__(self):
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag, attributes):
        self.found.append((tag, attributes))

    def end(self, tag):
        pass

    text = end


def elements(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of a small part in the order of their beginning, each with its attributes."""
    handler = _Elements()
    for _piece in feed(stream, handler, budget):
        yield from handler.found
        handler.found.clear()

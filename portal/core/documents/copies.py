"""What a PDF's pages draw with, copied once each, within a number of objects and a budget of processor time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, StreamObject

from portal.core.workbooks import Budget, OutOfTime

MAX_COPIED = 20_000  # objects of a new paper; a scan of twenty pages has some hundreds, drawings a few thousand
MAX_WRITTEN = 40 * 1024 * 1024  # bytes of all streams, packed; a paper is handed in with 10 MB at most
MAX_STAMPS = 2000  # seals and filled fields of a whole paper
# Of what a page draws with, only these are looked up by a viewer (ISO 32000-1, table 33).
_RESOURCES = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/Properties")
# Beside a drawing: notes for other programs, and alternates that a reviewer would not see.
_BESIDE = (
    "/Metadata", "/PieceInfo", "/AF", "/OPI", "/Alternates", "/OC", "/Ref", "/StructParent", "/StructParents", "/PS",
)  # fmt: skip


class _Counted(list):
    """Objects of a writer: none is added beyond the limits, in the middle of a copy too."""

    def __init__(self, held: list, budget: Budget):
        super().__init__(held)
        self._budget = budget

    def append(self, item: Any) -> None:
        self._budget.check()
        if len(self) >= MAX_COPIED:
            raise OutOfTime
        super().append(item)


class BudgetedReader(PdfReader):
    """Raises OutOfTime at the next object that is looked up once the budget is used up."""

    def __init__(self, *args: Any, budget: Budget, **more: Any):
        self._budget = budget
        super().__init__(*args, **more)

    def get_object(self, indirect_reference: Any) -> Any:
        self._budget.check()
        return super().get_object(indirect_reference)


class Copies:
    """A new paper and what was copied into it. Whatever several pages or seals share is copied once."""

    def __init__(self, budget: Budget):
        self.writer = PdfWriter()
        self.writer._objects = _Counted(self.writer._objects, budget)
        self.stamps = 0
        self._made: dict[int, tuple[Any, Any]] = {}  # by identity of the original, which is held here meanwhile

    def once(self, original: Any, make: Callable[[], Any]) -> Any:
        """What `make` made of the original the first time."""
        if id(original) not in self._made:
            self._made[id(original)] = (original, make())
        return self._made[id(original)][1]

    def count_stamp(self) -> None:
        """Raises OutOfTime beyond MAX_STAMPS."""
        self.stamps += 1
        if self.stamps > MAX_STAMPS:
            raise OutOfTime

    def assert_writable(self) -> None:
        """Raises OutOfTime when more would be written than a paper can hold: one picture copied a thousand times."""
        streams = (item for item in self.writer._objects if isinstance(item, StreamObject))
        if sum(len(stream._data) for stream in streams) > MAX_WRITTEN:
            raise OutOfTime

    def resources(self, found: Any) -> Any:
        """A reference to copies of what a drawing draws with; nothing else of its dictionary."""
        found = found.get_object() if found is not None else None
        return self.once(found, lambda: self._resources(found)) if found is not None else DictionaryObject()

    def _resources(self, found: Any) -> IndirectObject:
        kept = DictionaryObject()
        for name in _RESOURCES:
            if isinstance(found, DictionaryObject) and name in found:
                held: Any = found[name].get_object()
                kept[NameObject(name)] = held.clone(self.writer, ignore_fields=_BESIDE)
        return self.writer._add_object(kept)

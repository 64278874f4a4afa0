"""Which pieces of a parcel lie at the counter, and how many are missing. Parcels of one piece cost no statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from logistics.parcels.models import Parcel, ParcelPiece


@dataclass(frozen=True, slots=True)
class PiecesHere:
    """`shelves` has the shelf of each piece that is here, by its number; `of` is how many there should be."""

    of: int
    shelves: dict[int, str]

    @property
    def missing(self) -> int:
        return max(self.of - len(self.shelves), 0)

    @property
    def told(self) -> str:
        """`1/3`."""
        return f"{len(self.shelves)}/{self.of}"

    @property
    def where(self) -> str:
        """Each piece and its shelf, in words."""
        lines = (
            gettext("第 %(piece)s 件在 %(shelf)s") % {"piece": number, "shelf": shelf or gettext("未上架")}
            for number, shelf in sorted(self.shelves.items())
        )
        return "；".join(lines)


def pieces_here(parcels: Iterable[Parcel]) -> dict[int, PiecesHere]:
    """By parcel id, for those of several pieces that were counted. One statement, none without such parcels."""
    of = {parcel.pk: parcel.pieces for parcel in parcels if parcel.pieces > 1}
    if not of:
        return {}
    found: dict[int, PiecesHere] = {}
    for row in ParcelPiece.objects.filter(parcel__in=of, given_at=None):
        found.setdefault(row.parcel_id, PiecesHere(of[row.parcel_id], {})).shelves[row.number] = row.shelf
    return found


def pieces_of(parcel: Parcel) -> PiecesHere | None:
    """None for a parcel of one piece, and for one whose pieces nobody counted."""
    return pieces_here([parcel]).get(parcel.pk)

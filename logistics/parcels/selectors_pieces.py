"""Which pieces of a parcel lie at the counter, were given out, are missing. Parcels of one piece cost no statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext

from logistics.parcels.models import Parcel, ParcelPiece


@dataclass(slots=True)
class PiecesHere:
    """`shelves` has the shelf of each piece that is here, by its number; `of` is how many there should be.

    `given` were collected before: the rest was still to come then.
    """

    of: int
    shelves: dict[int, str] = field(default_factory=dict)
    given: int = 0

    @property
    def arrived(self) -> int:
        return len(self.shelves) + self.given

    @property
    def missing(self) -> int:
        return max(self.of - self.arrived, 0)

    @property
    def told(self) -> str:
        """`1/3`: one of three has arrived, collected or not."""
        return f"{self.arrived}/{self.of}"

    @property
    def shelf(self) -> str:
        """The shelves of what is here, each once."""
        return "、".join(dict.fromkeys(shelf for _number, shelf in sorted(self.shelves.items()) if shelf))

    @property
    def where(self) -> str:
        """Each piece that is here and its shelf, in words."""
        lines = (
            gettext("第 %(piece)s 件在 %(shelf)s") % {"piece": number, "shelf": shelf or gettext("未上架")}
            for number, shelf in sorted(self.shelves.items())
        )
        return "；".join(lines)

    @property
    def whole(self) -> str:
        """The sentence, and where each piece lies."""
        if not self.shelves:
            return self.sentence
        return gettext("%(sentence)s%(where)s。") % {"sentence": self.sentence, "where": self.where}

    @property
    def sentence(self) -> str:
        """What recipient and keeper are told of the whole."""
        return pieces_sentence(of=self.of, here=len(self.shelves), given=self.given)


def pieces_sentence(*, of: int, here: int, given: int) -> str:
    """How many of `of` pieces were collected, lie at the station, are still to come."""
    told = {"of": of, "here": here, "given": given, "missing": max(of - here - given, 0)}
    if not given:
        return gettext("已到 %(here)s/%(of)s 件。") % told
    if not here:
        return gettext("已取走 %(given)s/%(of)s 件，还有 %(missing)s 件没到。") % told
    if told["missing"]:
        return gettext("已取走 %(given)s/%(of)s 件，%(here)s 件可以取，还有 %(missing)s 件没到。") % told
    return gettext("已取走 %(given)s/%(of)s 件，其余 %(here)s 件可以取。") % told


def pieces_here(parcels: Iterable[Parcel]) -> dict[int, PiecesHere]:
    """By parcel id, for those of several pieces that were counted. One statement, none without such parcels."""
    of = {parcel.pk: parcel.pieces for parcel in parcels if parcel.pieces > 1}
    if not of:
        return {}
    found: dict[int, PiecesHere] = {}
    for row in ParcelPiece.objects.filter(parcel__in=of):
        pieces = found.setdefault(row.parcel_id, PiecesHere(of[row.parcel_id]))
        if row.given_at is None:
            pieces.shelves[row.number] = row.shelf
        else:
            pieces.given += 1
    return found


def pieces_of(parcel: Parcel) -> PiecesHere | None:
    """None for a parcel of one piece, and for one whose pieces nobody counted."""
    return pieces_here([parcel]).get(parcel.pk)


def none_left() -> Q:
    """Parcels that wait for further pieces only: all that arrived were collected, so that none lies on the shelf."""
    rows = ParcelPiece.objects.filter(parcel=OuterRef("pk"))
    return Q(pieces__gt=1) & Exists(rows.filter(given_at__isnull=False)) & ~Exists(rows.filter(given_at=None))

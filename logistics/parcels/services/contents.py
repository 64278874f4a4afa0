"""Numbers that a person scanned, held against a list of parcels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from logistics.parcels.events import normalise_number
from logistics.parcels.models import Parcel, ParcelNumber
from logistics.parcels.selectors import visible_parcels
from portal.core.actor import Actor
from portal.core.errors import BadInput


class NumbersUnknown(BadInput):
    code = "numbers_unknown"
    message = _("有扫到的号码不认识。")
    hint = _("请把这些件放在一边，核对后单独登记，其余照常确认。")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`expected` split by what was scanned, and scanned parcels that nobody expected."""

    present: list[Parcel]
    missing: list[Parcel]
    extra: list[Parcel]

    @property
    def agrees(self) -> bool:
        return not self.missing and not self.extra


def clean(numbers: Iterable[str]) -> set[str]:
    return {number for number in map(normalise_number, numbers) if number}


def compare(*, expected: Sequence[Parcel], scanned: set[str], actor: Actor, permission: str) -> Comparison:
    """Match scanned numbers with `expected` first, then with what the actor may see.

    Raises NumbersUnknown, naming the numbers, for those that are neither: nothing can be said of them.
    """
    by_number = _numbers_of(expected)
    found = {by_number[number] for number in scanned if number in by_number}
    unlisted = scanned - set(by_number)
    extra = list(
        visible_parcels(actor=actor, permission=permission)
        .filter(numbers__number__in=unlisted, numbers__generation=0)
        .distinct()
    )
    unknown = unlisted - set(_numbers_of(extra))
    if unknown:
        raise NumbersUnknown(fields={"scanned": "、".join(sorted(unknown))})
    return Comparison([p for p in expected if p.pk in found], [p for p in expected if p.pk not in found], extra)


def _numbers_of(parcels: Iterable[Parcel]) -> dict[str, int]:
    ids = [parcel.pk for parcel in parcels]
    return dict(ParcelNumber.objects.filter(parcel__in=ids).values_list("number", "parcel_id")) if ids else {}

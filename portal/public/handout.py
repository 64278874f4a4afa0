"""What a recipient copies for whoever collects: the pickup text of one station, in the fixed words of pickup_text."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from logistics.parcels.pickup_text import MOST, Item, Kind, Language, PickupText, pickup_text, plain

NUMBER_TAIL = 4


def handout(station, parcels: Iterable[tuple[str, str]], language: str | None) -> str:
    """The text for `parcels` (number, pickup code) that wait at `station`; MOST to a paragraph."""
    items = [Item(number[-NUMBER_TAIL:], code) for number, code in parcels]
    texts = (
        PickupText(
            kind=Kind.COLLECT,
            station=plain(station.name),
            items=tuple(items[start : start + MOST]),
            hours=plain(station.hours or _("见站点公示")),
            phone=plain(station.phone or _("见站点公示")),
            language=Language.EN if language == "en" else Language.ZH,
        )
        for start in range(0, len(items), MOST)
    )
    return "\n".join(pickup_text(text) for text in texts)

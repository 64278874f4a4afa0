"""Parts of pages that need a little arithmetic or an address: icons, bar charts, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An outline from static/vendor/lucide/icons.svg. It says nothing by itself: a word stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("vendor/lucide/icons.svg"), name
    )


@register.inclusion_tag("_parts/bars.html")
def bars(rows: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """A chart of lying bars. Each row: label, value (a number, not negative); link and warn if wanted.

    The longest bar is as wide as its column; the numbers stand beside the bars, so that nothing hangs on the drawing.
    """
    listed = list(rows)
    most = max((row["value"] for row in listed), default=0) or 1
    return {"label": label, "rows": [{**row, "share": round(100 * row["value"] / most, 1)} for row in listed]}


GROUP = 4  # characters, as carriers print a number


@register.filter
def grouped(number: str) -> SafeString:
    """A number as one reads it off a label: in fours from its end, the last four bold. Copied, it has no gaps.

    `static/js/desk/words.js` draws the same.
    """
    text = str(number or "")
    first = len(text) % GROUP
    parts = [part for part in (text[:first], *(text[i : i + GROUP] for i in range(first, len(text), GROUP))) if part]
    *front, tail = parts or [""]
    return format_html("{}<b>{}</b>", format_html_join("", "<span>{}</span><wbr>", ((part,) for part in front)), tail)


@register.filter
def spaced_phone(phone: str) -> str:
    """A phone as one says it: +8617400000001 is 174 0000 0001; a number of another country stays as it is."""
    own = str(phone or "").removeprefix("+86")
    return f"{own[:3]} {own[3:7]} {own[7:]}" if len(own) == 11 and own.isdigit() else str(phone or "")


class Numbered(Protocol):
    """What has a number that is printed on it, and one of ours."""

    waybill: str

    @property
    def printed_number(self) -> str: ...


@register.simple_tag
def parcel_number(parcel: Numbered) -> SafeString:
    """What stands on the label, large and in fours; behind it, small, our own number where it is another one."""
    printed = format_html('<strong class="number printed">{}</strong>', grouped(parcel.printed_number))
    if parcel.printed_number == parcel.waybill:
        return printed
    return format_html('{} <span class="number own-number">{}</span>', printed, parcel.waybill)

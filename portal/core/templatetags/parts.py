"""Parts of pages that need a little arithmetic or an address: icons, bar charts, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
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

"""Bags and handovers, with what is on them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from logistics.parcels.admin.filters import HandoverAgeFilter
from logistics.parcels.models import Bag, Handover
from logistics.registry.selectors import visible_stations
from members.access.admin_base import DayRangeFilter, ScopedAdmin, exported
from members.access.panels import MONITOR, Menu
from members.access.states import Permission as P

SHOWN = 500  # numbers on one page
READ_ONLY = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}


@admin.register(Bag)
class BagAdmin(ScopedAdmin):
    """Bags that leave or reach a station in the official's area."""

    access = {**READ_ONLY}
    menu = Menu(MONITOR, 30, "shopping_bag")
    exports = (
        "number",
        "origin",
        "destination",
        "state",
        "seal_number",
        "created_at",
        "sealed_at",
        "opened_at",
        "seal_intact",
    )
    list_display = ("number", "origin", "destination", "state", "seal_number", "created_at", "seal_intact")
    list_select_related = ("origin", "destination")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("origin", AutocompleteSelectFilter),
        ("destination", AutocompleteSelectFilter),
        ("created_at", DayRangeFilter),
    )
    search_fields = ("=number", "=seal_number")
    search_help_text = _("完整的袋号或封签号")
    ordering = ("-pk",)
    readonly_fields = ("contents",)

    def within(self, request, permission):
        stations = visible_stations(actor=request.actor, permission=permission).values("pk")
        return Bag.objects.filter(Q(origin__in=stations) | Q(destination__in=stations))

    @admin.display(description=_("袋内包裹"))
    def contents(self, obj) -> str:
        """What was packed: after opening, what was inside when the seal was broken."""
        items = obj.items.filter(Q(removed_at=None) | Q(removed_at=obj.opened_at))
        return _numbers(items)


@admin.register(Handover)
class HandoverAdmin(ScopedAdmin):
    """Handovers that take place at a station in the official's area."""

    access = {**READ_ONLY}
    menu = Menu(MONITOR, 40, "handshake")
    exports = (
        "offered_at", "station", "from_kind", "from_ref", "to_kind", "to_ref", "state", "expected", "scanned",
        "answered_at", "missing_count", "extra_count",
    )  # fmt: skip
    list_display = ("offered_at", "station", "from_ref", "to_ref", "state", "expected", "scanned")
    list_select_related = ("station",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        HandoverAgeFilter,
        ("station", AutocompleteSelectFilter),
        ("offered_at", DayRangeFilter),
    )
    ordering = ("-offered_at", "-pk")
    readonly_fields = ("contents", "missing", "extra", "pictures")

    def within(self, request, permission):
        stations = visible_stations(actor=request.actor, permission=permission).values("pk")
        return Handover.objects.filter(station__in=stations)

    @admin.display(description=_("应交的包裹"))
    def contents(self, obj) -> str:
        return _numbers(obj.items.filter(expected=True))

    @admin.display(description=_("缺少的包裹"))
    def missing(self, obj) -> str:
        return _numbers(obj.items.filter(expected=True, scanned=False, open=False)) if obj.answered_at else ""

    @admin.display(description=_("多出的包裹"))
    def extra(self, obj) -> str:
        return _numbers(obj.items.filter(expected=False))

    @admin.display(description=_("照片"))
    def pictures(self, obj) -> str:
        rows = [(reverse("photo_file", args=[p.pk]), str(p)) for p in obj.photos.order_by("taken_at")]
        return format_html_join(" · ", '<a class="of-link" href="{}">{}</a>', rows) or "—"

    @admin.display(description=_("缺少件数"))
    @exported
    def missing_count(self, obj) -> int | str:
        return obj.missing_items if obj.answered_at else ""

    @admin.display(description=_("多出件数"))
    @exported
    def extra_count(self, obj) -> int:
        return obj.extra_items

    def export_rows(self, request):
        """Counts of items are read with the rows: an export has thousands of them."""
        missing = Count("items", filter=Q(items__expected=True, items__scanned=False, items__open=False))
        extra = Count("items", filter=Q(items__expected=False))
        return super().export_rows(request).annotate(missing_items=missing, extra_items=extra)


def _numbers(items) -> str:
    """Links to the parcels of a bag or handover, by waybill."""
    rows = items.order_by("pk").values_list("parcel_id", "parcel__waybill")[:SHOWN]
    links = [(reverse("admin:parcels_parcel_change", args=[pk]), waybill) for pk, waybill in rows]
    return format_html_join("、", '<a class="of-link" href="{}">{}</a>', links) or "—"

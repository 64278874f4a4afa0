"""Scans of the scan pages and stock-takes, to read."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from logistics.desk.models import Scan, StockTake
from logistics.desk.states import Difference
from logistics.registry.selectors import visible_stations
from members.access.admin_base import DayRangeFilter, ScopedAdmin, exported
from members.access.panels import MONITOR, Menu
from members.access.states import Permission as P

SHOWN = 500


class AtStations(ScopedAdmin):
    """Rows of the stations in the official's area."""

    access = {"view": None, "add": None, "change": None, "delete": None}

    def within(self, request, permission):
        stations = visible_stations(actor=request.actor, permission=permission).values("pk")
        return self.model.objects.filter(station__in=stations)


@admin.register(Scan)
class ScanAdmin(AtStations):
    """What was read, by whom, and what came of it; the answer itself may name people and stays with the keeper."""

    access = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(MONITOR, 50, "qr_code_scanner")
    list_display = ("recorded_at", "task", "station", "number", "result", "code", "actor", "undone_at")
    list_select_related = ("station",)
    list_filter = (
        ("task", ChoicesDropdownFilter),
        ("result", ChoicesDropdownFilter),
        ("station", AutocompleteSelectFilter),
        ("recorded_at", DayRangeFilter),
    )
    fields = ("recorded_at", "claimed_at", "task", "station", "number", "about", "result", "code", "actor", "undone_at")
    readonly_fields = ("about",)
    search_fields = ("=number", "=actor")
    search_help_text = _("完整的条码或操作者")
    ordering = ("-recorded_at", "-pk")
    sortable_by = ()  # another order would sort the whole table
    exports = ("recorded_at", "task", "station", "parcel__waybill", "result", "code", "actor", "undone_at")

    def export_rows(self, request):
        return super().export_rows(request).select_related("parcel")

    @admin.display(description=_("包裹"))
    def about(self, obj) -> str:
        if obj.parcel_id is None:
            return "—"
        page = reverse("admin:parcels_parcel_change", args=[obj.parcel_id])
        return format_html('<a class="of-link" href="{}">{}</a>', page, obj.parcel.waybill)


@admin.register(StockTake)
class StockTakeAdmin(AtStations):
    access = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(MONITOR, 60, "inventory")
    list_display = ("started_at", "station", "state", "expected", "counted", "missing_count", "extra_count", "ended_at")
    list_select_related = ("station",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("station", AutocompleteSelectFilter),
        ("started_at", DayRangeFilter),
    )
    fields = (
        "station", "state", "started_at", "started_by", "ended_at", "ended_by", "expected", "counted", "missing",
        "extra",
    )  # fmt: skip
    readonly_fields = ("missing", "extra")
    ordering = ("-started_at", "-pk")
    exports = ("started_at", "station", "state", "expected", "counted", "missing_count", "extra_count", "ended_at")

    def get_queryset(self, request):
        """Differences are counted with the rows."""
        rows = super().get_queryset(request)
        return rows.annotate(
            missing_items=Count("items", filter=Q(items__difference=Difference.MISSING)),
            extra_items=Count("items", filter=Q(items__difference=Difference.EXTRA)),
        )

    @admin.display(description=_("缺少"))
    @exported
    def missing_count(self, obj) -> int:
        return obj.missing_items

    @admin.display(description=_("多出"))
    @exported
    def extra_count(self, obj) -> int:
        return obj.extra_items

    @admin.display(description=Difference.MISSING.label)
    def missing(self, obj) -> str:
        return _parcels(obj, Difference.MISSING)

    @admin.display(description=Difference.EXTRA.label)
    def extra(self, obj) -> str:
        return _parcels(obj, Difference.EXTRA)


def _parcels(obj, difference) -> str:
    rows = obj.items.filter(difference=difference).order_by("pk").values_list("parcel_id", "parcel__waybill")[:SHOWN]
    links = [(reverse("admin:parcels_parcel_change", args=[pk]), waybill) for pk, waybill in rows]
    return format_html_join("、", '<a class="of-link" href="{}">{}</a>', links) or "—"

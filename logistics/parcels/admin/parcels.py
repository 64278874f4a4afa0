"""Parcels in the official's area, with all that happened to them and why they stand where they stand.

People are masked; a look at them is logged with its purpose, on the staff page that the link leads to.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from logistics.parcels.admin.actions import MarkLost, ResolveIssue, StartReturn
from logistics.parcels.admin.filters import (
    AreaFilter,
    IssueFilter,
    LateFilter,
    LyingFilter,
    OpenFilter,
    StageFilter,
    TodayFilter,
)
from logistics.parcels.events import normalise_number
from logistics.parcels.explain import explain
from logistics.parcels.models import Parcel, ParcelNumber
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.selectors_work import work_parcel
from logistics.parcels.states import EVENT_LABELS
from members.access.admin_base import DayRangeFilter, ScopedAdmin, bulk_action, exported
from members.access.panels import MONITOR, Menu
from members.access.states import Permission as P

SHOWN = 50  # handovers, bags and photographs of one parcel; more is a mistake in the data


@admin.register(Parcel)
class ParcelAdmin(ScopedAdmin):
    access = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(MONITOR, 10, "package_2")
    list_display = ("waybill", "direction", "stage", "open_issues", "station", "carrier", "last_event_at")
    list_select_related = ("station", "carrier")
    list_filter = (
        StageFilter,
        IssueFilter,
        LateFilter,
        AreaFilter,
        ("station", AutocompleteSelectFilter),
        ("destination_station", AutocompleteSelectFilter),
        ("carrier", AutocompleteSelectFilter),
        ("direction", ChoicesDropdownFilter),
        TodayFilter,
        LyingFilter,
        OpenFilter,
        ("created_at", DayRangeFilter),
    )
    search_fields = ("waybill",)  # searched in get_search_results
    search_help_text = _("完整的运单号、快递单号或转投后单号")
    ordering = ("-pk",)
    sortable_by = ()  # another order would sort the whole table
    actions = [bulk_action(StartReturn), bulk_action(ResolveIssue), bulk_action(MarkLost)]
    exports = (
        "waybill", "direction", "carrier", "carrier_number", "stage", "stage_at", "open_issues", "station",
        "destination_station", "destination", "pieces", "created_at", "last_event_at", "ready_at", "closed_at",
        "variant",
    )  # fmt: skip
    change_form_template = "admin/parcels/parcel.html"

    def within(self, request, permission):
        return visible_parcels(actor=request.actor, permission=permission)

    def get_search_results(self, request, queryset, search_term):
        """Any number finds its parcel, by the index of all numbers."""
        if not search_term.strip():
            return queryset, False
        number = normalise_number(search_term)
        return queryset.filter(pk__in=ParcelNumber.objects.filter(number=number).values("parcel")), False

    @admin.display(description=_("未结异常"))
    @exported
    def open_issues(self, obj) -> str:
        return "、".join(str(EVENT_LABELS[code]) for code in obj.issues)

    def get_fieldsets(self, request, obj=None):
        return []  # the page has its own form (render_change_form)

    def export_rows(self, request):
        return super().export_rows(request).select_related(
            "carrier", "station", "destination_station", "destination"
        )  # fmt: skip

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        seen = work_parcel(actor=request.actor, waybill=obj.waybill)
        reasons, total = [], None
        if request.actor.may(P.PARCEL_EXPLAIN):
            found, total = explain(actor=request.actor, parcel=seen.parcel)
            reasons = found[::-1]
        context |= {
            "title": seen.parcel.waybill,
            "seen": seen,
            "parcel": seen.parcel,
            "issues": [EVENT_LABELS[code] for code in seen.parcel.issues],
            "reasons": reasons,
            "total": total,
            "handovers": _handovers(seen.parcel),
            "bags": list(seen.parcel.bag_items.select_related("bag__origin", "bag__destination")[:SHOWN]),
            "photos": list(seen.parcel.photos.order_by("taken_at")[:SHOWN]),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


def _handovers(parcel):
    items = parcel.handover_items.select_related("handover__station").filter(Q(expected=True) | Q(scanned=True))
    return list(items.order_by("-handover__offered_at")[:SHOWN])

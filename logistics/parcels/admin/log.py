"""The event log and what was refused: to read, never to edit."""

from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from logistics.parcels.admin.filters import SettledFilter
from logistics.parcels.events import normalise_number
from logistics.parcels.models import Event, ParcelNumber, RefusedEvent
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.selectors_refused import visible_refusals
from members.access.admin_base import DayRangeFilter, ScopedAdmin
from members.access.panels import DATA, MONITOR, Menu
from members.access.states import Permission as P
from portal.core.clock import now
from portal.core.scrubbing import scrub

LISTED = dt.timedelta(days=14)
PLAIN = {"id", "number", "code", "at", "station", "carrier"}  # what tells which event was meant


@admin.register(Event)
class EventAdmin(ScopedAdmin):
    """The list shows two weeks, so that it opens few months of the log; asked for one parcel it shows all of it."""

    access = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(MONITOR, 20, "timeline")
    exports = ("occurred_at", "parcel__waybill", "code", "issue", "station", "source", "recorded_at")
    list_display = ("occurred_at", "parcel_number", "code", "station", "source", "recorded_at")
    list_select_related = ("parcel", "station", "source")
    list_filter = (
        ("code", ChoicesDropdownFilter),
        ("station", AutocompleteSelectFilter),
        ("occurred_at", DayRangeFilter),
    )
    linked_by = ("parcel__id__exact",)
    search_fields = ("parcel",)  # searched in get_search_results
    search_help_text = _("完整的运单号、快递单号或转投后单号")
    ordering = ("-occurred_at", "-id")
    sortable_by = ()  # another order would sort the whole table

    def within(self, request, permission):
        parcels = visible_parcels(actor=request.actor, permission=permission)
        return Event.objects.filter(parcel__in=parcels.values("pk"))

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        lists = request.resolver_match is not None and request.resolver_match.url_name.endswith("_changelist")
        named = "parcel__id__exact" in request.GET or request.GET.get("q")
        return rows.filter(occurred_at__gte=now() - LISTED) if lists and not named else rows

    def get_search_results(self, request, queryset, search_term):
        """Any number finds the events of its parcel."""
        if not search_term.strip():
            return queryset, False
        number = normalise_number(search_term)
        return queryset.filter(parcel__in=ParcelNumber.objects.filter(number=number).values("parcel")), False

    @admin.display(description=_("包裹"))
    def parcel_number(self, obj) -> str:
        return obj.parcel.waybill


@admin.register(RefusedEvent)
class RefusedEventAdmin(ScopedAdmin):
    """Of enterprises, and terminals of stations and enterprises, in the official's area."""

    access = {"view": P.REFUSED_VIEW, "add": None, "change": None, "delete": None}
    personal = P.PARCEL_VIEW_PERSONAL
    menu = Menu(DATA, 20, "block")
    exports = ("last_at", "first_at", "source", "code", "times", "settled_at")
    list_display = ("last_at", "source", "code", "times", "settled_at")
    list_select_related = ("source",)
    list_filter = (("code", ChoicesDropdownFilter), SettledFilter, ("last_at", DayRangeFilter))
    ordering = ("-last_at", "-id")
    exclude = ("raw",)
    readonly_fields = ("content",)

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return fields if request.actor.may(self.personal) else [name for name in fields if name != "content"]

    @admin.display(description=_("原始内容"))
    def content(self, obj) -> str:
        """What was sent, scrubbed: whole names and phones are looked at elsewhere, where the look is logged."""
        if not isinstance(obj.raw, dict):
            return scrub(str(obj.raw))
        shown = {name: value if name in PLAIN else scrub(str(value)) for name, value in obj.raw.items() if value}
        return "\n".join(f"{name}: {value}" for name, value in shown.items())

    def within(self, request, permission):
        return visible_refusals(actor=request.actor, permission=permission)

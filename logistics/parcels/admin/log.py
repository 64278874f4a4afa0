"""The event log and what was refused: to read, never to edit."""

from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Event, RefusedEvent
from logistics.parcels.selectors import visible_parcels
from logistics.registry.selectors import visible_enterprises, visible_stations
from members.access.admin_base import ScopedAdmin
from members.access.states import Permission as P
from members.devices.models import Device
from portal.core.clock import now
from portal.core.scrubbing import scrub

LISTED = dt.timedelta(days=14)
PLAIN = {"id", "number", "code", "at", "station", "carrier"}  # what tells which event was meant


@admin.register(Event)
class EventAdmin(ScopedAdmin):
    """The list shows two weeks, so that it opens few months of the log; asked for one parcel it shows all of it."""

    access = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}
    list_display = ("occurred_at", "parcel_number", "code", "station", "source", "recorded_at")
    list_select_related = ("parcel", "station", "source")
    list_filter = ("code",)
    search_fields = ("=parcel__waybill",)
    search_help_text = _("完整的运单号")
    ordering = ("-occurred_at", "-id")

    def within(self, request, permission):
        parcels = visible_parcels(actor=request.actor, permission=permission)
        return Event.objects.filter(parcel__in=parcels.values("pk"))

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        lists = request.resolver_match is not None and request.resolver_match.url_name.endswith("_changelist")
        named = "parcel__id__exact" in request.GET or request.GET.get("q")
        return rows.filter(occurred_at__gte=now() - LISTED) if lists and not named else rows

    def lookup_allowed(self, lookup, value, request):
        return lookup == "parcel__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("包裹"))
    def parcel_number(self, obj) -> str:
        return obj.parcel.waybill


@admin.register(RefusedEvent)
class RefusedEventAdmin(ScopedAdmin):
    """Of enterprises, and terminals of stations and enterprises, in the official's area."""

    access = {"view": P.REFUSED_VIEW, "add": None, "change": None, "delete": None}
    personal = P.PARCEL_VIEW_PERSONAL
    list_display = ("last_at", "source", "code", "times", "settled_at")
    list_select_related = ("source",)
    list_filter = ("code",)
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
        enterprises = visible_enterprises(actor=request.actor, permission=permission).values("pk")
        stations = visible_stations(actor=request.actor, permission=permission).values("pk")
        devices = Device.objects.filter(station__in=stations) | Device.objects.filter(enterprise__in=enterprises)
        codes = [f"device:{code}" for code in devices.values_list("code", flat=True)]
        rows = RefusedEvent.objects.all()
        return rows.filter(source__enterprise__in=enterprises) | rows.filter(source__code__in=codes)

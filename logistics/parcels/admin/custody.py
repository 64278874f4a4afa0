"""Bags and handovers, with what is on them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Bag, Handover
from logistics.registry.selectors import visible_stations
from members.access.admin_base import ScopedAdmin
from members.access.states import Permission as P

READ_ONLY = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}


@admin.register(Bag)
class BagAdmin(ScopedAdmin):
    """Bags that leave or reach a station in the official's area."""

    access = {**READ_ONLY}
    list_display = ("number", "origin", "destination", "state", "seal_number", "created_at", "seal_intact")
    list_select_related = ("origin", "destination")
    list_filter = ("state",)
    search_fields = ("=number", "=seal_number")
    ordering = ("-pk",)
    readonly_fields = ("contents",)

    def within(self, request, permission):
        stations = visible_stations(actor=request.actor, permission=permission).values("pk")
        return Bag.objects.filter(Q(origin__in=stations) | Q(destination__in=stations))

    @admin.display(description=_("袋内包裹"))
    def contents(self, obj) -> str:
        """What was packed: after opening, what was inside when the seal was broken."""
        items = obj.items.filter(Q(removed_at=None) | Q(removed_at=obj.opened_at))
        return "、".join(items.order_by("pk").values_list("parcel__waybill", flat=True))


@admin.register(Handover)
class HandoverAdmin(ScopedAdmin):
    """Handovers that take place at a station in the official's area."""

    access = {**READ_ONLY}
    list_display = ("offered_at", "station", "from_ref", "to_ref", "state", "expected", "scanned")
    list_select_related = ("station",)
    list_filter = ("state",)
    ordering = ("-offered_at", "-pk")
    readonly_fields = ("missing", "extra")

    def within(self, request, permission):
        stations = visible_stations(actor=request.actor, permission=permission).values("pk")
        return Handover.objects.filter(station__in=stations)

    @admin.display(description=_("缺少的包裹"))
    def missing(self, obj) -> str:
        return _numbers(obj.items.filter(expected=True, scanned=False, open=False)) if obj.answered_at else ""

    @admin.display(description=_("多出的包裹"))
    def extra(self, obj) -> str:
        return _numbers(obj.items.filter(expected=False))


def _numbers(items) -> str:
    return "、".join(items.order_by("pk").values_list("parcel__waybill", flat=True))

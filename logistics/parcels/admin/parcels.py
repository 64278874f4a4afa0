"""Parcels in the official's area. Names and phones are not here: a look at them is logged on the staff page."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Parcel
from logistics.parcels.selectors import visible_parcels
from logistics.parcels.states import EVENT_LABELS
from members.access.admin_base import ScopedAdmin
from members.access.states import Permission as P


@admin.register(Parcel)
class ParcelAdmin(ScopedAdmin):
    access = {"view": P.PARCEL_VIEW, "add": None, "change": None, "delete": None}
    list_display = ("waybill", "direction", "stage", "open_issues", "station", "carrier", "last_event_at")
    list_select_related = ("station", "carrier")
    list_filter = ("direction", "stage")
    search_fields = ("=waybill", "=carrier_number", "=numbers__number")
    search_help_text = _("完整的运单号、快递单号或转投后单号")
    ordering = ("-pk",)
    exclude = ("issues",)
    readonly_fields = ("open_issues", "staff_page")

    def within(self, request, permission):
        return visible_parcels(actor=request.actor, permission=permission)

    @admin.display(description=_("未结异常"))
    def open_issues(self, obj) -> str:
        return "、".join(str(EVENT_LABELS[code]) for code in obj.issues)

    @admin.display(description=_("工作页面"))
    def staff_page(self, obj) -> str:
        pages = (("work_parcel", _("轨迹与收寄件人")), ("work_parcel_why", _("为什么是这个状态")))
        (first, first_text), (second, second_text) = ((reverse(n, args=[obj.waybill]), t) for n, t in pages)
        return format_html('<a href="{}">{}</a> · <a href="{}">{}</a>', first, first_text, second, second_text)

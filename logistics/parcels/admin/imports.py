"""Files that were sent, and what of them was not taken: for supervisors, without what the lines said.

Lines hold names and phones and belong to the sender's side. Officials see of each refused line its number, the
reason, and the masked number of the parcel.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from logistics.parcels.models import EventSource, ImportBatch
from logistics.parcels.selectors_imports import visible_imports
from logistics.parcels.selectors_refused import visible_sources
from logistics.parcels.services.imports.failures import told
from logistics.parcels.states import ImportState, RowResult
from members.access.admin_base import DayRangeFilter, ScopedAdmin
from members.access.panels import DATA, Menu
from members.access.states import Permission as P
from portal.core.masking import mask_number

SHOWN = 200


@admin.register(ImportBatch)
class ImportBatchAdmin(ScopedAdmin):
    access = {"view": P.IMPORT_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(DATA, 10, "upload_file")
    exports = (
        "created_at", "kind", "enterprise", "file_name", "dry_run", "state", "accepted", "duplicates", "refused",
        "finished_at",
    )  # fmt: skip
    list_display = (
        "created_at",
        "kind",
        "enterprise",
        "file_name",
        "dry_run",
        "state",
        "accepted",
        "duplicates",
        "refused",
    )
    list_select_related = ("enterprise",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("enterprise", AutocompleteSelectFilter),
        ("created_at", DayRangeFilter),
    )
    ordering = ("-id",)
    change_form_template = "admin/parcels/import.html"

    def within(self, request, permission):
        return visible_imports(actor=request.actor, permission=permission)

    def get_fieldsets(self, request, obj=None):
        return []

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        refused = obj.rows.filter(result=RowResult.REFUSED)
        reasons = refused.order_by().values("code", "message").annotate(count=Count("pk")).order_by("-count")
        lines = refused.order_by("line").values_list("line", "code", "message", "number")[:SHOWN]
        context |= {
            "title": obj.file_name,
            "batch": obj,
            "why": told(obj) if obj.state == ImportState.FAILED else "",
            "added_up": obj.state in (ImportState.DONE, ImportState.CHECKED),
            "reasons": list(reasons[:SHOWN]),
            "lines": [(line, code, message, mask_number(number)) for line, code, message, number in lines],
            "shown": SHOWN,
            "work_page": reverse("work_import", args=[obj.pk]),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(EventSource)
class EventSourceAdmin(ScopedAdmin):
    """Who sends events, of the enterprises in the area."""

    access = {"view": P.REFUSED_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(DATA, 40, "input")
    exports = ("code", "kind", "name", "enterprise", "created_at")
    list_display = ("code", "kind", "name", "enterprise", "created_at")
    list_select_related = ("enterprise",)
    list_filter = (("kind", ChoicesDropdownFilter), ("enterprise", AutocompleteSelectFilter))
    search_fields = ("code", "name")
    search_help_text = _("来源代码或名称")
    ordering = ("-pk",)

    def within(self, request, permission):
        return visible_sources(actor=request.actor, permission=permission)

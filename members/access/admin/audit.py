"""The audit trail, to read."""

from __future__ import annotations

import json

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter

from members.access.admin_base import DayRangeFilter, ScopedAdmin, exported
from members.access.panels import RECORDS, Menu
from members.access.states import Permission, Role
from portal.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ScopedAdmin):
    """Entries of the own area. What belongs to no division is read by administrators."""

    access = {"view": Permission.AUDIT_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(RECORDS, 10, "history")
    scope_fields = {"divisions": "area"}
    list_display = ("at", "action", "actor", "actor_label", "about", "why")
    list_filter = (
        ("action", FieldTextFilter),
        ("actor", FieldTextFilter),
        ("object_type", FieldTextFilter),
        ("at", DayRangeFilter),
    )
    fields = ("at", "action", "actor", "actor_label", "address", "about", "changes", "why", "area")
    readonly_fields = ("about", "changes")
    linked_by = ("object_type", "object_id")  # the history of one record
    search_fields = ("=object_id", "=actor", "=action")
    search_help_text = _("完整的对象编号、操作者或动作")
    ordering = ("-at", "-id")
    sortable_by = ()  # another order would sort the whole table
    list_display_links = ("at", "action")
    exports = ("at", "action", "actor", "actor_label", "object_type", "object_id", "why", "area")

    def within(self, request, permission):
        rows = super().within(request, permission)
        if Role.ADMINISTRATOR in request.actor.roles:
            rows = rows | AuditEntry.objects.filter(area="")
        return rows

    @admin.display(description=_("对象"))
    @exported
    def about(self, obj) -> str:
        """What was acted on, as a link where the site has a page of it."""
        name = f"{obj.object_type} {obj.object_id}".strip()
        model = next((m for m in self.admin_site._registry if m._meta.label_lower == obj.object_type), None)
        if model is None or not obj.object_id:
            return name
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.object_id])
        label = f"{model._meta.verbose_name} {obj.object_id}"
        return format_html('<a class="of-link" href="{}">{}</a>', page, label)

    @admin.display(description=_("改动"))
    def changes(self, obj) -> str:
        """Before and after, side by side."""
        before, after = obj.before or {}, obj.after or {}
        lines = [f"{name}: {_told(before, name)} → {_told(after, name)}" for name in sorted({*before, *after})]
        return "\n".join(lines) or "—"


def _told(values: dict, name: str) -> str:
    return json.dumps(values[name], ensure_ascii=False) if name in values else "—"

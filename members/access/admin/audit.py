"""The audit trail, to read."""

from __future__ import annotations

from django.contrib import admin

from members.access.admin_base import ScopedAdmin
from members.access.states import Permission, Role
from portal.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ScopedAdmin):
    """Entries of the own area. What belongs to no division is read by administrators."""

    access = {"view": Permission.AUDIT_VIEW, "add": None, "change": None, "delete": None}
    scope_fields = {"divisions": "area"}
    list_display = ("at", "action", "actor", "actor_label", "object_type", "object_id", "why")
    list_filter = ("action",)
    search_fields = ("=object_id", "=actor", "=action")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    list_display_links = ("at", "action")

    def within(self, request, permission):
        rows = super().within(request, permission)
        if Role.ADMINISTRATOR in request.actor.roles:
            rows = rows | AuditEntry.objects.filter(area="")
        return rows

    def lookup_allowed(self, lookup, value, request=None):
        """The history of one record links here."""
        return lookup in ("object_type", "object_id") or super().lookup_allowed(lookup, value, request)

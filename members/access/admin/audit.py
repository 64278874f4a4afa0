"""The audit trail, to read."""

from __future__ import annotations

import json

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter

from members.access.admin.deeds import Told, deeds_like, kinds, tell
from members.access.admin_base import DayRangeFilter, ScopedAdmin, exported
from members.access.panels import RECORDS, Menu
from members.access.states import Permission, Role
from members.accounts.models import User
from portal.audit.models import AuditEntry

MOST_PEOPLE = 200
NAMED = (
    ("parcels.parcel", "waybill"), ("parcels.parcel", "carrier_number"), ("certificates.certificate", "number"),
    ("registry.station", "name"), ("registry.enterprise", "name"), ("registry.vehicle", "plate"),
)  # fmt: skip


@admin.register(AuditEntry)
class AuditEntryAdmin(ScopedAdmin):
    """Entries of the own area. What belongs to no division is read by administrators."""

    access = {"view": Permission.AUDIT_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(RECORDS, 10, "history")
    scope_fields = {"divisions": "area"}
    list_display = ("when", "who", "deed", "about", "why")
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
    search_help_text = _("谁（姓名）、做了什么（如“暂停”“导出”）、单号、证书编号或站点名")
    ordering = ("-at", "-id")
    sortable_by = ()  # another order would sort the whole table
    list_display_links = ("when", "deed")
    exports = ("at", "who", "deed", "thing", "why", "area", "action", "actor", "object_type", "object_id")

    def within(self, request, permission):
        rows = super().within(request, permission)
        if Role.ADMINISTRATOR in request.actor.roles:
            rows = rows | AuditEntry.objects.filter(area="")
        return rows

    def get_changelist_instance(self, request):
        """The words of a page are looked up for the page, not for each line."""
        found = super().get_changelist_instance(request)
        told = tell(found.result_list)
        for row in found.result_list:
            row.told = told[row.pk]
        return found

    def get_search_results(self, request, queryset, search_term):
        """By people, acts and things as they are called; the codes of the trail are found as well."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        words = search_term.strip()
        if not words:
            return found, distinct
        more = by_people(words) | deeds_like(words) | about_things(words)
        return found | queryset.filter(more), distinct

    @admin.display(description=_("时间"), ordering="at")
    def when(self, obj) -> str:
        return timezone.localtime(obj.at).strftime("%Y-%m-%d %H:%M")

    @admin.display(description=_("谁"))
    @exported
    def who(self, obj) -> str:
        return _told_of(obj).who

    @admin.display(description=_("做了什么"))
    @exported
    def deed(self, obj) -> str:
        return _told_of(obj).deed

    @admin.display(description=_("对象名称"))
    @exported
    def thing(self, obj) -> str:
        return _told_of(obj).thing

    @admin.display(description=_("对象"))
    @exported
    def about(self, obj) -> str:
        """What was acted on, as a link where the site has a page of it."""
        name = _told_of(obj).thing
        model = next((m for m in self.admin_site._registry if m._meta.label_lower == obj.object_type), None)
        if model is None or not obj.object_id:
            return name
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.object_id])
        return format_html('<a class="of-link" href="{}">{}</a>', page, name)

    @admin.display(description=_("改动"))
    def changes(self, obj) -> str:
        """Before and after, side by side."""
        before, after = obj.before or {}, obj.after or {}
        lines = [f"{name}: {_told(before, name)} → {_told(after, name)}" for name in sorted({*before, *after})]
        return "\n".join(lines) or "—"


def _told_of(entry: AuditEntry) -> Told:
    """The words that a list has looked up already; of a single entry its own."""
    if not hasattr(entry, "told"):
        entry.told = tell([entry])[entry.pk]  # type: ignore[attr-defined]
    return entry.told  # type: ignore[attr-defined]


def by_people(words: str) -> Q:
    """Entries of people with this name, which the list shows beside each of their entries."""
    people = User.objects.filter(name__icontains=words).values_list("pk", flat=True)
    return Q(actor__in=[f"user:{pk}" for pk in people[:MOST_PEOPLE]])


def about_things(words: str) -> Q:
    """Entries about the record that is called exactly this: a waybill, the number of a certificate, a station."""
    reach = Q(pk__in=[])
    for label, field in NAMED:
        model = kinds()[label]
        keys = [str(pk) for pk in model._default_manager.filter(**{field: words}).values_list("pk", flat=True)[:20]]
        if keys:
            reach |= Q(object_type=label, object_id__in=keys)
    return reach


def _told(values: dict, name: str) -> str:
    return json.dumps(values[name], ensure_ascii=False) if name in values else "—"

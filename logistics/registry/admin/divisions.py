"""Divisions live on the ground floor, which knows no officials; their page is here."""

from django.contrib import admin

from members.access.admin_base import ScopedAdmin
from members.access.panels import PLACES, Menu
from members.access.states import Permission as P
from portal.regions.models import Division
from portal.regions.services import mark_edited, mark_repeats
from portal.regions.states import Level


@admin.register(Division)
class DivisionAdmin(ScopedAdmin):
    """Names and points may be corrected; codes come from the register. An edited row survives every reload."""

    access = {"view": P.DIVISION_VIEW, "add": None, "change": P.DIVISION_EDIT, "delete": None}
    scope_fields = {"divisions": "code"}
    menu = Menu(PLACES, 30, "account_tree")
    exports = ("code", "name", "kind", "parent", "longitude", "latitude", "illustrative", "repeats", "edited")
    list_display = ["name", "code", "kind", "parent", "repeats", "edited"]
    list_filter = ["level", "repeats", "edited"]
    list_select_related = ["parent"]
    search_fields = ["code", "name", "pinyin", "initials"]
    fields = [
        "code",
        "level",
        "kind",
        "parent",
        "name",
        "short_name",
        "longitude",
        "latitude",
        "illustrative",
        "repeats",
        "edited",
    ]
    readonly_fields = ["code", "level", "kind", "parent", "repeats", "edited"]

    def save_model(self, request, obj, form, change):
        mark_edited(obj)
        super().save_model(request, obj, form, change)
        mark_repeats(obj.prefix[: int(Level.COUNTY)])

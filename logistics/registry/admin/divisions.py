"""Divisions live on the ground floor, which knows no officials; their page is here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from members.access.admin_base import ScopedAdmin
from members.access.panels import PLACES, Menu
from members.access.states import Permission as P
from portal.regions.models import Division, DivisionAlias
from portal.regions.services import keep_old_names, mark_edited, mark_repeats
from portal.regions.states import Level


@admin.register(Division)
class DivisionAdmin(ScopedAdmin):
    """Names and points may be corrected; codes come from the register. An edited row survives every reload.

    A place that gets another name keeps the old one as an alias.
    """

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
        old = form.initial.get("name", obj.name)
        if old != obj.name:
            keep_old_names([(obj.pk, old)])
        mark_edited(obj)
        super().save_model(request, obj, form, change)
        mark_repeats(obj.prefix[: int(Level.COUNTY)])


@admin.register(DivisionAlias)
class DivisionAliasAdmin(ScopedAdmin):
    """What places were called before they were renamed: addresses still say so for years."""

    access = {"view": P.DIVISION_VIEW, "add": P.DIVISION_EDIT, "change": P.DIVISION_EDIT, "delete": P.DIVISION_EDIT}
    scope_fields = {"divisions": "division__code"}
    menu = Menu(PLACES, 31, "history_edu")
    exports = ("name", "division", "note")
    list_display = ["name", "division", "note"]
    list_select_related = ["division"]
    search_fields = ["name", "division__name", "division__code"]
    search_help_text = _("曾用名、现用名或代码")
    autocomplete_fields = ["division"]
    fields = ["name", "division", "note"]

"""What a list takes from the query string: its declared filters, its search, its columns, and nothing else.

Django lets the address of a list ask about every field of the row (`?password__startswith=`), and its length answers.
Here a name is taken only when an entry of `list_filter`, or the page's `linked_by`, stands for it. What they and
`search_fields` and the sortable columns stand for is checked at the start: never a field labelled SECRET, and one
labelled PERSONAL only where the list shows it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter, TextFilter
from unfold.views import ChangeList

from members.access.admin_base.days import DayRangeFilter
from portal.core.errors import BadInput
from portal.core.labels import PERSONAL, PUBLIC, SECRET, Label

HIDDEN = "***"
# What a kind of filter appends to its field; the first kind that fits counts. `{}` is the key of the related row.
_APPENDED: tuple[tuple[type, tuple[str, ...]], ...] = (
    (DayRangeFilter, ("_from", "_to")),
    (FieldTextFilter, ("__icontains",)),
    (admin.RelatedFieldListFilter, ("__{}__exact", "__isnull")),
    (admin.ChoicesFieldListFilter, ("__exact", "__isnull")),
    (admin.BooleanFieldListFilter, ("__exact", "__isnull")),
    (admin.AllValuesFieldListFilter, ("", "__isnull")),
)
_ID = re.compile(r"[0-9]{1,10}|[0-9a-f-]{36}|[01]|True|False")  # no phone has ten digits or fewer
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


class NotAFilter(BadInput):
    code = "not_a_filter"
    message = _("这个列表不能按网址中的条件筛选。")
    hint = _("请回到列表，用页面上的筛选和搜索。")


class DeclaredList(ChangeList):
    """A list that refuses what its page did not declare, before the database is asked anything."""

    def get_filters(self, request):
        for name in self.get_filters_params():
            if not self.model_admin.lookup_allowed(name, "", request):
                raise NotAFilter()
        return super().get_filters(request)

    def get_ordering_field(self, field_name):
        """Django would sort by every column that is asked for, also one that the page does not offer for it."""
        if field_name not in self.sortable_by or _points_back(self.lookup_opts.model, field_name):
            return None
        return super().get_ordering_field(field_name)


def _points_back(model: Any, name: str) -> bool:
    """Whether a column has the name of a relation that leads here from other rows: sorting by it would repeat rows."""
    try:
        return bool(model._meta.get_field(name).auto_created and not model._meta.get_field(name).concrete)
    except FieldDoesNotExist:
        return False


# -- names in the query string -------------------------------------------------------------------------------------
@cache
def parameters(entry: Any, model: type) -> frozenset[str]:
    """The names in a query string that one entry of `list_filter` stands for.

    Raises TypeError for a kind of filter that nobody described here.
    """
    if isinstance(entry, type) and issubclass(entry, admin.SimpleListFilter):
        return frozenset({str(entry.parameter_name)})
    path, field, kind = _field_filter(entry, model)
    for known, appended in _APPENDED:
        if issubclass(kind, known):
            key = field.target_field.name if field.is_relation else ""
            return frozenset(path + suffix.format(key) for suffix in appended)
    raise TypeError(f"{model.__name__}: say in members/access/admin_base/lists.py what a {kind.__name__} asks for.")


def _field_filter(entry: Any, model: type) -> tuple[str, Any, type]:
    """Path, field and class of a filter that goes by a field."""
    path, kind = entry if isinstance(entry, list | tuple) else (entry, None)
    field: Any = get_fields_from_path(model, path)[-1]  # type: ignore[arg-type]
    if kind is None:
        kind = next(kind for test, kind in admin.FieldListFilter._field_list_filters if test(field))  # type: ignore[attr-defined]
    return path, field, kind


def declared(page: Any, request: Any) -> frozenset[str]:
    """All names that the list takes, beside Django's own for search, order and page."""
    entries = (parameters(_hashable(entry), page.model) for entry in page.get_list_filter(request))
    return frozenset(page.linked_by).union(*entries)


def _hashable(entry: Any) -> Any:
    return tuple(entry) if isinstance(entry, list) else entry


# -- labels --------------------------------------------------------------------------------------------------------
def label_at(model: Any, path: str) -> Label | None:
    """The label of the field that a path leads to (`paper__course`, `=code`), None for what is no field.

    Models of others have no labels: their fields count as the field that leads to them.
    """
    label = None
    for step in path.lstrip("=^@-").split(LOOKUP_SEP):
        if _points_back(model, step):
            return label
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist:
            return label
        labels = getattr(model, "labels", None)
        label = label if labels is None else labels.get(field.name, SECRET)
        model = field.related_model or model
    return label


def asked_about(page: Any) -> Iterator[tuple[str, str]]:
    """Every path that the query string of a page can ask about, with where it is declared."""
    for entry in page.list_filter:
        if not isinstance(entry, type):
            yield (entry if isinstance(entry, str) else entry[0]), "list_filter"
    for name in ("search_fields", "linked_by"):
        for path in getattr(page, name):
            yield path, name
    for column in page.list_display if page.sortable_by is None else page.sortable_by:
        order = getattr(getattr(page, column, None), "admin_order_field", None) or column
        yield str(order), f"sorting by '{column}'"


def list_problems(page: ModelAdmin) -> list[checks.CheckMessage]:
    """Errors of the system check: lists that would answer about what they do not show."""
    hint = "Leave it out, or show the value on the list to whoever may open it (members/access/admin_base/lists.py)."
    problems: list[checks.CheckMessage] = []
    for path, where in asked_about(page):
        label = label_at(page.model, path)
        if label is SECRET or (label is PERSONAL and path.lstrip("=^@-") not in page.list_display):
            problems.append(
                checks.Error(f"{where} asks about '{path}', which is {label}.", hint=hint, obj=page, id="access.E003")
            )
    return problems


def may_be_named(model: Any, field: str) -> bool:
    """Whether rows may be addressed by this field instead of their key (`_to_field`)."""
    return model._meta.get_field(field).primary_key or getattr(model, "labels", {}).get(field) is PUBLIC


# -- what the audit trail keeps of a query -------------------------------------------------------------------------
def told_filters(page: Any, request: Any) -> dict[str, list[str]]:
    """The filters of a list as a file or the audit trail may keep them: chosen values, never typed text.

    What was typed may be somebody's name or number, also where the page offered a choice.
    """
    offered = _offered(page, request)
    return {
        name: [value if _harmless(value, offered.get(name)) else HIDDEN for value in values]
        for name, values in request.GET.lists()
        if any(values)
    }


def _harmless(value: str, offered: frozenset[str] | None) -> bool:
    return not value or (
        offered is not None and (value in offered or bool(_ID.fullmatch(value) or _DAY.fullmatch(value)))
    )


def _offered(page: Any, request: Any) -> dict[str, frozenset[str]]:
    """By name: the values that can be chosen. Names whose value is typed are missing."""
    found: dict[str, frozenset[str]] = {ORDER_VAR: frozenset(), PAGE_VAR: frozenset()}
    for entry in page.get_list_filter(request):
        if isinstance(entry, type):
            if not issubclass(entry, TextFilter):
                spec = entry(request, {}, page.model, page)
                values = frozenset(str(value) for value, _title in spec.lookup_choices)
                found |= dict.fromkeys(parameters(entry, page.model), values)
            continue
        _path, field, kind = _field_filter(entry, page.model)
        if not issubclass(kind, FieldTextFilter):
            values = frozenset(str(value) for value, _title in field.flatchoices)
            found |= dict.fromkeys(parameters(_hashable(entry), page.model), values)
    return found

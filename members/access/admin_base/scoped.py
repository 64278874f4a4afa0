"""The base class of the pages."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from members.access.admin_base.export import Exports
from members.access.admin_base.lists import DeclaredList, declared, list_problems, may_be_named
from members.access.admin_base.paging import CappedPaginator
from members.access.admin_base.reasons import ReasonActionForm, reason_field, reason_of
from members.access.admin_base.scope import difference, scope_filter, snapshot
from members.access.panels import Menu
from portal.audit.services import record
from portal.core.access import Rule
from portal.core.clock import now
from portal.core.errors import DomainError, Forbidden
from portal.core.labels import PERSONAL, SECRET

OTHER_ACTIONS = ("actions_list", "actions_row", "actions_detail", "actions_submit_line", "inlines")


class Refused(forms.BaseForm):
    """Mixed into the form whose saving a service refused: it is not saved again, and says why."""

    refused: DomainError

    def clean(self):
        cleaned = super().clean()
        self.add_error(None, f"{self.refused.message}{self.refused.hint}")
        return cleaned


class ScopedAdmin(Exports, ModelAdmin):
    access: dict[str, str | None] = {"view": None, "add": None, "change": None, "delete": None}
    scope_fields: dict[str, str] = {}
    personal: str | None = None  # permission that shows fields labelled PERSONAL; None: `access["view"]` does
    menu: Menu | None = None  # where the page stands in the sidebar
    linked_by: tuple[str, ...] = ()  # lookups by which other pages lead to this list, beside its filters
    action_form = ReasonActionForm
    delete_confirmation_template = "access/delete_confirmation.html"
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the table once
    list_per_page = 50
    list_filter_submit = True  # several filters, one request
    list_fullwidth = True

    def __init_subclass__(cls, **kwargs):
        """Side doors that the start-up check does not walk are not used at all."""
        super().__init_subclass__(**kwargs)
        used = [name for name in OTHER_ACTIONS if vars(cls).get(name)]
        if used:
            raise TypeError(f"{cls.__qualname__}: {', '.join(used)} would bypass declared access; use `actions`.")

    # -- records -------------------------------------------------------------------------------------
    def within(self, request, permission: str) -> QuerySet:
        """Records that the actor reaches with `permission`."""
        scope = request.actor.scope(permission)
        rows = self.model._default_manager.all()
        return rows if scope.everything else rows.filter(scope_filter(scope, self.scope_fields))

    def visible(self, request) -> QuerySet:
        """Records that the actor may see on this page."""
        return self.within(request, self.access["view"]) if self.access["view"] else self.model._default_manager.none()

    def get_queryset(self, request):
        ordering = self.get_ordering(request)
        return self.visible(request).order_by(*ordering) if ordering else self.visible(request)

    def get_object(self, request, object_id, from_field=None):
        """Someone else's record and a record that never was answer alike."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    # -- what the list may be asked (lists.py) -------------------------------------------------------
    def get_changelist(self, request, **kwargs):
        return DeclaredList

    def lookup_allowed(self, lookup, value, request):
        """Only by its filters: an answer about any other field would tell what the page hides."""
        return lookup in declared(self, request)

    def to_field_allowed(self, request, to_field):
        return super().to_field_allowed(request, to_field) and may_be_named(self.model, to_field)

    def get_list_display(self, request):
        hidden = self.hidden_fields(request)
        return [name for name in super().get_list_display(request) if name not in hidden]

    def get_search_fields(self, request):
        hidden = self.hidden_fields(request)
        return [path for path in super().get_search_fields(request) if path.lstrip("=^@") not in hidden]

    def check(self, **kwargs):
        return [*super().check(**kwargs), *list_problems(self)]

    # -- doors ---------------------------------------------------------------------------------------
    def allows(self, request, verb: str, obj=None) -> bool:
        permission = self.access[verb]
        if permission is None or not request.actor.may(permission):
            return False
        if obj is None or obj.pk is None:
            return True
        reached = request.__dict__.setdefault("_reached", {})
        key = (self.model, obj.pk, permission)
        if key not in reached:
            reached[key] = self.within(request, permission).filter(pk=obj.pk).exists()
        return reached[key]

    def has_view_permission(self, request, obj=None):
        return self.allows(request, "view", obj) or self.allows(request, "change", obj)

    def has_add_permission(self, request):
        return self.allows(request, "add")

    def has_change_permission(self, request, obj=None):
        return self.allows(request, "change", obj)

    def has_delete_permission(self, request, obj=None):
        return self.allows(request, "delete", obj)

    def has_module_permission(self, request):
        return any(self.allows(request, verb) for verb in ("view", "add", "change", "delete"))

    def require_view(self, request) -> None:
        """For pages beside Django's own. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied

    def own_urls(self) -> list[tuple[str, str, object]]:
        """More pages: (path below the list, name after the model's, view through `guarded`)."""
        return []

    def get_urls(self):
        info = f"{self.opts.app_label}_{self.opts.model_name}"
        more = [*self.export_urls(), *self.own_urls()]
        return [path(where, view, name=f"{info}_{name}") for where, name, view in more] + super().get_urls()

    def get_actions(self, request):
        """Only declared actions. Django's own bulk deletion is not among them: it asks no reason."""
        return {
            name: found
            for name, found in super().get_actions(request).items()
            if isinstance(getattr(found[0], "access", None), Rule) and found[0].access.allows(request.actor)
        }

    def changelist_view(self, request, extra_context=None):
        more = {"may_export": self.may_export(request), "filter_query": request.META.get("QUERY_STRING", "")}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What a service refuses is said in the form, with everything that was typed still there."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            if request.method != "POST" or error.status == 401 or error.status >= 500:
                raise
            request.refused = error
            return super().changeform_view(request, object_id, form_url, extra_context)

    def history_view(self, request, object_id, extra_context=None):
        """The audit trail is the history."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        try:
            page = reverse("admin:audit_auditentry_changelist")
        except NoReverseMatch:
            raise Http404 from None
        return redirect(f"{page}?object_type={self.model._meta.label_lower}&object_id={obj.pk}")

    # -- fields --------------------------------------------------------------------------------------
    def hidden_fields(self, request) -> set[str]:
        show_personal = self.personal is None or request.actor.may(self.personal)
        hidden = {SECRET} if show_personal else {SECRET, PERSONAL}
        return {name for name, label in getattr(self.model, "labels", {}).items() if label in hidden}

    def get_exclude(self, request, obj=None):
        return [*(super().get_exclude(request, obj) or ()), *self.hidden_fields(request)]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if self.asks_reason(request, obj):
            base = kwargs.get("form") or self.form
            kwargs["form"] = type(base.__name__, (base,), {"reason": reason_field(required=True)})
        if refused := getattr(request, "refused", None):
            base = kwargs.get("form") or self.form
            kwargs["form"] = type(base.__name__, (Refused, base), {"refused": refused})
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        fieldsets = list(super().get_fieldsets(request, obj))
        named = {field for _name, options in fieldsets for field in options["fields"]}
        if self.asks_reason(request, obj) and "reason" not in named:
            fieldsets.append((_("为什么修改"), {"fields": ["reason"]}))
        return fieldsets

    def asks_reason(self, request, obj) -> bool:
        return obj is not None and self.has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Choices are what the actor may see on the other model's page."""
        other = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(other, ScopedAdmin):
            kwargs.setdefault("queryset", other.get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # -- changes: django.contrib.admin wraps each in a transaction --------------------------------------
    def save_model(self, request, obj, form, change):
        """Saves, checks that the record still lies in the actor's scope, and writes the audit entry."""
        before = {}
        if change:
            before = snapshot(self.model._base_manager.select_for_update().get(pk=obj.pk))
        obj.save()
        self.hold_in_scope(request, obj, self.access["change" if change else "add"])
        obj.refresh_from_db()
        changed = difference(before, snapshot(obj))
        record(
            actor=request.actor,
            now=now(),
            action=f"{self.model._meta.model_name}.{'changed' if change else 'added'}",
            target=obj,
            before=changed[0] if change else None,
            after=changed[1],
            why=form.cleaned_data.get("reason", ""),
        )

    def hold_in_scope(self, request, obj, permission) -> None:
        """Nobody moves a record out of their own area, or makes one elsewhere."""
        if not self.within(request, permission).filter(pk=obj.pk).exists():
            raise Forbidden(
                _("保存后的记录不在您的管辖范围内。"),
                code="out_of_scope",
                hint=_("请改回您辖区内的地点或单位，或请上级管理员办理。"),
            )

    def delete_model(self, request, obj):
        target = (self.model._meta.label_lower, obj.pk)
        before, why = snapshot(obj), reason_of(request)
        obj.delete()
        action = f"{self.model._meta.model_name}.deleted"
        record(actor=request.actor, now=now(), action=action, target=target, before=before, why=why)

    def log_addition(self, request, obj, message):
        """The audit trail says it; Django's second log would only hold copies of personal data."""

    def log_change(self, request, obj, message):
        """As log_addition."""

    def log_deletions(self, request, queryset):
        """As log_addition."""

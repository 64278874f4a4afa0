"""Who works at which station and enterprise: given and taken with a reason, effective with the next request."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from logistics.registry.models import (
    EnterpriseUserObjectPermission,
    StationUserObjectPermission,
)
from logistics.registry.selectors import visible_enterprises, visible_stations
from logistics.registry.services.staff import grant_role, withdraw_role
from members.access.admin.roles import PhoneForm
from members.access.admin_base import ScopedAdmin, exported, reason_field, reason_of
from members.access.panels import PEOPLE, Menu
from members.access.services import require_not_above
from members.access.states import Permission as P
from members.access.states import Role, ScopeKind, roles_of
from portal.core.clock import now
from portal.core.masking import mask_name, mask_phone

SHOWN = 8  # candidates named when a search finds several


class StaffForm(PhoneForm):
    """The person by phone; the place by its code or a part of its name, within the actor's reach."""

    place = forms.CharField(label=_("单位"), widget=UnfoldAdminTextInputWidget, help_text=_("代码，或名称中的几个字。"))
    role = forms.ChoiceField(label=_("角色"), widget=UnfoldAdminSelectWidget)
    reason = reason_field(required=True)
    field_order = ("phone", "place", "role", "reason")
    places = None  # set by the page: what the actor may staff
    roles: tuple = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in self.roles]

    def clean_place(self):
        text = self.cleaned_data["place"].strip()
        exact = self.places.filter(code=text.lower()).first()
        found = [exact] if exact else list(self.places.filter(name__icontains=text).order_by("name")[: SHOWN + 1])
        if not found:
            raise forms.ValidationError(_("辖区内没有这个代码或名称。请在站点页或企业页核对。"))
        if len(found) > 1:
            names = "、".join(f"{place.name}（{place.code}）" for place in found[:SHOWN])
            raise forms.ValidationError(_("有多个符合：%(names)s。请填写括号中的代码。") % {"names": names})
        self.target = found[0]
        return text


class StaffAdmin(ScopedAdmin):
    """What the pages of both kinds share."""

    access = {"view": None, "add": None, "change": None, "delete": None}
    kind: ScopeKind
    list_display = ("person", "masked", "role", "content_object")
    list_select_related = ("user", "permission", "content_object")
    fields = ("person", "masked", "role", "content_object")
    readonly_fields = ("person", "masked", "role")
    ordering = ("-pk",)
    search_fields = ("content_object__name", "content_object__code")
    search_help_text = _("单位名称或代码")
    exports = ("content_object__code", "content_object__name", "role", "masked_person", "masked")

    def reached(self, actor, permission):
        raise NotImplementedError(f"{type(self).__name__} names its places")

    def within(self, request, permission):
        places = self.reached(request.actor, permission).values("pk")
        return self.model.objects.filter(content_object__in=places, permission__codename__startswith="hold_")

    @admin.display(description=_("人员"))
    def person(self, obj) -> str:
        return obj.user.get_full_name()

    @admin.display(description=_("人员"))
    @exported
    def masked_person(self, obj) -> str:
        return mask_name(obj.user.name)

    @admin.display(description=_("手机号"))
    @exported
    def masked(self, obj) -> str:
        return mask_phone(obj.user.phone)

    @admin.display(description=_("角色"), ordering="permission__codename")
    @exported
    def role(self, obj) -> str:
        return str(Role(obj.permission.codename.removeprefix("hold_")).label)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        places = self.reached(request.actor, P.STAFF_MANAGE)
        return type("Form", (StaffForm,), {"places": places, "roles": tuple(roles_of(self.kind)), "Meta": self._meta()})

    def _meta(self):
        return type("Meta", (), {"model": self.model, "fields": ()})

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["phone", "place", "role", "reason"]})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else super().get_readonly_fields(request, obj)

    def save_model(self, request, obj, form, change):
        """The service checks rank and area and writes the audit entry."""
        role, why = Role(form.cleaned_data["role"]), form.cleaned_data["reason"]
        require_not_above(actor=request.actor, user=form.user, permission=P.STAFF_MANAGE)
        grant_role(actor=request.actor, user=form.user, role=role, at=form.target, now=now(), why=why)
        row = self.model.objects.get(
            user=form.user, content_object=form.target, permission__codename=f"hold_{role.value}"
        )
        obj.pk, obj.user, obj.permission, obj.content_object = row.pk, row.user, row.permission, row.content_object

    def delete_model(self, request, obj):
        role = Role(obj.permission.codename.removeprefix("hold_"))
        why = reason_of(request)
        require_not_above(actor=request.actor, user=obj.user, permission=P.STAFF_MANAGE)
        withdraw_role(actor=request.actor, user=obj.user, role=role, at=obj.content_object, now=now(), why=why)

    def message_user(self, request, message, *args, **kwargs):
        """The base would name the row by guardian's text, which holds the person's number."""
        text = gettext("已保存。") if "hold_" in str(message) else message
        super().message_user(request, text, *args, **kwargs)


@admin.register(StationUserObjectPermission)
class StationStaffAdmin(StaffAdmin):
    access = {"view": P.STAFF_MANAGE, "add": P.STAFF_MANAGE, "change": None, "delete": P.STAFF_MANAGE}
    menu = Menu(PEOPLE, 20, "badge")
    kind = ScopeKind.STATION

    def reached(self, actor, permission):
        return visible_stations(actor=actor, permission=permission)


@admin.register(EnterpriseUserObjectPermission)
class EnterpriseStaffAdmin(StaffAdmin):
    access = {"view": P.STAFF_MANAGE, "add": P.STAFF_MANAGE, "change": None, "delete": P.STAFF_MANAGE}
    menu = Menu(PEOPLE, 30, "work")
    kind = ScopeKind.ENTERPRISE

    def reached(self, actor, permission):
        return visible_enterprises(actor=actor, permission=permission)

"""Roles of officials: who holds what where."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from members.access.admin_base import ScopedAdmin, reason_field, reason_of
from members.access.models import DivisionGrant
from members.access.services import grant_division_role, withdraw_division_role
from members.access.states import Permission
from members.accounts.models import User
from members.accounts.phones import NotAPhone, normalise_phone
from portal.core.clock import now
from portal.core.masking import mask_phone
from portal.regions.models import Division


class GrantForm(forms.ModelForm):
    """The person by phone, the place by code: neither list may be browsed."""

    phone = forms.CharField(
        label=_("手机号"), widget=UnfoldAdminTextInputWidget, help_text=_("对方须先用这个手机号注册。")
    )
    place = forms.CharField(
        label=_("区划代码"), widget=UnfoldAdminTextInputWidget, help_text=_("6 位县代码、9 位乡镇代码或 12 位代码。")
    )
    reason = reason_field(required=True)

    class Meta:
        model = DivisionGrant
        fields = ("role",)

    def clean_phone(self):
        try:
            phone = normalise_phone(self.cleaned_data["phone"])
        except NotAPhone as error:
            raise forms.ValidationError(f"{error.message}{error.hint}") from None
        self.user = User.objects.filter(phone=phone, phone_verified=True, is_active=True).first()
        if self.user is None:
            raise forms.ValidationError(_("没有这个手机号的账户。请对方先注册。"))
        return phone

    def clean_place(self):
        code = self.cleaned_data["place"].strip()
        self.division = Division.objects.filter(code=code.ljust(12, "0")).first()
        if self.division is None or not code.isascii():
            raise forms.ValidationError(_("没有这个区划代码。请在“行政区划”页核对。"))
        return code


@admin.register(DivisionGrant)
class DivisionGrantAdmin(ScopedAdmin):
    access = {
        "view": Permission.PEOPLE_VIEW,
        "add": Permission.PEOPLE_GRANT,
        "change": None,
        "delete": Permission.PEOPLE_GRANT,
    }
    scope_fields = {"divisions": "division__code"}
    list_display = ("person", "masked", "role", "division", "granted_at", "granted_by")
    list_filter = ("role",)
    list_select_related = ("user", "division")
    fields = ("role", "division", "granted_at", "granted_by")
    ordering = ("-granted_at", "-id")

    @admin.display(description=_("人员"))
    def person(self, obj):
        return obj.user.get_full_name()

    @admin.display(description=_("手机号"))
    def masked(self, obj):
        return mask_phone(obj.user.phone)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = GrantForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["phone", "role", "place", "reason"]})]
        return super().get_fieldsets(request, obj)

    def save_model(self, request, obj, form, change):
        """The service checks rank and area and writes the audit entry."""
        grant = grant_division_role(
            actor=request.actor, user=form.user, role=obj.role, division=form.division, now=now(),
            why=form.cleaned_data["reason"],
        )  # fmt: skip
        obj.pk, obj.user, obj.division = grant.pk, grant.user, grant.division

    def delete_model(self, request, obj):
        withdraw_division_role(
            actor=request.actor, user=obj.user, role=obj.role, division=obj.division, now=now(),
            why=reason_of(request),
        )  # fmt: skip

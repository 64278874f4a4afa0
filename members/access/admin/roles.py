"""Roles of officials: who holds what where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from members.access.admin.deeds import NamesActors
from members.access.admin_base import DayRangeFilter, ScopedAdmin, exported, reason_field, reason_of
from members.access.models import DivisionGrant
from members.access.panels import PEOPLE, Menu
from members.access.services import grant_division_role, withdraw_division_role
from members.access.states import RANK, Permission, Role
from members.accounts.models import User
from members.accounts.phones import NotAPhone, normalise_phone
from portal.core.clock import now
from portal.core.masking import mask_name, mask_phone
from portal.regions.models import Division
from portal.regions.selectors import search_divisions

SHOWN = 8  # candidates named when a search finds several


class PhoneForm(forms.ModelForm):
    """A person by phone: the list of people may not be browsed."""

    phone = forms.CharField(
        label=_("手机号"), widget=UnfoldAdminTextInputWidget, help_text=_("对方须先用这个手机号注册。")
    )

    def clean_phone(self):
        try:
            phone = normalise_phone(self.cleaned_data["phone"])
        except NotAPhone as error:
            raise forms.ValidationError(f"{error.message}{error.hint}") from None
        self.user = User.objects.filter(phone=phone, phone_verified=True, is_active=True).first()
        if self.user is None:
            raise forms.ValidationError(_("没有这个手机号的账户。请对方先注册。"))
        return phone


class GrantForm(PhoneForm):
    """The place by code or name, within the area where the actor grants."""

    place = forms.CharField(
        label=_("辖区"), widget=UnfoldAdminTextInputWidget,
        help_text=_("区划代码（6 位县、9 位乡镇或 12 位），或地名。"),
    )  # fmt: skip
    reason = reason_field(required=True)
    areas: frozenset[str] = frozenset()  # set by the page
    highest = 0  # rank up to which the actor may give roles; the service judges by place, too

    class Meta:
        model = DivisionGrant
        fields = ("role",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = [(code, label) for code, label in role.choices if not code or RANK.get(code, 0) <= self.highest]

    def clean_place(self):
        text = self.cleaned_data["place"].strip()
        if text.isascii() and text.isdigit():
            self.division = Division.objects.filter(code=text.ljust(12, "0")).first()
        else:
            self.division = self._by_name(text)
        if self.division is None:
            raise forms.ValidationError(_("没有这个区划。请在“行政区划”页核对。"))
        return text

    def _by_name(self, text: str) -> Division | None:
        near = [place for area in sorted(self.areas) for place in search_divisions(text, within=area, limit=SHOWN)]
        found = [place for place in near if len(text) > 1 and text in (place.name, place.short_name)]
        found = found or [place for place in near if len(text) > 1 and text in place.name]
        if len(found) > 1:
            names = "、".join(f"{place.full_name}（{place.prefix}）" for place in found[:SHOWN])
            raise forms.ValidationError(_("有多个符合：%(names)s。请填写括号中的代码。") % {"names": names})
        return Division.objects.get(code=found[0].code) if found else None


@admin.register(DivisionGrant)
class DivisionGrantAdmin(NamesActors, ScopedAdmin):
    actor_field = "granted_by"
    access = {
        "view": Permission.PEOPLE_VIEW,
        "add": Permission.PEOPLE_GRANT,
        "change": None,
        "delete": Permission.PEOPLE_GRANT,
    }
    menu = Menu(PEOPLE, 40, "verified_user")
    scope_fields = {"divisions": "division__code"}
    exports = ("role", "division", "masked_person", "masked", "granted_at", "by_whom")
    list_display = ("person", "masked", "role", "division", "granted_at", "by_whom")
    list_filter = (("role", ChoicesDropdownFilter), ("granted_at", DayRangeFilter))
    list_select_related = ("user", "division")
    fields = ("role", "division", "granted_at", "granted_by")
    ordering = ("-granted_at", "-id")

    @admin.display(description=_("人员"))
    def person(self, obj):
        return obj.user.get_full_name()

    @admin.display(description=_("人员"))
    @exported
    def masked_person(self, obj) -> str:
        return mask_name(obj.user.name)

    @admin.display(description=_("手机号"))
    @exported
    def masked(self, obj):
        return mask_phone(obj.user.phone)

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            areas = request.actor.scope(Permission.PEOPLE_GRANT).divisions
            highest = max((RANK.get(Role(role), 0) for role in request.actor.roles), default=0)
            kwargs["form"] = type("Form", (GrantForm,), {"areas": areas, "highest": highest})
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

"""Terminals: issue, change the secret, end."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from members.access.admin_base import ScopedAdmin, admin_action, bulk_action, reason_of, scope_filter
from members.access.bulk import BulkAction
from members.access.panels import PLACES, Menu
from members.access.states import Permission
from members.devices.models import Device
from members.devices.places import NoSuchPlace, PlaceKind, find_place
from members.devices.services import issue_device, revoke_device, rotate_device
from members.devices.states import BOUND_TO
from portal.core.clock import now
from portal.core.errors import BadInput

SHOWN_ONCE = "devices/secret.html"


class IssueForm(forms.ModelForm):
    place_code = forms.CharField(
        label=_("站点或企业代码"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("扫描终端填站点代码，承运企业系统填企业代码。"),
    )

    class Meta:
        model = Device
        fields = ("name", "profile")

    def clean(self):
        kind = BOUND_TO.get(self.cleaned_data.get("profile"))
        if kind and "place_code" in self.cleaned_data:
            try:
                self.place = find_place(PlaceKind(kind), self.cleaned_data["place_code"])
            except NoSuchPlace as error:
                self.add_error("place_code", f"{error.message}{error.hint}")
        return self.cleaned_data


SCOPE = {"divisions": "area", "stations": "station", "enterprises": "enterprise"}


class RevokeDevices(BulkAction):
    """A revoked credential does not come back: a new one is issued. So there is no undoing."""

    code, title, permission = "device.revoke", _("停用终端（立即生效）"), Permission.DEVICE_MANAGE
    warning = _("停用后终端立即不能上传。终端上还没有上传的数据请先上传；要再用时须新发一台。")

    def reach(self, actor):
        scope = actor.scope(self.permission)
        return Device.objects.all() if scope.everything else Device.objects.filter(scope_filter(scope, SCOPE))

    def name(self, row):
        return f"{row.code} {row.name}"

    def token(self, row):
        return f"{row.rotated_at}:{row.revoked_at}"

    def refuse(self, row, choice, now):
        return "" if row.revoked_at is None else gettext("已经停用。")

    def says(self, row, choice):
        return gettext("新旧密钥一起失效。")

    def do(self, row, *, choice, actor, now, why):
        revoke_device(actor=actor, device_id=row.pk, why=why, now=now)


class LiveFilter(DropdownFilter):
    title, parameter_name = _("是否在用"), "live"

    def lookups(self, request, model_admin):
        return [("1", _("在用")), ("0", _("已停用"))]

    def queryset(self, request, queryset):
        if self.value() not in ("0", "1"):
            return queryset
        return queryset.filter(revoked_at__isnull=self.value() == "1")


@admin.register(Device)
class DeviceAdmin(ScopedAdmin):
    access = {
        "view": Permission.DEVICE_VIEW,
        "add": Permission.DEVICE_MANAGE,
        "change": None,
        "delete": None,
    }
    menu = Menu(PLACES, 40, "barcode_scanner")
    scope_fields = SCOPE
    exports = ("code", "name", "profile", "issued_at", "rotated_at", "last_seen_at", "revoked_at", "revoked_why")
    list_display = ("code", "name", "profile", "issued_at", "last_seen_at", "revoked_at")
    list_filter = (("profile", ChoicesDropdownFilter), LiveFilter)
    search_fields = ("=code", "name")
    fields = (
        "code", "name", "profile", "issued_at", "rotated_at", "previous_valid_until", "last_seen_at",
        "revoked_at", "revoked_why",
    )  # fmt: skip
    ordering = ("-issued_at", "-id")
    actions = ["rotate", bulk_action(RevokeDevices)]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = IssueForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["name", "profile", "place_code"]})]
        return super().get_fieldsets(request, obj)

    def save_model(self, request, obj, form, change):
        """The service checks the area, makes the secret and writes the audit entry."""
        request.issued = issue_device(
            actor=request.actor, place=form.place, profile=obj.profile, name=obj.name, now=now()
        )
        obj.pk, obj.code = request.issued.device.pk, request.issued.device.code

    def response_add(self, request, obj, post_url_continue=None):
        """Shows the secret in this answer only: it is kept nowhere, not even in a session message."""
        return self.show_secret(request, request.issued)

    def show_secret(self, request, issued):
        context = {**self.admin_site.each_context(request), "issued": issued, "title": _("终端密钥")}
        response = TemplateResponse(request, SHOWN_ONCE, context)
        response["Cache-Control"] = "no-store"
        return response

    @admin_action(Permission.DEVICE_MANAGE, description=_("更换密钥（一次一台）"))
    def rotate(self, request, queryset):
        devices = list(queryset[:2])
        if len(devices) != 1:
            raise BadInput(_("一次只能更换一台终端的密钥。"), hint=_("请返回只勾选一台。"))
        issued = rotate_device(actor=request.actor, device_id=devices[0].pk, now=now(), why=reason_of(request))
        return self.show_secret(request, issued)

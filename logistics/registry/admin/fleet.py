"""Vehicles and couriers, who drives what, who is invited where. They are changed by applications and by files."""

from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from logistics.registry.models import Certified, Courier, DriverBinding, Invitation, Vehicle
from logistics.registry.selectors import visible_couriers, visible_enterprises, visible_vehicles
from logistics.registry.standing import standing_of
from logistics.registry.states import Standing
from members.access.admin_base import ScopedAdmin, exported
from members.access.panels import PEOPLE, PLACES, Menu
from members.access.states import Permission as P
from portal.core.clock import county_day, now
from portal.core.masking import mask_name

SOON = dt.timedelta(days=60)


class StandingFilter(admin.SimpleListFilter):
    """By what a certificate's date says today."""

    title = _("证书")
    parameter_name = "certificate"

    def lookups(self, request, model_admin):
        return [
            ("none", _("未取得证书")), ("good", _("有效")), ("soon", _("60 天内到期")), ("expired", _("已到期")),
        ]  # fmt: skip

    def queryset(self, request, queryset):
        today = county_day(now())
        asked = {
            "none": Q(certified_until__isnull=True),
            "good": Q(certified_until__gte=today),
            "soon": Q(certified_until__range=(today, today + SOON)),
            "expired": Q(certified_until__lt=today),
        }.get(self.value() or "")
        return queryset if asked is None else queryset.filter(asked)


class CertifiedAdmin(ScopedAdmin):
    """What the pages of certified parties share: whether they may work today, and the way to their papers."""

    access = {"view": None, "add": None, "change": None, "delete": None}
    list_filter = (StandingFilter, ("state", ChoicesDropdownFilter))

    @admin.display(description=_("能否作业"))
    @exported
    def standing(self, obj: Certified) -> str:
        return str(Standing(standing_of(obj, today=county_day(now()))).label)

    @admin.display(description=_("所在地名称"))
    @exported
    def place(self, obj) -> str:
        return str(obj.division)

    @admin.display(description=_("相关"))
    def more(self, obj) -> str:
        """Applications and certificates are floors above: their lists are found by their address."""
        links = [
            (f"{reverse('admin:audit_auditentry_changelist')}?object_type={obj._meta.label_lower}&object_id={obj.pk}",
             _("修改记录")),
            *self.links(obj),
        ]  # fmt: skip
        return format_html_join(" · ", '<a class="of-link" href="{}">{}</a>', links)

    def links(self, obj):
        return []


@admin.register(Vehicle)
class VehicleAdmin(CertifiedAdmin):
    access = {"view": P.VEHICLE_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(PLACES, 30, "local_shipping")
    list_display = ("plate", "type", "operator", "division", "load_kg", "cold_box", "certified_until", "standing")
    list_select_related = ("operator", "division")
    list_filter = (*CertifiedAdmin.list_filter, ("type", ChoicesDropdownFilter), "cold_box")
    search_fields = ("plate", "vin", "operator__name", "operator__code")
    search_help_text = _("号牌、识别代号或运营企业")
    exports = ("place", "operator", "state", "certified_until", "standing")  # after the columns of the register
    readonly_fields = ("standing", "more")
    fieldsets = (
        (None, {"fields": ["plate", "plate_kind", "type", "brand", "vin", "division", "operator"]}),
        (_("装载"), {"fields": ["load_kg", "volume_l", "cold_box"]}),
        (_("证件"), {"fields": ["ownership", "lease_until", "insurance_until", "inspection_until"]}),
        (_("认证"), {"fields": ["state", "certified_until", "certify_by", "standing", "stopped_why", "more"]}),
    )

    def within(self, request, permission):
        return visible_vehicles(actor=request.actor, permission=permission)

    def export_rows(self, request):
        return super().export_rows(request).select_related("owner")

    def links(self, obj):
        yield f"{reverse('admin:registry_driverbinding_changelist')}?vehicle__id__exact={obj.pk}", _("驾驶员")


@admin.register(Courier)
class CourierAdmin(CertifiedAdmin):
    """The identity number is a secret and stands on no page; whose it is shows its hash in the checks."""

    access = {"view": P.COURIER_VIEW, "add": None, "change": None, "delete": None}
    personal = P.PARCEL_VIEW_PERSONAL
    menu = Menu(PEOPLE, 40, "badge")
    list_display = ("code", "person", "kind", "enterprise", "division", "certified_until", "standing")
    list_select_related = ("enterprise", "division")
    list_filter = (*CertifiedAdmin.list_filter, ("kind", ChoicesDropdownFilter))
    search_fields = ("code", "enterprise__name", "enterprise__code")
    search_help_text = _("工号或所属企业")
    exports = ("place", "works_for", "state", "certified_until", "standing")  # after the columns of the register
    readonly_fields = ("person", "standing", "more")
    fieldsets = (
        (None, {"fields": ["code", "person", "kind", "enterprise", "division"]}),
        (_("驾驶证"), {"fields": ["licence_class", "licence_until"]}),
        (_("认证"), {"fields": ["state", "certified_until", "certify_by", "standing", "stopped_why", "more"]}),
    )

    def within(self, request, permission):
        return visible_couriers(actor=request.actor, permission=permission)

    def export_rows(self, request):
        return super().export_rows(request).select_related("user")

    @admin.display(description=_("所属企业名称"))
    @exported
    def works_for(self, obj) -> str:
        return str(obj.enterprise or "")

    @admin.display(description=_("姓名"))
    def person(self, obj) -> str:
        return mask_name(obj.name)

    def links(self, obj):
        yield f"{reverse('admin:registry_driverbinding_changelist')}?driver__id__exact={obj.pk}", _("绑定的车辆")


@admin.register(DriverBinding)
class DriverBindingAdmin(ScopedAdmin):
    access = {"view": P.VEHICLE_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(PEOPLE, 50, "link")
    list_display = ("vehicle", "driver", "asked_by", "asked_at", "agreed_at", "ended_at")
    list_select_related = ("vehicle", "driver")
    list_filter = ("asked_by",)
    linked_by = ("vehicle__id__exact", "driver__id__exact")
    search_fields = ("vehicle__plate", "driver__code")
    search_help_text = _("号牌或工号")
    ordering = ("-asked_at",)

    def within(self, request, permission):
        return DriverBinding.objects.filter(vehicle__in=visible_vehicles(actor=request.actor, permission=permission))


@admin.register(Invitation)
class InvitationAdmin(ScopedAdmin):
    access = {"view": P.STAFF_MANAGE, "add": None, "change": None, "delete": None}
    personal = P.PARCEL_VIEW_PERSONAL
    menu = Menu(PEOPLE, 60, "mail")
    list_display = ("invited_at", "enterprise", "station", "role", "expires_at", "accepted_at", "withdrawn_at")
    list_select_related = ("enterprise", "station")
    list_filter = (("role", ChoicesDropdownFilter),)
    search_fields = ("enterprise__name", "enterprise__code")
    ordering = ("-invited_at",)
    exclude = ("name", "phone")

    def within(self, request, permission):
        return Invitation.objects.filter(enterprise__in=visible_enterprises(actor=request.actor, permission=permission))

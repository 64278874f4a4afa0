"""Stations and enterprises."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from logistics.registry import rules
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import visible_enterprises, visible_stations
from logistics.registry.services import parties
from logistics.registry.states import State
from members.access.admin_base import ScopedAdmin, bulk_action, exported
from members.access.bulk import BulkAction
from members.access.panels import PLACES, Menu
from members.access.states import Permission as P


class PartyForm(forms.ModelForm):
    """Checks the same rules as the services, and says them beside the field."""

    problems_of = staticmethod(lambda instance: {})  # the rules of the kind of party

    def _post_clean(self):
        super()._post_clean()
        for field, sentence in self.problems_of(self.instance).items():
            if field in self.fields and field not in self.errors:
                self.add_error(field, sentence)


class EnterpriseForm(PartyForm):
    problems_of = staticmethod(rules.enterprise_problems)


class StationForm(PartyForm):
    problems_of = staticmethod(rules.station_problems)


class PartyAction(BulkAction):
    """Suspending and resuming are each other's inverse."""

    can_undo = True
    start, end = State.ACTIVE, State.SUSPENDED

    def name(self, row):
        return f"{row.name}（{row.code}）"

    def token(self, row):
        return f"{row.state}:{row.updated_at.isoformat()}"

    def refuse(self, row, choice, now):
        if row.state == self.start:
            return ""
        return gettext("当前状态是“%(state)s”，不能这样办理。") % {"state": row.get_state_display()}

    def says(self, row, choice):
        return gettext("从“%(start)s”改为“%(end)s”。") % {"start": self.start.label, "end": self.end.label}

    def do(self, row, *, choice, actor, now, why):
        self._step(self.end)(party=row, actor=actor, now=now, why=why)

    def undo(self, row, *, choice, actor, now, why):
        self._step(self.start)(party=row, actor=actor, now=now, why=why)

    @staticmethod
    def _step(end):
        return parties.suspend if end == State.SUSPENDED else parties.resume


class StationReach:
    permission = P.STATION_EDIT

    def reach(self, actor):
        return visible_stations(actor=actor, permission=self.permission)


class EnterpriseReach:
    permission = P.ENTERPRISE_EDIT

    def reach(self, actor):
        return visible_enterprises(actor=actor, permission=self.permission)


class SuspendStations(StationReach, PartyAction):
    code, title = "station.suspend", _("暂停所选站点")
    warning = _("暂停后不能再往这些站点安排人员和终端，网上查询会显示“暂停服务”。")


class ResumeStations(StationReach, PartyAction):
    code, title = "station.resume", _("恢复所选站点")
    start, end = State.SUSPENDED, State.ACTIVE


class SuspendEnterprises(EnterpriseReach, PartyAction):
    code, title = "enterprise.suspend", _("暂停所选企业")
    warning = _("暂停后不能再为这些企业安排人员和终端，也不能导入它们的文件。")


class ResumeEnterprises(EnterpriseReach, PartyAction):
    code, title = "enterprise.resume", _("恢复所选企业")
    start, end = State.SUSPENDED, State.ACTIVE


class PartyAdmin(ScopedAdmin):
    """What the pages of enterprises and stations share."""

    access = {"view": None, "add": None, "change": None, "delete": None}
    autocomplete_fields = ["division"]
    search_fields = ["code", "name"]
    search_help_text = _("代码或名称")
    list_filter = [("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter)]
    list_select_related = ["division"]

    def get_readonly_fields(self, request, obj=None):
        """A code is in files and on labels: once given it stays."""
        return ["state", *(["code", "more"] if obj else [])]

    @admin.display(description=_("所在地名称"))
    @exported
    def place(self, obj) -> str:
        return str(obj.division)

    @admin.display(description=_("相关"))
    def more(self, obj) -> str:
        links = [(url, text) for url, text in self.links(obj)]
        return format_html_join(" · ", '<a class="of-link" href="{}">{}</a>', links)

    def links(self, obj):
        return []


@admin.register(Enterprise)
class EnterpriseAdmin(PartyAdmin):
    access = {"view": P.ENTERPRISE_VIEW, "add": P.ENTERPRISE_EDIT, "change": P.ENTERPRISE_EDIT, "delete": None}
    menu = Menu(PLACES, 20, "domain")
    form = EnterpriseForm
    actions = [bulk_action(SuspendEnterprises), bulk_action(ResumeEnterprises)]
    exports = ("place", "state", "created_at")  # after the columns of the register
    list_display = ["short_name", "code", "kind", "hotline", "division", "state"]
    fieldsets = [
        (None, {"fields": ["code", "name", "short_name", "kind", "credit_code", "division", "state"]}),
        (_("对外"), {"fields": ["hotline", "website", "kuaidi100_code"]}),
        (_("联系人"), {"fields": ["contact_name", "contact_phone"]}),
    ]

    def within(self, request, permission):
        return visible_enterprises(actor=request.actor, permission=permission)

    def get_fieldsets(self, request, obj=None):
        return [*super().get_fieldsets(request, obj), *([(_("相关"), {"fields": ["more"]})] if obj else [])]

    def links(self, obj):
        staff = reverse("admin:registry_enterpriseuserobjectpermission_changelist")
        yield f"{staff}?q={obj.code}", _("人员")
        yield f"{reverse('admin:registry_enterpriseuserobjectpermission_add')}?place={obj.code}", _("安排人员")
        yield f"{reverse('admin:devices_device_add')}?place_code={obj.code}", _("发放终端")


@admin.register(Station)
class StationAdmin(PartyAdmin):
    access = {"view": P.STATION_VIEW, "add": P.STATION_EDIT, "change": P.STATION_EDIT, "delete": None}
    menu = Menu(PLACES, 10, "warehouse")
    form = StationForm
    actions = [bulk_action(SuspendStations), bulk_action(ResumeStations)]
    exports = ("place", "operator", "illustrative", "state", "created_at")  # after the columns of the register
    list_display = ["name", "code", "kind", "parent", "division", "capacity", "state"]
    list_select_related = ["division", "parent"]
    autocomplete_fields = ["division", "parent", "operator"]
    fieldsets = [
        (None, {"fields": ["code", "name", "kind", "division", "parent", "operator", "state"]}),
        (_("位置"), {"fields": ["address", "longitude", "latitude", "illustrative"]}),
        (_("服务"), {"fields": ["hours", "capacity", "phone"]}),
        (_("负责人"), {"fields": ["contact_name", "contact_phone"]}),
    ]

    def within(self, request, permission):
        return visible_stations(actor=request.actor, permission=permission)

    def export_rows(self, request):
        return super().export_rows(request).select_related("operator", "parent")

    def get_fieldsets(self, request, obj=None):
        return [*super().get_fieldsets(request, obj), *([(_("相关"), {"fields": ["more"]})] if obj else [])]

    def links(self, obj):
        """Parcels are a floor above: their list is found by its address."""
        staff = reverse("admin:registry_stationuserobjectpermission_changelist")
        yield f"{reverse('admin:parcels_parcel_changelist')}?station__id__exact={obj.pk}&open=1", _("这里的包裹")
        yield f"{staff}?q={obj.code}", _("人员")
        yield f"{reverse('admin:registry_stationuserobjectpermission_add')}?place={obj.code}", _("安排人员")
        yield f"{reverse('admin:devices_device_add')}?place_code={obj.code}", _("发放终端")

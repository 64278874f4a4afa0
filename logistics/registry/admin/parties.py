from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from logistics.registry import rules
from logistics.registry.models import Enterprise, Station
from logistics.registry.selectors import enterprises_within, stations_within
from logistics.registry.services import parties
from members.access.admin_base import ScopedAdmin, admin_action, reason_of
from members.access.states import Permission as P
from portal.core.clock import now


class PartyForm(forms.ModelForm):
    """Checks the same rules as the services, and says them beside the field."""

    def problems(self):
        raise NotImplementedError

    def _post_clean(self):
        super()._post_clean()
        for field, sentence in self.problems().items():
            if field in self.fields and field not in self.errors:
                self.add_error(field, sentence)


class EnterpriseForm(PartyForm):
    def problems(self):
        return rules.enterprise_problems(self.instance)


class StationForm(PartyForm):
    def problems(self):
        return rules.station_problems(self.instance)


class PartyAdmin(ScopedAdmin):
    """What the pages of enterprises and stations share."""

    access = {"view": None, "add": None, "change": None, "delete": None}
    actions = ["suspend", "resume"]
    readonly_fields = ["state"]
    autocomplete_fields = ["division"]
    search_fields = ["code", "name"]
    list_filter = ["kind", "state"]
    list_select_related = ["division"]

    def get_readonly_fields(self, request, obj=None):
        """A code is in files and on labels: once given it stays."""
        return [*super().get_readonly_fields(request, obj), *(["code"] if obj else [])]

    @admin_action(P.ENTERPRISE_EDIT, P.STATION_EDIT, description=_("暂停所选"))
    def suspend(self, request, queryset):
        self._each(request, queryset, parties.suspend)

    @admin_action(P.ENTERPRISE_EDIT, P.STATION_EDIT, description=_("恢复所选"))
    def resume(self, request, queryset):
        self._each(request, queryset, parties.resume)

    def _each(self, request, queryset, service):
        why = reason_of(request)
        moment = now()
        with transaction.atomic():  # all of them or none
            for party in queryset:
                service(party=party, actor=request.actor, now=moment, why=why)
        self.message_user(request, _("已办理 %(count)d 项。") % {"count": len(queryset)})


@admin.register(Enterprise)
class EnterpriseAdmin(PartyAdmin):
    access = {"view": P.ENTERPRISE_VIEW, "add": P.ENTERPRISE_EDIT, "change": P.ENTERPRISE_EDIT, "delete": None}
    form = EnterpriseForm
    list_display = ["short_name", "code", "kind", "hotline", "division", "state"]
    fieldsets = [
        (None, {"fields": ["code", "name", "short_name", "kind", "credit_code", "division", "state"]}),
        (_("对外"), {"fields": ["hotline", "website", "kuaidi100_code"]}),
        (_("联系人"), {"fields": ["contact_name", "contact_phone"]}),
    ]

    def within(self, request, permission):
        scope = request.actor.scope(permission)
        rows = Enterprise.objects.all()
        return rows if scope.everything else rows.filter(enterprises_within(scope))


@admin.register(Station)
class StationAdmin(PartyAdmin):
    access = {"view": P.STATION_VIEW, "add": P.STATION_EDIT, "change": P.STATION_EDIT, "delete": None}
    form = StationForm
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
        scope = request.actor.scope(permission)
        rows = Station.objects.all()
        return rows if scope.everything else rows.filter(stations_within(scope))

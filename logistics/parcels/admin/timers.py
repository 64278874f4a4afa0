"""The county's time limits, editable; every change is audited with its reason."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import TimerRule
from logistics.parcels.states import DEFAULT_TIMER_HOURS, TimerKind
from members.access.admin_base import ScopedAdmin
from members.access.panels import SETTINGS, Menu
from members.access.states import Permission as P


@admin.register(TimerRule)
class TimerRuleAdmin(ScopedAdmin):
    """One portal serves one county, so the rules belong to whoever may set them anywhere in it.

    Every kind has a row from the start (`manage.py seed_timer_rules`), with the default beside it; a kind whose row is
    missing all the same keeps its default.
    """

    access = {"view": P.TIMER_CONFIGURE, "add": P.TIMER_CONFIGURE, "change": P.TIMER_CONFIGURE, "delete": None}
    menu = Menu(SETTINGS, 10, "timer")
    list_display = ("kind", "hours", "usual", "enabled")
    ordering = ("kind",)

    def within(self, request, permission):
        return TimerRule.objects.all() if request.actor.scope(permission) else TimerRule.objects.none()

    @admin.display(description=_("默认（小时）"))
    def usual(self, obj) -> int:
        return DEFAULT_TIMER_HOURS[TimerKind(obj.kind)]

    def get_readonly_fields(self, request, obj=None):
        return ("kind",) if obj is not None else ()

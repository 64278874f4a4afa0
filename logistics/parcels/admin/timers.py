"""The county's time limits, editable; every change is audited with its reason."""

from __future__ import annotations

from django.contrib import admin

from logistics.parcels.models import TimerRule
from members.access.admin_base import ScopedAdmin
from members.access.states import Permission as P


@admin.register(TimerRule)
class TimerRuleAdmin(ScopedAdmin):
    """One portal serves one county, so the rules belong to whoever may set them anywhere in it.

    A kind without a row keeps its default (`states.DEFAULT_TIMER_HOURS`); adding one overrides it.
    """

    access = {"view": P.TIMER_CONFIGURE, "add": P.TIMER_CONFIGURE, "change": P.TIMER_CONFIGURE, "delete": None}
    list_display = ("kind", "hours", "enabled")
    ordering = ("kind",)

    def within(self, request, permission):
        return TimerRule.objects.all() if request.actor.scope(permission) else TimerRule.objects.none()

    def get_readonly_fields(self, request, obj=None):
        return ("kind",) if obj is not None else ()

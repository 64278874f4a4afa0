"""The calendar of working days lives on the ground floor, which knows no officials; its page is here."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from members.access.admin_base import ScopedAdmin
from members.access.admin_base.reasons import reason_field
from members.access.panels import SETTINGS, Menu
from members.access.states import Permission as P
from portal.core.access import declare, holders
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.workdays.models import PublishedYear
from portal.workdays.notation import read_days, write_days
from portal.workdays.selectors import days_of, first_unpublished
from portal.workdays.services import publish_year


class YearForm(forms.ModelForm):
    days = forms.CharField(
        label=_("节假日与调休"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 14}),
        help_text=_("每行写一天或一段，例如：01-01 至 01-03 放假 元旦；01-04 上班。其余的周一至周五是工作日。"),
    )  # fmt: skip
    reason = reason_field(required=True)

    class Meta:
        model = PublishedYear
        fields = ("year", "source", "published_on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["days"] = write_days(days_of(self.instance.pk))

    def clean(self):
        cleaned = super().clean() or {}
        year = cleaned.get("year") or self.instance.pk
        if year and "days" in cleaned:
            try:
                cleaned["days"] = read_days(cleaned["days"], year)
            except DomainError as error:
                self.add_error("days", error.message)
        return cleaned


@admin.register(PublishedYear)
class PublishedYearAdmin(ScopedAdmin):
    """One calendar for the whole portal: whoever may edit it anywhere may edit it."""

    access = {"view": P.CALENDAR_EDIT, "add": P.CALENDAR_EDIT, "change": P.CALENDAR_EDIT, "delete": None}
    menu = Menu(SETTINGS, 20, "calendar_month")
    form = YearForm
    list_display = ("year", "source", "published_on", "days_off", "days_worked")
    ordering = ("-year",)

    def within(self, request, permission):
        return PublishedYear.objects.all() if request.actor.scope(permission) else PublishedYear.objects.none()

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("days")

    def get_readonly_fields(self, request, obj=None):
        return ("year",) if obj is not None else ()

    def asks_reason(self, request, obj) -> bool:
        return False  # the form asks it always, also for a new year

    @declare(holders(P.CALENDAR_EDIT))
    def changelist_view(self, request, extra_context=None):
        year = first_unpublished(after=now().date())
        note = _("%(year)s 年的放假安排尚未录入；跨到这一年的期限暂按周一至周五计算，并注明“待定”。") % {"year": year}
        return super().changelist_view(request, {"subtitle": note, **(extra_context or {})})

    def save_model(self, request, obj, form, change):
        with transaction.atomic():
            publish_year(
                year=obj.year, source=obj.source, published_on=obj.published_on, days=form.cleaned_data["days"],
                actor=request.actor, now=now(), why=form.cleaned_data["reason"],
            )  # fmt: skip

    @admin.display(description=_("放假天数"))
    def days_off(self, obj) -> int:
        return sum(day.kind == "off" for day in obj.days.all())

    @admin.display(description=_("调休上班天数"))
    def days_worked(self, obj) -> int:
        return sum(day.kind == "work" for day in obj.days.all())

"""Filters of the lists of parcels. Each offers few choices, and asks for what has an index."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from logistics.parcels import selectors_county as county
from logistics.parcels.states import TERMINALS, HandoverState, Issue, Stage
from logistics.registry.states import StationKind
from members.access.states import Permission
from portal.core.clock import now

FLOW_LABELS = {
    "arrived": _("到达县级中心"),
    "sent_down": _("发往乡镇"),
    "shelved": _("到站上架"),
    "given_out": _("站点取件"),
    "at_doors": _("上门签收"),
    "signed": _("企业报告签收"),
    "upstream": _("上行揽收"),
}
LEVEL_LABELS = {
    StationKind.HUB: _("县级中心"),
    StationKind.TOWNSHIP: _("乡镇站"),
    StationKind.VILLAGE: _("村级站"),
}


class AreaFilter(DropdownFilter):
    """Townships of the actor's area, or villages of a township official's."""

    title, parameter_name = _("乡镇或村"), "area"

    def lookups(self, request, model_admin):
        areas = request.actor.scope(Permission.PARCEL_VIEW).divisions
        return [(part.prefix, part.name) for part in county.parts_of(areas)]

    def queryset(self, request, queryset):
        wanted = self.value()
        return queryset.filter(area__startswith=wanted) if wanted and wanted.isdigit() else queryset


class IssueFilter(DropdownFilter):
    title, parameter_name = _("未结异常"), "issue"

    def lookups(self, request, model_admin):
        return Issue.choices

    def queryset(self, request, queryset):
        return county.with_issue(queryset, self.value()) if self.value() in Issue.values else queryset


class LateFilter(DropdownFilter):
    title, parameter_name = _("是否超时"), "late"

    def lookups(self, request, model_admin):
        return [("1", _("超时（未取、未签收或没有新消息）"))]

    def queryset(self, request, queryset):
        return county.late(queryset) if self.value() == "1" else queryset


class TodayFilter(DropdownFilter):
    title, parameter_name = _("今天"), "today"

    def lookups(self, request, model_admin):
        return list(FLOW_LABELS.items())

    def queryset(self, request, queryset):
        name = self.value()
        return county.flowed_today(queryset, name, now()) if name in county.FLOWS else queryset


class LyingFilter(DropdownFilter):
    title, parameter_name = _("存放在"), "lying"

    def lookups(self, request, model_admin):
        return list(LEVEL_LABELS.items())

    def queryset(self, request, queryset):
        level = self.value()
        return county.lying_at(queryset, level) if level in LEVEL_LABELS else queryset


class OpenFilter(DropdownFilter):
    title, parameter_name = _("进行中或已结束"), "open"

    def lookups(self, request, model_admin):
        return [("1", _("进行中")), ("0", _("已结束"))]

    def queryset(self, request, queryset):
        if self.value() in ("0", "1"):
            return queryset.filter(closed_at__isnull=self.value() == "1")
        return queryset


class StageFilter(DropdownFilter):
    title, parameter_name = _("阶段"), "stage"

    def lookups(self, request, model_admin):
        return Stage.choices

    def queryset(self, request, queryset):
        """Parcels on their way are few beside those that arrived, and have an index of their own."""
        stage = self.value()
        if stage not in Stage.values:
            return queryset
        return queryset.filter(stage=stage, closed_at__isnull=stage not in TERMINALS)


class HandoverAgeFilter(DropdownFilter):
    """Handovers that nobody answered for long hold goods and vehicles up."""

    title, parameter_name = _("等待确认"), "age"

    def lookups(self, request, model_admin):
        return [("4", _("超过 4 小时")), ("24", _("超过 24 小时"))]

    def queryset(self, request, queryset):
        if self.value() not in ("4", "24"):
            return queryset
        limit = now() - dt.timedelta(hours=int(self.value()))
        return queryset.filter(state=HandoverState.PENDING, offered_at__lt=limit)


class SettledFilter(DropdownFilter):
    title, parameter_name = _("后来是否接收"), "settled"

    def lookups(self, request, model_admin):
        return [("0", _("仍未接收")), ("1", _("后来已接收"))]

    def queryset(self, request, queryset):
        if self.value() not in ("0", "1"):
            return queryset
        return queryset.filter(settled_at__isnull=self.value() == "0")

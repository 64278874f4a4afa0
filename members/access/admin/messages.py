"""Messages sent and waiting: whether, to whom masked, at what cost; never what they say."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from members.access.admin_base import DayRangeFilter, ScopedAdmin, bulk_action, exported
from members.access.bulk import BulkAction
from members.access.panels import RECORDS, Duty, Menu, Panel, add_duty, add_panel
from members.access.states import Permission, Role
from portal.core.actor import Actor
from portal.core.clock import COUNTY_TIME, begin_of_days
from portal.core.masking import mask_phone
from portal.notify.models import Message, ProviderHealth
from portal.notify.selectors import blocked_numbers, messages_in_scope, month_costs, public_provider_health, tally
from portal.notify.services import resend
from portal.notify.states import STATUSES_OF, Progress, Status, Urgency
from portal.notify.templates import template as find_template

RECENT = 7  # days of the county's calendar, today included
YUAN = 10_000  # costs are kept in ten-thousandths of a yuan


class ResendMessages(BulkAction):
    """A message that went out can't be fetched back, so there is nothing to undo."""

    code, title, permission = "message.resend", _("重发失败的消息"), Permission.MESSAGE_RESEND

    def reach(self, actor):
        return messages_in_scope(actor=actor, permission=self.permission)

    def name(self, row: Message) -> str:
        return f"{row.template} {mask_phone(row.recipient)}"

    def token(self, row: Message) -> str:
        return f"{row.status}:{row.attempts}:{row.renewed_at}"

    def refuse(self, row, choice, now):
        if row.status != Status.FAILED:
            return gettext("没有失败，不需要重发。")
        if find_template(row.template).urgency == Urgency.NOW:
            return gettext("验证码不能由他人重发。")
        return ""

    def says(self, row, choice):
        return gettext("放回待发送，从头开始尝试。")

    def do(self, row, *, choice, actor, now, why):
        resend(message_id=row.pk, actor=actor, permission=self.permission, now=now, why=why)


class ProgressFilter(admin.SimpleListFilter):
    """The figures of the home page lead here."""

    title, parameter_name = _("进度"), "progress"

    def lookups(self, request, model_admin):
        return Progress.choices

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(status__in=STATUSES_OF[Progress(value)]) if value in Progress.values else queryset


@admin.register(Message)
class MessageAdmin(ScopedAdmin):
    """Messages of the own area; texts and numbers stay hidden. Login codes are seen by administrators only."""

    access = {"view": Permission.MESSAGE_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(RECORDS, 20, "sms")
    scope_fields = {"divisions": "area"}
    list_display = ("created_at", "template", "masked", "status", "attempts", "sent_at", "delivered_at", "error")
    list_filter = (
        ProgressFilter,
        ("status", ChoicesDropdownFilter),
        ("created_at", DayRangeFilter),
        ("provider", admin.AllValuesFieldListFilter),
    )
    fields = (
        "template", "masked", "status", "provider", "attempts", "created_at", "due_at", "sent_at", "delivered_at",
        "expires_at", "renewed_at", "error", "tries",
    )  # fmt: skip
    readonly_fields = ("masked", "tries")
    ordering = ("-created_at", "-id")
    sortable_by = ()  # another order would sort the whole table
    actions = [bulk_action(ResendMessages)]
    exports = (
        "created_at",
        "template",
        "recipient",
        "status",
        "provider",
        "attempts",
        "sent_at",
        "delivered_at",
        "error",
    )

    def within(self, request, permission):
        rows = super().within(request, permission)
        if Role.ADMINISTRATOR in request.actor.roles:
            rows = rows | Message.objects.filter(area="")
        return rows

    @admin.display(description=_("接收号码"))
    @exported
    def masked(self, obj):
        return mask_phone(obj.recipient)

    @admin.display(description=_("发送记录"))
    def tries(self, obj) -> str:
        """What was tried with which provider, what it cost, what came back."""
        rows = [
            (
                one.at.astimezone(COUNTY_TIME).strftime("%Y-%m-%d %H:%M:%S"), one.provider, one.get_outcome_display(),
                one.get_receipt_display(), yuan(one.cost), one.error or one.receipt_code,
            )
            for one in obj.tries.order_by("pk")
        ]  # fmt: skip
        return format_html_join("", "<p>{} · {} · {} · {} · {} {}</p>", rows) or gettext("还没有发送过。")


@admin.register(ProviderHealth)
class ProviderHealthAdmin(ScopedAdmin):
    """How the providers are: of no person and no place."""

    access = {"view": Permission.MESSAGE_VIEW, "add": None, "change": None, "delete": None}
    menu = Menu(RECORDS, 25, "cell_tower")
    list_display = ("name", "failures", "resting_until", "failed_at", "error", "worked_at", "stray_receipts")
    ordering = ("name",)

    def within(self, request, permission):
        may = request.actor.may(permission)
        return ProviderHealth.objects.all() if may else ProviderHealth.objects.none()


def yuan(cost: int | None) -> str:
    return f"¥{(cost or 0) / YUAN:.2f}"


def read_messages(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """A week of messages, the month's costs, providers that rest. Four queries."""
    since = begin_of_days(now, RECENT)
    counts = tally(actor=actor, permission=Permission.MESSAGE_VIEW, since=since)
    costs = month_costs(actor=actor, permission=Permission.MESSAGE_VIEW, month=now.astimezone(COUNTY_TIME).date())
    page = reverse("admin:notify_message_changelist")
    return {
        "figures": [
            (
                progress.label,
                counts[progress],
                f"{page}?progress={progress}&created_at_from={since:%Y-%m-%d}",
                "bad" if progress == Progress.FAILED and counts[progress] else "",
            )
            for progress in (Progress.SENT, Progress.WAITING, Progress.FAILED, Progress.UNANSWERED)
        ],
        "cost": yuan(sum(line.cost for line in costs)),
        "segments": sum(line.segments for line in costs),
        "resting": [p.name for p in public_provider_health(now=now) if p.resting_until and p.resting_until > now],
        "blocked": blocked_numbers(actor=actor, permission=Permission.MESSAGE_VIEW, now=now).order_by().count(),
    }


def _failed(actor: Actor, now: dt.datetime) -> int:
    return tally(actor=actor, permission=Permission.MESSAGE_VIEW, since=begin_of_days(now, RECENT))[Progress.FAILED]


def _failed_list(moment: dt.datetime) -> str:
    since = begin_of_days(moment, RECENT)
    page = reverse("admin:notify_message_changelist")
    return f"{page}?progress={Progress.FAILED}&created_at_from={since:%Y-%m-%d}"


add_duty(Duty("messages_failed", 50, Permission.MESSAGE_VIEW, _("短信没有发出，近 7 天"), _failed, _failed_list, True))
add_panel(Panel("messages", 30, Permission.MESSAGE_VIEW, "access/home_messages.html", read_messages))
